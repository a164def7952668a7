import type { SecurityGroup, SecurityGroupRule } from '../model/security-group.js'
import type { Xml, XmlRecord } from '../wire/xml.js'
import type { World } from '../world/world.js'
import { renderTags } from './tags.js'

export function groupArn(world: World, id: string): string {
  return `arn:aws:ec2:${world.region.name}:${world.accountId}:security-group/${id}`
}

export function renderSecurityGroup(world: World, group: SecurityGroup): XmlRecord {
  const rules = world.rules.withKey(group.id)
  return {
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    ownerId: world.accountId,
    vpcId: group.vpcId,
    securityGroupArn: groupArn(world, group.id),
    ipPermissions: renderPermissions(
      world,
      rules.filter(({ isEgress }) => !isEgress),
    ),
    ipPermissionsEgress: renderPermissions(
      world,
      rules.filter(({ isEgress }) => isEgress),
    ),
    tagSet: renderTags(world.tags.get(group.id)),
  }
}

/** Rules as IpPermissions: one entry for each protocol and port range, with all its sources. */
export function renderPermissions(
  world: World,
  rules: readonly Pick<SecurityGroupRule, 'protocol' | 'fromPort' | 'toPort' | 'target' | 'description'>[],
): Xml {
  const groups = new Map<string, (typeof rules)[number][]>()
  for (const rule of rules) {
    const key = `${rule.protocol} ${rule.fromPort} ${rule.toPort}`
    const group = groups.get(key)
    if (group) group.push(rule)
    else groups.set(key, [rule])
  }
  return [...groups.values()].map((group) => {
    const [first] = group
    const ports = first?.protocol === '-1' ? {} : { fromPort: first?.fromPort, toPort: first?.toPort }
    return {
      ipProtocol: first?.protocol,
      ...ports,
      groups: group.flatMap(({ target, description }) =>
        target.kind === 'group' ? [{ userId: world.accountId, groupId: target.groupId, description }] : [],
      ),
      ipRanges: group.flatMap(({ target, description }) =>
        target.kind === 'ipv4' ? [{ cidrIp: target.cidr, description }] : [],
      ),
      ipv6Ranges: group.flatMap(({ target, description }) =>
        target.kind === 'ipv6' ? [{ cidrIpv6: target.cidr, description }] : [],
      ),
      prefixListIds: [],
    }
  })
}

/** One rule as DescribeSecurityGroupRules shows it. */
export function renderRule(world: World, rule: SecurityGroupRule): XmlRecord {
  const { target } = rule
  return {
    securityGroupRuleId: rule.id,
    groupId: rule.groupId,
    groupOwnerId: world.accountId,
    isEgress: rule.isEgress,
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    cidrIpv4: target.kind === 'ipv4' ? target.cidr : undefined,
    cidrIpv6: target.kind === 'ipv6' ? target.cidr : undefined,
    referencedGroupInfo:
      target.kind === 'group'
        ? {
            groupId: target.groupId,
            userId: world.accountId,
            vpcId: world.securityGroups.get(target.groupId)?.vpcId,
          }
        : undefined,
    description: rule.description,
    securityGroupRuleArn: `arn:aws:ec2:${world.region.name}:${world.accountId}:security-group-rule/${rule.id}`,
    tagSet: renderTags(world.tags.get(rule.id)),
  }
}

/** One rule as Revoke answers it. */
export function renderRevokedRule(rule: SecurityGroupRule): XmlRecord {
  const { target } = rule
  return {
    securityGroupRuleId: rule.id,
    groupId: rule.groupId,
    isEgress: rule.isEgress,
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    cidrIpv4: target.kind === 'ipv4' ? target.cidr : undefined,
    cidrIpv6: target.kind === 'ipv6' ? target.cidr : undefined,
    referencedGroupId: target.kind === 'group' ? target.groupId : undefined,
    description: rule.description,
  }
}
