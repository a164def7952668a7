import { attributesOfGroup } from '../../model/load-balancing/attributes.js'
import { nextHealth } from '../../model/load-balancing/health.js'
import { initialHealth, type Target, type TargetGroup } from '../../model/load-balancing/records.js'
import type { World } from '../../world/world.js'
import { unusedBecause } from './shown-health.js'

/** Has addresses, doors and proxies be as the world says now; also clears away what went long enough ago. */
export async function announceBalancers(world: World): Promise<void> {
  const { background, latencies, network } = world.cloud
  for (const balancer of world.loadBalancers.values()) {
    if (balancer.deletedAtMs === undefined) continue
    void background.start(`interfaces of ${balancer.name}`, async () => {
      await background.sleep((balancer.deletedAtMs ?? 0) + latencies.interfaceReleaseMs - world.now())
      world.loadBalancers.delete(balancer.id)
      world.commit()
    })
  }
  await network.refresh()
}

/** Has the proxies know the targets of now. When it resolves, nothing new is sent to those that have left. */
export function announceTargets(world: World): Promise<void> {
  return world.cloud.network.balance()
}

/** provisioning -> active. */
export function provision(world: World, id: string): void {
  const { background, latencies } = world.cloud
  void background.start(`provisioning of ${id}`, async () => {
    await background.sleep(latencies.balancerProvisioningMs)
    const balancer = world.loadBalancers.get(id)
    if (balancer?.state !== 'provisioning' || balancer.deletedAtMs !== undefined) return
    world.loadBalancers.put({ ...balancer, state: 'active' })
    world.commit()
  })
}

/** Takes a deregistered target away once its time to drain is over; what it still does is cut off then. */
export function drain(world: World, id: string): void {
  const { background, latencies } = world.cloud
  const target = world.targets.get(id)
  const group = target && world.targetGroups.get(target.groupId)
  if (target?.deregisteredAtMs === undefined || !group) return
  const seconds = Number(attributesOfGroup(group)['deregistration_delay.timeout_seconds'])
  const until = target.deregisteredAtMs + seconds * 1000 * latencies.balancingScale
  const remove = () => {
    // Registered again, and perhaps left again meanwhile: that has a time of its own.
    if (world.targets.get(id)?.deregisteredAtMs === target.deregisteredAtMs) world.targets.delete(id)
  }
  if (until <= world.now()) return remove()
  void background.start(`draining of ${id}`, async () => {
    await background.sleep(until - world.now())
    remove()
    world.commit()
    await announceTargets(world)
  })
}

/** Which targets are being probed, so that none is probed twice. */
const probed = new WeakMap<World, Set<string>>()

/** Probes all targets of a group from now on, as long as they are registered. Without hosts there is nothing to probe. */
export function watchTargets(world: World, groupId: string): void {
  if (world.cloud.hosts.kind === 'none') return
  const running = probed.get(world) ?? new Set<string>()
  probed.set(world, running)
  for (const { id, deregisteredAtMs } of world.targets.withKey(groupId)) {
    if (deregisteredAtMs !== undefined || running.has(id)) continue
    running.add(id)
    void world.cloud.background.start(`probes of ${id}`, () => probe(world, id).finally(() => running.delete(id)))
  }
}

/** A short while after a target came into use it is probed for the first time. */
const idlePauseMs = 250
/** Intervals are not made shorter than this, however short times are. */
const intervalLeastMs = 100

async function probe(world: World, id: string): Promise<void> {
  const { background, hosts, latencies } = world.cloud
  for (;;) {
    const target = world.targets.get(id)
    const group = target && world.targetGroups.get(target.groupId)
    if (!target || !group || target.deregisteredAtMs !== undefined) return
    const from = unusedBecause(world, group, target) ? undefined : nodeFor(world, target)
    const to = world.instances.get(target.instanceId)?.privateIp
    if (from === undefined || to === undefined) {
      await forgetHealth(world, target)
      await background.sleep(idlePauseMs)
      continue
    }
    const { health } = group
    const startedAt = world.now()
    const result = await hosts.probe({
      from,
      address: to,
      port: health.port === 'traffic-port' ? target.port : Number(health.port),
      protocol: health.protocol,
      path: health.path,
      timeoutMs: health.timeoutSeconds * 1000,
    })
    await note(world, id, group, (before) => nextHealth(before, health, result))
    const intervalMs = Math.max(intervalLeastMs, health.intervalSeconds * 1000 * latencies.balancingScale)
    await background.sleep(Math.max(0, startedAt + intervalMs - world.now()))
  }
}

async function note(
  world: World,
  id: string,
  group: TargetGroup,
  next: (before: Target['health']) => Target['health'],
): Promise<void> {
  const target = world.targets.get(id)
  // It may have left while it was probed.
  if (!target || target.deregisteredAtMs !== undefined || unusedBecause(world, group, target)) return
  const health = next(target.health)
  if (JSON.stringify(health) === JSON.stringify(target.health)) return
  world.targets.put({ ...target, health })
  world.commit()
  if (health.state !== target.health.state) await announceTargets(world)
}

/** What comes into use again begins anew. */
async function forgetHealth(world: World, target: Target): Promise<void> {
  if (target.health.state === 'initial') return
  world.targets.put({ ...target, health: initialHealth })
  world.commit()
  await announceTargets(world)
}

/** The private address that a target is probed from: the node of its own zone. */
function nodeFor(world: World, { groupId, instanceId }: Target): string | undefined {
  const listener = world.listeners.find((candidate) => candidate.groupId === groupId)
  const nodes = (listener && world.loadBalancers.get(listener.balancerId)?.nodes) ?? []
  const zone = world.instances.get(instanceId)?.zone
  return nodes.find((node) => node.zone === zone)?.privateIp
}

/** Takes up what a stopped or killed daemon left. */
export function resumeBalancing(world: World): void {
  for (const { id, state, deletedAtMs } of world.loadBalancers.values()) {
    if (deletedAtMs !== undefined) world.loadBalancers.delete(id)
    else if (state === 'provisioning') provision(world, id)
  }
  for (const { id, deregisteredAtMs } of world.targets.values()) if (deregisteredAtMs !== undefined) drain(world, id)
  for (const { id } of world.targetGroups.values()) watchTargets(world, id)
}
