import type { FirewallRule } from '../hosts/host-backend.js'
import type { Instance } from '../model/instance.js'
import type { SecurityGroupRule } from '../model/security-group.js'
import type { World } from '../world/world.js'

/** Groups and rules of all regions, as the switch enforces them. Egress rules and IPv6 are recorded, not enforced. */
export function firewallRules(worlds: readonly World[]): FirewallRule[] {
  return worlds.flatMap(rulesOfWorld)
}

function rulesOfWorld(world: World): FirewallRule[] {
  const members = new Map<string, Instance[]>()
  for (const instance of world.instances.values()) {
    if (instance.state === 'terminated') continue
    for (const groupId of instance.securityGroupIds) {
      const list = members.get(groupId)
      if (list) list.push(instance)
      else members.set(groupId, [instance])
    }
  }
  const result: FirewallRule[] = []
  const seen = new Set<string>()
  for (const [groupId, instances] of members) {
    for (const rule of world.rules.withKey(groupId)) {
      if (rule.isEgress) continue
      const ports = portsOf(rule)
      if (!ports) continue
      for (const from of sourcesOf(rule, members)) {
        for (const { privateIp } of instances) {
          const entry = { from, toPrivateIp: privateIp, ...ports }
          const key = Object.values(entry).join(' ')
          if (seen.has(key)) continue
          seen.add(key)
          result.push(entry)
        }
      }
    }
  }
  return result
}

function sourcesOf(
  { target }: SecurityGroupRule,
  members: ReadonlyMap<string, readonly Instance[]>,
): readonly string[] {
  if (target.kind === 'ipv4') return [target.cidr]
  if (target.kind === 'ipv6') return []
  return (members.get(target.groupId) ?? []).map(({ privateIp }) => `${privateIp}/32`)
}

function portsOf({
  protocol,
  fromPort,
  toPort,
}: SecurityGroupRule): Omit<FirewallRule, 'from' | 'toPrivateIp'> | undefined {
  if (protocol === '-1') return { protocol: 'all', fromPort: 0, toPort: 65_535 }
  if (protocol === 'tcp' || protocol === 'udp') return { protocol, fromPort, toPort }
  if (protocol === 'icmp') return { protocol, fromPort: 0, toPort: 65_535 }
  return undefined
}
