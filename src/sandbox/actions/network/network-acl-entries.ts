import type { AclEntry, NetworkAcl } from '../../model/networks/network-parts.js'
import { quotas } from '../../model/quotas.js'
import { ApiError, invalidValue, missingParameter, unsupported } from '../../wire/api-error.js'
import { boolean, integer, oneOf, required, string, structure, type ParsedMembers } from '../../wire/shape.js'
import { findNetworkAcl } from '../../world/lookup.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { readBlock } from './blocks.js'

const entryMembers = {
  NetworkAclId: required(string),
  RuleNumber: required(integer),
  Protocol: required(string),
  RuleAction: required(oneOf('allow', 'deny')),
  Egress: required(boolean),
  CidrBlock: string,
  Ipv6CidrBlock: string,
  PortRange: structure({ From: integer, To: integer }),
  Icmp: structure({ Type: integer, Code: integer }),
} as const

export const createNetworkAclEntry = defineAction({
  name: 'CreateNetworkAclEntry',
  effect: 'writes',
  members: entryMembers,
  run: async (parameters, world) => {
    const acl = findNetworkAcl(world, parameters.NetworkAclId)
    const entry = readEntry(parameters)
    if (entryAt(acl, entry)) {
      throw new ApiError(
        'NetworkAclEntryAlreadyExists',
        `The network acl entry identified by ${entry.ruleNumber} already exists.`,
      )
    }
    if (acl.entries.filter(({ egress }) => egress === entry.egress).length >= quotas.rulesPerNetworkAcl) {
      throw new ApiError('NetworkAclEntryLimitExceeded', 'The maximum number of network acl entries has been reached.')
    }
    return putEntries(world, acl, [...acl.entries, entry])
  },
})

export const replaceNetworkAclEntry = defineAction({
  name: 'ReplaceNetworkAclEntry',
  effect: 'writes',
  members: entryMembers,
  run: async (parameters, world) => {
    const acl = findNetworkAcl(world, parameters.NetworkAclId)
    const entry = readEntry(parameters)
    checkThere(acl, entry)
    const others = acl.entries.filter((one) => !isSamePlace(one, entry))
    return putEntries(world, acl, [...others, entry])
  },
})

export const deleteNetworkAclEntry = defineAction({
  name: 'DeleteNetworkAclEntry',
  effect: 'writes',
  members: { NetworkAclId: required(string), RuleNumber: required(integer), Egress: required(boolean) },
  run: async ({ NetworkAclId, RuleNumber: ruleNumber, Egress: egress }, world) => {
    const acl = findNetworkAcl(world, NetworkAclId)
    checkThere(acl, { ruleNumber, egress })
    return putEntries(
      world,
      acl,
      acl.entries.filter((one) => !isSamePlace(one, { ruleNumber, egress })),
    )
  },
})

type Place = Pick<AclEntry, 'ruleNumber' | 'egress'>

function isSamePlace(left: Place, right: Place): boolean {
  return left.ruleNumber === right.ruleNumber && left.egress === right.egress
}

function entryAt({ entries }: NetworkAcl, place: Place): AclEntry | undefined {
  return entries.find((one) => isSamePlace(one, place))
}

function checkThere(acl: NetworkAcl, place: Place): void {
  if (entryAt(acl, place)) return
  throw new ApiError(
    'InvalidNetworkAclEntry.NotFound',
    `The specified network acl entry (rule number: ${place.ruleNumber}, egress: ${place.egress}) does not exist in network ACL ${acl.id}.`,
  )
}

async function putEntries(world: World, acl: NetworkAcl, entries: readonly AclEntry[]) {
  world.networkAcls.put({ ...acl, entries })
  await world.cloud.network.refresh()
  return done
}

/** API reference, CreateNetworkAclEntry: ports for TCP and UDP, type and code for ICMP. */
function readEntry(given: ParsedMembers<typeof entryMembers>): AclEntry {
  const { RuleNumber: ruleNumber, Protocol, RuleAction: ruleAction, Egress: egress, CidrBlock, PortRange, Icmp } = given
  if (given.Ipv6CidrBlock !== undefined) throw unsupported('IPv6 in a network ACL')
  if (CidrBlock === undefined) throw missingParameter('cidrBlock')
  if (ruleNumber < 1 || ruleNumber > 32_766) {
    throw invalidValue(`Value (${ruleNumber}) for parameter ruleNumber is invalid.`)
  }
  const protocol = protocolNumber(Protocol)
  const entry = { ruleNumber, egress, protocol, ruleAction, cidrBlock: readBlock(CidrBlock) }
  if (protocol === '6' || protocol === '17') {
    const { From: from, To: to } = PortRange ?? {}
    if (from === undefined || to === undefined) throw missingParameter('portRange')
    if (from < 0 || to > 65_535 || from > to) throw invalidValue(`The port range ${from}-${to} is invalid.`)
    return { ...entry, portRange: { from, to } }
  }
  if (protocol !== '1') return entry
  if (Icmp?.Type === undefined || Icmp.Code === undefined) throw missingParameter('icmpTypeCode')
  return { ...entry, icmpTypeCode: { type: Icmp.Type, code: Icmp.Code } }
}

const protocols: Readonly<Record<string, string>> = { tcp: '6', udp: '17', icmp: '1', all: '-1' }

function protocolNumber(text: string): string {
  const number = protocols[text.toLowerCase()] ?? text
  if (/^(?:-1|\d{1,3})$/.test(number) && Number(number) <= 255) return number
  throw invalidValue(`Value (${text}) for parameter protocol is invalid. Unknown protocol.`)
}
