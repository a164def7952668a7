import type { Address } from '../../../model/address.js'
import { compareText } from '../../../model/address-order.js'
import { stackMark } from '../../../model/kinds/load-balancer.js'
import { networkOf, type LiveNetwork, type NetworkTenant } from '../../../model/kinds/network.js'
import type { LiveInterface } from '../../../model/kinds/network-interface.js'
import { zonesOf } from '../scaling-groups/group-places.js'
import { subnetFor } from './network-subnets.js'
import type { World } from '../../world.js'
import type { ServerDecision } from '../servers/server-decision.js'

/** What stays in subnets and networks that go, in words, by network: EC2 would not let these go (EC2 API, `DependencyViolation`). */
export function tenantsInTheWay(
  world: World,
  going: readonly LiveNetwork[],
  servers: ReadonlyMap<Address, ServerDecision>,
): ReadonlyMap<Address, readonly string[]> {
  const { spec, live } = world
  const found = new Map<Address, readonly string[]>()
  const places = new Map(going.flatMap(({ part, id, address }) => (isPlace(part) ? [[id, address] as const] : [])))
  if (places.size === 0) return found
  const ending = new Set(
    [...servers.values()].flatMap((decision) => ('ends' in decision ? decision.ends.map((end) => end.live.id) : [])),
  )
  const zones = new Map((spec.scalingGroups ?? []).map((group) => [group.address, zonesOf(world, group)]))
  for (const { address, group } of live.scalingGroups.values()) {
    // Auto Scaling takes its members out of zones that a group leaves.
    const staying = zones.get(address) ?? []
    for (const { instanceId, zone } of group?.members ?? []) if (!staying.includes(zone)) ending.add(instanceId)
  }
  const groups = new Set(spec.securityGroups.map(({ address }) => address))
  for (const { address, vpcId } of live.securityGroups.values()) {
    const place = groups.has(address) ? places.get(vpcId) : undefined
    if (place !== undefined) note(networkOf(place), address)
  }
  // The interfaces of the stack's own balancers are let go below: those of one that stays there are not.
  for (const { address, subnets = [] } of spec.loadBalancers ?? []) {
    const place = subnets.flatMap((subnet) => places.get(subnetFor(world, subnet)?.id ?? '') ?? [])[0]
    if (place !== undefined) note(networkOf(place), address)
  }
  const own = [...live.networks.values()].map(({ id }) => id)
  const interfaces = new Map([...live.interfaces.values()].map((one) => [one.id, one]))
  const wanted = new Map((spec.interfaces ?? []).map((one) => [one.address, one.subnet]))
  // Groups that stay are told above, by their address.
  const parts = new Set([...own, ...[...live.securityGroups.values()].map(({ id }) => id)])
  for (const tenant of live.stack.networkTenants ?? []) {
    const place = places.get(tenant.subnetId ?? '') ?? places.get(tenant.vpcId)
    if (place === undefined || leaves(tenant)) continue
    note(networkOf(place), tenantText(tenant))
  }
  return found

  function note(network: Address, text: string): void {
    found.set(network, [...(found.get(network) ?? []), text].sort(compareText))
  }

  /** Whether it goes in this plan, or with what it belongs to. */
  function leaves({ id: tenantId, instanceId, description = '' }: NetworkTenant): boolean {
    if (parts.has(tenantId)) return true
    const known = interfaces.get(tenantId)
    if (known && isReleased(known))
      return instanceId === undefined || live.serversById.has(instanceId) || live.endingServers.has(instanceId)
    if (instanceId !== undefined) return ending.has(instanceId) || live.endingServers.has(instanceId)
    return own.some((id) => description.includes(id)) || isOfOwnBalancer(description)
  }

  /** An interface that the file does not name any more, or in another subnet. */
  function isReleased({ address, subnetId }: LiveInterface): boolean {
    const subnet = wanted.get(address)
    return subnet === undefined || subnetFor(world, subnet)?.id !== subnetId
  }

  /** A load balancer of the stack goes before its subnets do, and its interfaces some moments later (`ELB app/NAME/…`). */
  function isOfOwnBalancer(description: string): boolean {
    return description.startsWith('ELB ') && description.includes(`-${stackMark(spec.stack)}-`)
  }

  function tenantText({ id, instanceId, description = '', type }: NetworkTenant): string {
    if (instanceId !== undefined) return live.serversById.get(instanceId)?.address ?? instanceId
    const what = description || type
    return what === undefined ? id : `${id} (${what})`
  }
}

function isPlace(part: LiveNetwork['part']): boolean {
  return part === 'vpc' || part === 'subnet'
}
