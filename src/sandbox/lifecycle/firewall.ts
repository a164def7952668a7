import type { EgressRule, FirewallRule } from '../hosts/host-backend.js'
import type { Instance } from '../model/instance.js'
import type { SecurityGroupRule } from '../model/security-group.js'
import type { World } from '../world/world.js'

/** Groups and their ingress rules of all regions, as the switch enforces them. IPv6 is recorded, not enforced. */
export function firewallRules(worlds: readonly World[]): FirewallRule[] {
  return worlds.flatMap(rulesOfWorld)
}

/** The egress rules of all instances but of those that may connect to everywhere, by private address. */
export function egressRules(worlds: readonly World[]): Readonly<Record<string, readonly EgressRule[]>> {
  return Object.fromEntries(worlds.flatMap(egressOfWorld))
}

function egressOfWorld(world: World): (readonly [string, readonly EgressRule[]])[] {
  const members = membersByGroup(world)
  const byGroup = new Map<string, readonly EgressRule[]>()
  const rulesOf = (groupId: string) => {
    const known = byGroup.get(groupId)
    if (known) return known
    const rules = world.rules.withKey(groupId).filter(({ isEgress }) => isEgress)
    const made = rules.flatMap((rule): readonly EgressRule[] => {
      const ports = portsOf(rule)
      return ports ? peersOf(rule, members).map((to) => ({ to, ...ports })) : []
    })
    byGroup.set(groupId, made)
    return made
  }
  const everywhere = ({ to, protocol }: EgressRule) => to === '0.0.0.0/0' && protocol === 'all'
  return world.instances.values().flatMap(({ state, privateIp, securityGroupIds }) => {
    if (state === 'terminated') return []
    const rules = securityGroupIds.flatMap(rulesOf)
    return rules.some(everywhere) ? [] : [[privateIp, rules] as const]
  })
}

function membersByGroup(world: World): ReadonlyMap<string, readonly Instance[]> {
  const members = new Map<string, Instance[]>()
  for (const instance of world.instances.values()) {
    if (instance.state === 'terminated') continue
    for (const groupId of instance.securityGroupIds) {
      const list = members.get(groupId)
      if (list) list.push(instance)
      else members.set(groupId, [instance])
    }
  }
  return members
}

function rulesOfWorld(world: World): FirewallRule[] {
  const members = membersByGroup(world)
  const result: FirewallRule[] = []
  const seen = new Set<string>()
  for (const [groupId, instances] of members) {
    for (const rule of world.rules.withKey(groupId)) {
      if (rule.isEgress) continue
      const ports = portsOf(rule)
      if (!ports) continue
      for (const from of peersOf(rule, members)) {
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

/** Where a rule's connections come from, or go to. */
function peersOf({ target }: SecurityGroupRule, members: ReadonlyMap<string, readonly Instance[]>): readonly string[] {
  if (target.kind === 'ipv4') return [target.cidr]
  if (target.kind === 'ipv6') return []
  return (members.get(target.groupId) ?? []).map(({ privateIp }) => `${privateIp}/32`)
}

function portsOf({ protocol, fromPort, toPort }: SecurityGroupRule): Omit<EgressRule, 'to'> | undefined {
  if (protocol === '-1') return { protocol: 'all', fromPort: 0, toPort: 65_535 }
  if (protocol === 'tcp' || protocol === 'udp') return { protocol, fromPort, toPort }
  if (protocol === 'icmp') return { protocol, fromPort: 0, toPort: 65_535 }
  return undefined
}
