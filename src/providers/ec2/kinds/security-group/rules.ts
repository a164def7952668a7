import type { IpPermission } from '@aws-sdk/client-ec2'
import { canonicalCidr } from '../../../../core/cidr-block.js'
import type { Ec2Rule } from '../../../../executor/ports.js'
import type { LiveRule } from '../../../../model/kinds/security-group.js'
import { textOf } from '../../wire/text-of.js'

/** A rule as the permission that EC2 takes, with its one source. */
export function permissionOf({ protocol, fromPort, toPort, source, description }: Ec2Rule): IpPermission {
  const described = description === undefined ? {} : { Description: description }
  const ports = protocol === '-1' ? {} : { FromPort: fromPort, ToPort: toPort }
  const base = { IpProtocol: protocol, ...ports }
  switch (source.kind) {
    case 'cidr':
      return source.cidr.includes(':')
        ? { ...base, Ipv6Ranges: [{ CidrIpv6: source.cidr, ...described }] }
        : { ...base, IpRanges: [{ CidrIp: source.cidr, ...described }] }
    case 'security-group':
      return { ...base, UserIdGroupPairs: [{ GroupId: source.groupId, ...described }] }
    case 'prefix-list':
      return { ...base, PrefixListIds: [{ PrefixListId: source.prefixListId, ...described }] }
  }
}

/** What makes two rules one to EC2: everything but the description, with CIDRs in their canonical form. */
export function ruleKey({ protocol, fromPort, toPort, source }: Ec2Rule | LiveRule): string {
  const ports = protocol === '-1' ? 'all' : `${fromPort}-${toPort}`
  switch (source.kind) {
    case 'cidr':
      return `${protocol} ${ports} ${canonicalCidr(source.cidr) ?? source.cidr}`
    case 'security-group':
      return `${protocol} ${ports} ${source.groupId}`
    case 'prefix-list':
      return `${protocol} ${ports} ${source.prefixListId}`
  }
}

/** EC2 folds rules of the same ports into one permission with several sources; one rule each here. */
export function rulesOf(permission: IpPermission): readonly LiveRule[] {
  const ports = {
    protocol: permission.IpProtocol ?? '-1',
    fromPort: permission.FromPort ?? -1,
    toPort: permission.ToPort ?? -1,
  }
  const rule = (source: LiveRule['source'], description: string | undefined): LiveRule => ({
    ...ports,
    source,
    description: textOf(description),
  })
  return [
    ...(permission.IpRanges ?? []).map((range) => rule({ kind: 'cidr', cidr: range.CidrIp ?? '' }, range.Description)),
    ...(permission.Ipv6Ranges ?? []).map((range) =>
      rule({ kind: 'cidr', cidr: range.CidrIpv6 ?? '' }, range.Description),
    ),
    ...(permission.UserIdGroupPairs ?? []).map((pair) =>
      rule({ kind: 'security-group', groupId: pair.GroupId ?? '' }, pair.Description),
    ),
    ...(permission.PrefixListIds ?? []).map((list) =>
      rule({ kind: 'prefix-list', prefixListId: list.PrefixListId ?? '' }, list.Description),
    ),
  ]
}
