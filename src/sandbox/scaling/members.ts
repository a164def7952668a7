import { deregisterTargets, registerTargets } from '../actions/load-balancing/targets.js'
import { takeDown, updateInstance } from '../lifecycle/instance.js'
import { shownHealth } from '../lifecycle/load-balancing/shown-health.js'
import type { ScalingGroup, ScalingMember } from '../model/auto-scaling/records.js'
import { userInitiated, userInitiatedShutdown } from '../model/instance.js'
import type { World } from '../world/world.js'
import { begin, finish } from './activities.js'

/** Brings what is said of each member up to what its instance and its targets do. Returns when next to look, if there is a time. */
export async function lookAtMembers(world: World, group: ScalingGroup): Promise<number | undefined> {
  const times: number[] = []
  for (const member of world.scalingMembers.withKey(group.id)) {
    if (member.state === 'Pending') await arrive(world, group, member)
    else if (member.state === 'InService') {
      const at = judge(world, group, member)
      if (at !== undefined) times.push(at)
    } else await leave(world, group, member)
  }
  return times.length === 0 ? undefined : Math.min(...times)
}

/** Pending -> InService once it runs; it gets traffic from then on. */
async function arrive(world: World, group: ScalingGroup, member: ScalingMember): Promise<void> {
  const instance = world.instances.get(member.id)
  if (instance?.state === 'pending') return
  if (instance?.state !== 'running') {
    const message =
      instance?.stateReason?.message ?? `Instance became unhealthy while waiting for instance to be in InService state`
    finish(world, member.activityId, 'Failed', message)
    startLeaving(world, group, member, 'an instance was taken out of service in response to a launch failure.')
    return
  }
  world.scalingMembers.put({ ...member, state: 'InService', inServiceAtMs: world.now() })
  finish(world, member.activityId, 'Successful')
  await giveTraffic(world, group, member.id)
}

/** Registers an instance with the group's target groups. */
export async function giveTraffic(world: World, group: ScalingGroup, instanceId: string): Promise<void> {
  if (group.suspended.includes('AddToLoadBalancer')) return
  for (const TargetGroupArn of group.targetGroupIds) {
    if (!world.targetGroups.get(TargetGroupArn)) continue
    await registerTargets.run({ TargetGroupArn, Targets: [{ Id: instanceId }] } as never, world)
  }
}

/**
 * A member that does not run, or that its load balancer finds unhealthy once its grace is over, is replaced. Returns when its
 * grace is over. Where there are no hosts nothing answers to a probe, and no verdict of a balancer is asked for.
 */
function judge(world: World, group: ScalingGroup, member: ScalingMember): number | undefined {
  if (group.suspended.includes('HealthCheck') && member.health === 'Healthy') return undefined
  const graceEndsAtMs = (member.inServiceAtMs ?? 0) + group.graceSeconds * 1000 * world.cloud.latencies.scalingScale
  const isInGrace = world.now() < graceEndsAtMs
  const cause = complaintOf(world, group, member, isInGrace)
  if (cause === undefined) return isInGrace ? graceEndsAtMs : undefined
  const marked = world.scalingMembers.put({ ...member, health: 'Unhealthy' })
  if (!group.suspended.includes('ReplaceUnhealthy')) startLeaving(world, group, marked, cause)
  return undefined
}

function complaintOf(world: World, group: ScalingGroup, member: ScalingMember, isInGrace: boolean): string | undefined {
  const instance = world.instances.get(member.id)
  if (member.health === 'Unhealthy') return 'an instance was taken out of service in response to a user health-check.'
  if (instance?.state !== 'running')
    return 'an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.'
  if (isInGrace) return undefined
  if (instance.impaired) {
    return 'an instance was taken out of service in response to an EC2 instance status checks failure.'
  }
  if (group.healthCheckType === 'ELB' && statesOf(world, group, member.id).includes('unhealthy')) {
    return 'an instance was taken out of service in response to an ELB system health check failure.'
  }
  return undefined
}

/** What its load balancers say of an instance; nothing where there are no hosts. */
export function statesOf(world: World, group: ScalingGroup, instanceId: string): readonly string[] {
  if (world.cloud.hosts.kind === 'none') return []
  return group.targetGroupIds.flatMap((id) => {
    const targetGroup = world.targetGroups.get(id)
    const targets = world.targets.withKey(id).filter((target) => target.instanceId === instanceId)
    return targetGroup ? targets.map((target) => shownHealth(world, targetGroup, target).State) : []
  })
}

/** From now on it is on its way out. `cause` is what its activity says. */
export function startLeaving(world: World, group: ScalingGroup, member: ScalingMember, cause: string): void {
  finish(world, member.activityId, 'Cancelled')
  const activity = begin(world, group.id, { description: `Terminating EC2 instance: ${member.id}`, cause })
  world.scalingMembers.put({ ...member, state: 'Terminating', activityId: activity.id })
}

/** Out of the traffic first, then terminated; a member no more once it is. */
async function leave(world: World, group: ScalingGroup, member: ScalingMember): Promise<void> {
  const instance = world.instances.get(member.id)
  const targets = group.targetGroupIds.flatMap((id) =>
    world.targets.withKey(id).filter(({ instanceId }) => instanceId === member.id),
  )
  for (const { groupId, deregisteredAtMs } of targets) {
    if (deregisteredAtMs !== undefined) continue
    await deregisterTargets.run({ TargetGroupArn: groupId, Targets: [{ Id: member.id }] } as never, world)
  }
  if (!instance || instance.state === 'terminated') {
    finish(world, member.activityId, 'Successful')
    world.scalingMembers.delete(member.id)
    return
  }
  const drains = targets.some(({ id }) => world.targets.get(id) !== undefined)
  if (drains || instance.state === 'shutting-down') return
  // It ends its own, whatever protects them from termination by others (User Guide, "Scale-in protection").
  const transitionReason = userInitiated(world.now())
  updateInstance(world, member.id, { state: 'shutting-down', stateReason: userInitiatedShutdown, transitionReason })
  takeDown(world, member.id)
}
