import { canonicalIpv4, canonicalIpv6 } from '../../model/ip-ranges.js'
import type { RuleTarget, SecurityGroupRule } from '../../model/security-group.js'
import { ApiError, invalidValue, missingParameter, unsupported } from '../../wire/api-error.js'
import { integer, list, string, structure, type ParsedMembers } from '../../wire/shape.js'
import { findSecurityGroup } from '../../world/lookup.js'
import { groupByName } from '../../world/vpc.js'
import type { World } from '../../world/world.js'

export const permissionMembers = {
  IpPermissions: list(
    structure({
      IpProtocol: string,
      FromPort: integer,
      ToPort: integer,
      Groups: list(
        structure({ GroupId: string, GroupName: string, UserId: string, VpcId: string, Description: string }),
      ),
      IpRanges: list(structure({ CidrIp: string, Description: string })),
      Ipv6Ranges: list(structure({ CidrIpv6: string, Description: string })),
    }),
  ),
  CidrIp: string,
  FromPort: integer,
  IpProtocol: string,
  ToPort: integer,
} as const

export type RuleContent = Pick<SecurityGroupRule, 'protocol' | 'fromPort' | 'toPort' | 'target' | 'description'>
type Parameters = ParsedMembers<typeof permissionMembers>
type Permission = Exclude<Parameters['IpPermissions'], undefined>[number]

/** The single rules that a call's permissions stand for, canonical. Throws for what EC2 refuses. */
export function readPermissions(world: World, vpcId: string, parameters: Parameters): readonly RuleContent[] {
  const { IpPermissions, CidrIp, FromPort, IpProtocol, ToPort } = parameters
  const short = [CidrIp, FromPort, IpProtocol, ToPort].some((value) => value !== undefined)
  if (IpPermissions && short)
    throw new ApiError(
      'InvalidParameterCombination',
      'The parameter ipPermissions cannot be used with cidrIp, fromPort, toPort or ipProtocol',
    )
  const permissions: readonly Permission[] = short
    ? [{ IpProtocol, FromPort, ToPort, IpRanges: CidrIp === undefined ? [] : [{ CidrIp }] }]
    : (IpPermissions ?? [])
  return permissions.flatMap((permission) => readPermission(world, vpcId, permission))
}

function readPermission(world: World, vpcId: string, permission: Permission): RuleContent[] {
  const ports = readPorts(permission.IpProtocol, permission.FromPort, permission.ToPort)
  const targets: { readonly target: RuleTarget; readonly description: string | undefined }[] = [
    ...(permission.IpRanges ?? []).map(({ CidrIp, Description }) => ({
      target: readIpv4(CidrIp),
      description: Description,
    })),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) => ({
      target: readIpv6(CidrIpv6),
      description: Description,
    })),
    ...(permission.Groups ?? []).map((group) => ({
      target: readGroup(world, vpcId, group),
      description: group.Description,
    })),
  ]
  if (targets.length === 0) throw missingParameter('CidrIp, CidrIpv6 or a source group')
  return targets.map(({ target, description }) => {
    if (description !== undefined && description.length > 255)
      throw invalidValue('Rule descriptions are at most 255 characters long')
    return { ...ports, target, description: description === '' ? undefined : description }
  })
}

const protocolNames: Readonly<Record<string, string>> = {
  '6': 'tcp',
  '17': 'udp',
  '1': 'icmp',
  '58': 'icmpv6',
  all: '-1',
}

/** Protocol and ports; `-1` stands for all of them. */
export function readPorts(
  protocolText: string | undefined,
  from: number | undefined,
  to: number | undefined,
): Pick<SecurityGroupRule, 'protocol' | 'fromPort' | 'toPort'> {
  if (protocolText === undefined || protocolText === '') throw missingParameter('ipProtocol')
  const lower = protocolText.toLowerCase()
  const protocol = protocolNames[lower] ?? lower
  if (protocol === '-1') return { protocol, fromPort: -1, toPort: -1 }
  if (protocol === 'tcp' || protocol === 'udp') {
    if (from === undefined || to === undefined) throw missingParameter(from === undefined ? 'fromPort' : 'toPort')
    for (const port of [from, to]) {
      if (port < 0 || port > 65_535)
        throw invalidValue(`Invalid value '${port}' for portRange. Must be from 0 to 65535.`)
    }
    if (from > to) throw invalidValue(`Invalid TCP/UDP port range (${from}:${to})`)
    return { protocol, fromPort: from, toPort: to }
  }
  if (protocol === 'icmp' || protocol === 'icmpv6') {
    // From and to are ICMP's type and code; -1 is any.
    return { protocol, fromPort: from ?? -1, toPort: to ?? -1 }
  }
  if (/^[0-9]{1,3}$/.test(protocol) && Number(protocol) <= 255) return { protocol, fromPort: -1, toPort: -1 }
  throw invalidValue(`Invalid value '${protocolText}' for IP protocol. Unknown protocol.`)
}

export function readIpv4(text: string | undefined): RuleTarget {
  if (text === undefined) throw missingParameter('cidrIp')
  const cidr = canonicalIpv4(text)
  if (cidr === undefined) throw invalidValue(`CIDR block ${text} is malformed`)
  return { kind: 'ipv4', cidr }
}

export function readIpv6(text: string | undefined): RuleTarget {
  if (text === undefined) throw missingParameter('cidrIpv6')
  const cidr = canonicalIpv6(text)
  if (cidr === undefined) throw invalidValue(`CIDR block ${text} is malformed`)
  return { kind: 'ipv6', cidr }
}

function readGroup(
  world: World,
  vpcId: string,
  {
    GroupId,
    GroupName,
    UserId,
  }: {
    readonly GroupId?: string | undefined
    readonly GroupName?: string | undefined
    readonly UserId?: string | undefined
  },
): RuleTarget {
  if (UserId !== undefined && UserId !== world.accountId) throw unsupported('groups of other accounts in rules')
  if (GroupId !== undefined) return readGroupId(world, vpcId, GroupId)
  if (GroupName === undefined) throw missingParameter('GroupId')
  return readGroupId(world, vpcId, groupByName(world, GroupName).id)
}

/** Rules name groups of their own VPC: there is no peering here. */
export function readGroupId(world: World, vpcId: string, groupId: string): RuleTarget {
  if (findSecurityGroup(world, groupId).vpcId === vpcId) return { kind: 'group', groupId }
  throw new ApiError('InvalidGroup.NotFound', `You have specified two resources that belong to different networks.`)
}
