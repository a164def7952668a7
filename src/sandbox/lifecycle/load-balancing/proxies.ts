import type { BalancerAddress, BalancerListener, BalancerTarget } from '../../hosts/host-backend.js'
import { attributesOfBalancer, attributesOfGroup } from '../../model/load-balancing/attributes.js'
import type { BalancerNode, Listener, LoadBalancer, Target, TargetGroup } from '../../model/load-balancing/records.js'
import type { World } from '../../world/world.js'
import { shownHealth } from './shown-health.js'

/** The balancers of all regions; they serve before ELB says so. */
function serving(worlds: readonly World[]): readonly { readonly world: World; readonly balancer: LoadBalancer }[] {
  return worlds.flatMap((world) =>
    world.loadBalancers
      .values()
      .filter(({ deletedAtMs }) => deletedAtMs === undefined)
      .map((balancer) => ({ world, balancer })),
  )
}

/** Where each node of each balancer is reached, and at which ports. */
export function balancerAddresses(worlds: readonly World[]): readonly BalancerAddress[] {
  return serving(worlds).flatMap(({ world, balancer }) => {
    const ports = world.listeners.withKey(balancer.id).map(({ port }) => port)
    return balancer.nodes.map(({ privateIp, publicNumber }) => ({
      privateIp,
      publicIp: publicNumber === undefined ? undefined : world.cloud.hosts.publicIpFor(publicNumber),
      ports,
    }))
  })
}

/** DNS names of balancers -> the addresses of the nodes that have somewhere to send to, or of all. */
export function balancerNames(worlds: readonly World[]): Readonly<Record<string, readonly string[]>> {
  const listeners = balancerListeners(worlds)
  const isUseful = (address: string) => listeners.some((one) => one.address === address && one.targets.length > 0)
  return Object.fromEntries(
    serving(worlds).map(({ balancer }) => {
      const all = balancer.nodes.map(({ privateIp }) => privateIp)
      const useful = all.filter(isUseful)
      return [balancer.dnsName.toLowerCase(), useful.length > 0 ? useful : all]
    }),
  )
}

/** What each node does at each port. */
export function balancerListeners(worlds: readonly World[]): readonly BalancerListener[] {
  return serving(worlds).flatMap(({ world, balancer }) =>
    world.listeners.withKey(balancer.id).flatMap((listener) => {
      const group = world.targetGroups.get(listener.groupId)
      return group ? balancer.nodes.map((node) => listenerOf(world, balancer, node, listener, group)) : []
    }),
  )
}

function listenerOf(
  world: World,
  balancer: LoadBalancer,
  node: BalancerNode,
  { port, protocol }: Listener,
  group: TargetGroup,
): BalancerListener {
  const ofBalancer = attributesOfBalancer(balancer)
  const ofGroup = attributesOfGroup(group)
  const isCrossZone = ofBalancer['load_balancing.cross_zone.enabled'] === 'true'
  const targets = world.targets
    .withKey(group.id)
    .filter(({ instanceId }) => isCrossZone || world.instances.get(instanceId)?.zone === node.zone)
  const isSticky = ofGroup['stickiness.enabled'] === 'true'
  return {
    address: node.privateIp,
    port,
    protocol,
    idleTimeoutMs: Number(ofBalancer['idle_timeout.timeout_seconds'] ?? 350) * 1000,
    stickySeconds: isSticky ? Number(ofGroup['stickiness.lb_cookie.duration_seconds'] ?? 0) : undefined,
    targets: routed(world, group, targets).flatMap((target) => addressOf(world, target)),
    draining: targets
      .filter(({ deregisteredAtMs }) => deregisteredAtMs !== undefined)
      .flatMap((target) => addressOf(world, target)),
  }
}

/** The healthy ones; where there are none, all that are unhealthy: it fails open (ELB User Guide, "Health checks"). */
function routed(world: World, group: TargetGroup, targets: readonly Target[]): readonly Target[] {
  const inState = (state: string) => targets.filter((target) => shownHealth(world, group, target).State === state)
  const healthy = inState('healthy')
  return healthy.length > 0 ? healthy : inState('unhealthy')
}

function addressOf(world: World, { id, instanceId, port }: Target): readonly BalancerTarget[] {
  const instance = world.instances.get(instanceId)
  return instance ? [{ id, address: instance.privateIp, port }] : []
}
