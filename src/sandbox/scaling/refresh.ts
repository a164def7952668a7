import {
  isActive,
  type InstanceRefresh,
  type ScalingGroup,
  type ScalingMember,
  type TemplateChoice,
} from '../model/auto-scaling/records.js'
import type { World } from '../world/world.js'
import { startLeaving, statesOf } from './members.js'

/** "The instance refresh fails when instances do not become healthy within an hour" (User Guide, "Instance refresh"). */
const stalledMs = 3_600_000

export function activeRefresh(world: World, groupId: string): InstanceRefresh | undefined {
  return world.instanceRefreshes.withKey(groupId).find(isActive)
}

/** What is launched from: what a refresh wants while it goes on, else the group's own. */
export function templateOfLaunches(world: World, group: ScalingGroup): TemplateChoice {
  const refresh = activeRefresh(world, group.id)
  return refresh?.status === 'InProgress' ? (refresh.wanted ?? group.template) : group.template
}

/** How many more than desired a refresh that launches first asks for. */
export function surgeOf(world: World, group: ScalingGroup): number {
  const refresh = activeRefresh(world, group.id)
  const most = refresh?.preferences.maxHealthyPercentage
  if (!refresh || most === undefined || !isReplacing(refresh)) return 0
  const more = Math.max(1, Math.floor((group.desired * most) / 100) - group.desired)
  const isForced = most > 100 || refresh.preferences.minHealthyPercentage === 100
  return isForced ? Math.min(remaining(world, refresh).length, more) : 0
}

function isReplacing({ status }: InstanceRefresh): boolean {
  return status === 'InProgress' || status === 'RollbackInProgress'
}

function remaining(world: World, { groupId, oldIds }: InstanceRefresh): readonly ScalingMember[] {
  return world.scalingMembers.withKey(groupId).filter(({ id, state }) => oldIds.includes(id) && state !== 'Terminating')
}

/** Goes on with a group's refresh. Returns when to look again. */
export function proceed(world: World, groupId: string): number | undefined {
  const group = world.scalingGroups.get(groupId)
  const refresh = activeRefresh(world, groupId)
  if (!group || !refresh || group.suspended.includes('InstanceRefresh')) return undefined
  if (refresh.status === 'Cancelling') return settleCancelled(world, refresh)
  const members = world.scalingMembers.withKey(groupId)
  const staying = members.filter(({ state }) => state !== 'Terminating')
  const old = remaining(world, refresh)
  const fresh = staying.filter((member) => !old.includes(member))
  const warmedAt = (member: ScalingMember) =>
    (member.inServiceAtMs ?? Infinity) + refresh.preferences.warmupSeconds * 1000 * world.cloud.latencies.scalingScale
  const isReady = (member: ScalingMember) =>
    isWell(world, group, member) && (old.includes(member) || world.now() >= warmedAt(member))
  const ready = staying.filter(isReady)
  const updated = fresh.filter(isReady).length
  const percent = refresh.total === 0 ? 100 : Math.floor((100 * Math.min(updated, refresh.total)) / refresh.total)
  if (old.length === 0 && updated >= group.desired && members.length === staying.length) {
    return succeed(world, group, refresh)
  }
  const isMoved = percent !== refresh.percent
  const noted = isMoved ? world.instanceRefreshes.put({ ...refresh, percent, movedAtMs: world.now() }) : refresh
  const stalledAtMs = noted.movedAtMs + stalledMs * world.cloud.latencies.scalingScale
  if (world.now() >= stalledAtMs) {
    fail(world, group, noted, staying)
    return undefined
  }
  const least = Math.ceil((group.desired * refresh.preferences.minHealthyPercentage) / 100)
  const isStill = staying.length === ready.length && staying.length === members.length
  const isSurging = surgeOf(world, group) > 0
  const spare = Math.max(ready.length - least, isStill && !isSurging ? 1 : 0)
  for (const member of old.slice(0, Math.max(0, spare))) {
    startLeaving(world, group, member, 'an instance was taken out of service in response to an instance refresh.')
  }
  const warming = fresh.map(warmedAt).filter((at) => at > world.now() && at !== Infinity)
  return Math.min(stalledAtMs, ...warming)
}

/** In service, and found healthy by all who judge it. */
function isWell(world: World, group: ScalingGroup, member: ScalingMember): boolean {
  if (member.state !== 'InService' || member.health !== 'Healthy') return false
  return group.healthCheckType !== 'ELB' || statesOf(world, group, member.id).every((state) => state === 'healthy')
}

/** Only then is the group's own configuration the one that was wanted (API reference, StartInstanceRefresh). */
function succeed(world: World, group: ScalingGroup, refresh: InstanceRefresh): undefined {
  const isBack = refresh.status === 'RollbackInProgress'
  world.instanceRefreshes.put({
    ...refresh,
    status: isBack ? 'RollbackSuccessful' : 'Successful',
    percent: isBack ? 0 : 100,
    endedAtMs: world.now(),
  })
  if (!isBack && refresh.wanted) world.scalingGroups.put({ ...group, template: refresh.wanted })
}

function settleCancelled(world: World, refresh: InstanceRefresh): undefined {
  const members = world.scalingMembers.withKey(refresh.groupId)
  if (members.some(({ state }) => state !== 'InService')) return
  world.instanceRefreshes.put({ ...refresh, status: 'Cancelled', endedAtMs: world.now() })
}

function fail(world: World, group: ScalingGroup, refresh: InstanceRefresh, staying: readonly ScalingMember[]): void {
  const reason = 'Instances did not become healthy in time. Check the scaling activities of the group.'
  if (refresh.status === 'RollbackInProgress') {
    world.instanceRefreshes.put({ ...refresh, status: 'RollbackFailed', reason, endedAtMs: world.now() })
  } else if (refresh.preferences.rollsBack && refresh.wanted) rollBack(world, group, refresh, staying, reason)
  else world.instanceRefreshes.put({ ...refresh, status: 'Failed', reason, endedAtMs: world.now() })
}

/** What was launched from the new configuration is replaced by instances of the old one. */
export function rollBack(
  world: World,
  group: ScalingGroup,
  refresh: InstanceRefresh,
  staying: readonly ScalingMember[],
  reason: string,
): void {
  const isOfNew = ({ template }: ScalingMember) =>
    template.templateId === refresh.wanted?.templateId && template.version === versionOf(world, refresh.wanted)
  world.instanceRefreshes.put({
    ...refresh,
    status: 'RollbackInProgress',
    reason,
    oldIds: staying.filter(isOfNew).map(({ id }) => id),
    movedAtMs: world.now(),
    rollback: { reason, startedAtMs: world.now(), percent: refresh.percent },
  })
  world.scalingGroups.put({ ...group, failures: 0, pausedUntilMs: undefined })
}

/** A version by its number. */
export function versionOf(world: World, { templateId, version }: TemplateChoice): string {
  const template = world.launchTemplates.get(templateId)
  if (version === '$Default') return String(template?.defaultVersion ?? version)
  return version === '$Latest' ? String(template?.latestVersion ?? version) : version
}
