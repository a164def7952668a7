import { sameTemplate, type ScalingGroup, type ScalingMember } from '../model/auto-scaling/records.js'
import type { World } from '../world/world.js'
import { launchOne } from './launch.js'
import { startLeaving } from './members.js'
import { activeRefresh, surgeOf, templateOfLaunches } from './refresh.js'

/** Launches what is missing and takes out what is too many. Returns when to try again, where launches failed. */
export async function matchCapacity(world: World, groupId: string): Promise<number | undefined> {
  const group = world.scalingGroups.get(groupId)
  if (!group) return undefined
  const members = stayingOf(world, group)
  const { outside, more } = outsideOf(world, group, members)
  const wanted = group.isDeleting ? 0 : group.desired + surgeOf(world, group) + more
  if (members.length < wanted) return launchMissing(world, group, wanted)
  if (members.length > wanted && (group.isDeleting || !group.suspended.includes('Terminate'))) {
    const refresh = activeRefresh(world, group.id)
    const replaced = new Set([...(refresh?.oldIds ?? []), ...outside])
    for (const member of surplus(world, group, members, members.length - wanted, replaced)) {
      const cause = group.isDeleting
        ? 'a user request deleted the AutoScalingGroup.'
        : `an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${members.length} to ${wanted}.`
      startLeaving(world, group, member, cause)
    }
  }
  return undefined
}

/** Chosen; Auto Scaling goes a tenth beyond the maximum, and one at least (User Guide, "Rebalancing activities"). */
const rebalanceShare = 0.1

/**
 * Members in zones that a group has left, and how many `more` than desired it has until others are in service in their place:
 * "launches new instances before terminating the old ones" (User Guide, "Rebalancing activities").
 */
function outsideOf(
  world: World,
  group: ScalingGroup,
  members: readonly ScalingMember[],
): { readonly outside: readonly string[]; readonly more: number } {
  const isOutside = ({ id }: ScalingMember) => !group.zones.includes(world.instances.get(id)?.zone ?? '')
  const outside = members.filter(isOutside).map(({ id }) => id)
  const isCalm = group.suspended.includes('AZRebalance') || activeRefresh(world, group.id) !== undefined
  if (isCalm || outside.length === 0) return { outside, more: 0 }
  const allowed = Math.max(1, Math.floor(group.maxSize * rebalanceShare))
  const surplusNow = members.length - group.desired
  const arrived = members.every(({ state }) => state === 'InService')
  return { outside, more: arrived && surplusNow > 0 ? 0 : Math.min(outside.length, allowed) }
}

/** Its members that are not on their way out. */
export function stayingOf(world: World, { id }: Pick<ScalingGroup, 'id'>): readonly ScalingMember[] {
  return world.scalingMembers.withKey(id).filter(({ state }) => state !== 'Terminating')
}

async function launchMissing(world: World, group: ScalingGroup, wanted: number): Promise<number | undefined> {
  if (group.suspended.includes('Launch')) return undefined
  if (group.pausedUntilMs !== undefined && world.now() < group.pausedUntilMs) return group.pausedUntilMs
  const template = templateOfLaunches(world, group)
  while (stayingOf(world, group).length < wanted) {
    if (!(await launchOne(world, group, template, stayingOf(world, group)))) {
      return world.scalingGroups.get(group.id)?.pausedUntilMs
    }
  }
  const current = world.scalingGroups.get(group.id)
  if (current && current.failures > 0) world.scalingGroups.put({ ...current, failures: 0, pausedUntilMs: undefined })
  return undefined
}

/**
 * Which go first: of the zone with most, with another template than the group's, the oldest (User Guide, "Default termination
 * policy"). Those that an instance refresh replaces go before all others.
 */
function surplus(
  world: World,
  group: ScalingGroup,
  members: readonly ScalingMember[],
  count: number,
  replaced: ReadonlySet<string>,
): readonly ScalingMember[] {
  const left = members.filter(({ isProtected }) => group.isDeleting || !isProtected)
  const chosen: ScalingMember[] = []
  const zoneOf = ({ id }: ScalingMember) => world.instances.get(id)?.zone ?? ''
  const inZone = (member: ScalingMember) => left.filter((other) => zoneOf(other) === zoneOf(member)).length
  const template = templateOfLaunches(world, group)
  while (chosen.length < count && left.length > 0) {
    const rank = (member: ScalingMember) => [
      replaced.has(member.id) ? 0 : 1,
      -inZone(member),
      sameTemplate(member.template, template) ? 1 : 0,
      member.sequence,
    ]
    left.sort((one, other) => compareRanks(rank(one), rank(other)))
    const first = left.shift()
    if (first) chosen.push(first)
  }
  return chosen
}

function compareRanks(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
