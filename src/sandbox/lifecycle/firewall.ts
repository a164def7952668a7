import type { EgressRule, FirewallRule } from '../hosts/host-backend.js'
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
  return interfacesOf(world).flatMap(({ privateIp, securityGroupIds }) => {
    const rules = securityGroupIds.flatMap(rulesOf)
    return rules.some(everywhere) ? [] : [[privateIp, rules] as const]
  })
}

/** What has a private address and groups of its own. */
interface Member {
  readonly privateIp: string
  readonly securityGroupIds: readonly string[]
}

/** Every private address of instances that are not gone, with the groups of its interface. */
export function hostAddresses(world: World): readonly (Member & { readonly vpcId: string })[] {
  const instances = world.instances.values().filter(({ state }) => state !== 'terminated')
  return [...instances, ...attachedInterfaces(world)].flatMap(
    ({ privateIp, secondaryIps = [], securityGroupIds, vpcId }) =>
      [privateIp, ...secondaryIps].map((address) => ({ privateIp: address, securityGroupIds, vpcId })),
  )
}

function attachedInterfaces(world: World) {
  return world.networkInterfaces.values().filter(({ attachment }) => attachment !== undefined)
}

/** The interfaces of instances, and those of load balancers; a network load balancer without groups asks for none. */
function interfacesOf(world: World): readonly Member[] {
  return [
    ...hostAddresses(world),
    ...world.loadBalancers
      .values()
      .filter(({ deletedAtMs, securityGroupIds }) => deletedAtMs === undefined && securityGroupIds.length > 0)
      .flatMap(({ nodes, securityGroupIds }) => nodes.map(({ privateIp }) => ({ privateIp, securityGroupIds }))),
  ]
}

/** Whatever comes gets in where no group is asked for. */
function openRules(world: World): readonly FirewallRule[] {
  return world.loadBalancers
    .values()
    .filter(({ deletedAtMs, securityGroupIds }) => deletedAtMs === undefined && securityGroupIds.length === 0)
    .flatMap(({ nodes }) => nodes)
    .map(({ privateIp }) => ({
      from: '0.0.0.0/0',
      toPrivateIp: privateIp,
      protocol: 'all',
      fromPort: 0,
      toPort: 65_535,
    }))
}

function membersByGroup(world: World): ReadonlyMap<string, readonly Member[]> {
  const members = new Map<string, Member[]>()
  for (const member of interfacesOf(world)) {
    for (const groupId of member.securityGroupIds) {
      const list = members.get(groupId)
      if (list) list.push(member)
      else members.set(groupId, [member])
    }
  }
  return members
}

function rulesOfWorld(world: World): FirewallRule[] {
  const members = membersByGroup(world)
  const result: FirewallRule[] = [...openRules(world)]
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
function peersOf({ target }: SecurityGroupRule, members: ReadonlyMap<string, readonly Member[]>): readonly string[] {
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
