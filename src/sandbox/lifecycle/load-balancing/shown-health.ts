import { nextHealth } from '../../model/load-balancing/health.js'
import type { Target, TargetGroup, TargetHealth } from '../../model/load-balancing/records.js'
import type { World } from '../../world/world.js'

/** A target's state as DescribeTargetHealth tells it, with ELB's reason codes and words. */
export type ShownHealth = {
  readonly State: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining'
  readonly Reason?: string | undefined
  readonly Description?: string | undefined
}

/** ELB User Guide, "Target health status" and "Health check reason codes". */
export function shownHealth(world: World, group: TargetGroup, target: Target): ShownHealth {
  if (target.deregisteredAtMs !== undefined) {
    return {
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    }
  }
  const unused = unusedBecause(world, group, target)
  if (unused) return { State: 'unused', ...unused }
  const { state, reason, description } = healthOf(world, group, target)
  return { State: state, Reason: reason, Description: description }
}

/** Why nothing is sent to a registered target; undefined where it is probed. */
export function unusedBecause(
  world: World,
  group: TargetGroup,
  { instanceId }: Target,
): Required<Pick<ShownHealth, 'Reason' | 'Description'>> | undefined {
  const listener = world.listeners.find(({ groupId }) => groupId === group.id)
  const balancer = listener && world.loadBalancers.get(listener.balancerId)
  if (!balancer || balancer.deletedAtMs !== undefined) {
    const description = 'Target group is not configured to receive traffic from the load balancer'
    return { Reason: 'Target.NotInUse', Description: description }
  }
  const instance = world.instances.get(instanceId)
  if (instance?.state !== 'running') {
    const description = `Target is in the ${instance?.state ?? 'terminated'} state`
    return { Reason: 'Target.InvalidState', Description: description }
  }
  if (!balancer.nodes.some(({ zone }) => zone === instance.zone)) {
    const description = 'Target is in an Availability Zone that is not enabled for the load balancer'
    return { Reason: 'Target.NotInUse', Description: description }
  }
  return undefined
}

/** Where there are no hosts nothing answers: what a probe would find after its time is what is said. */
function healthOf(world: World, { health }: TargetGroup, target: Target): TargetHealth {
  if (world.cloud.hosts.kind !== 'none') return target.health
  const { intervalSeconds, timeoutSeconds, unhealthyThreshold } = health
  const seconds = intervalSeconds * (unhealthyThreshold - 1) + timeoutSeconds
  const isOver = world.now() >= target.registeredAtMs + seconds * 1000 * world.cloud.latencies.balancingScale
  if (!isOver) return target.health
  return nextHealth({ ...target.health, against: unhealthyThreshold - 1 }, health, { kind: 'timed-out' })
}
