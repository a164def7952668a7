import type { World } from '../world/world.js'
import { matchCapacity } from './capacity.js'
import { lookAtMembers } from './members.js'
import { proceed } from './refresh.js'

/** What of one region is under way. */
interface Attention {
  /** Groups that are looked at soon. */
  readonly soon: Set<string>
  /** When each is looked at in any case. */
  readonly at: Map<string, number>
}

const attentions = new WeakMap<World, Attention>()

/**
 * Has a group looked at soon, and again after everything that changes of it or of its instances. It asks EC2 and Elastic
 * Load Balancing for what it needs by their actions, as anybody would.
 */
export function tend(world: World, groupId: string): void {
  const { soon } = attentionOf(world)
  if (soon.has(groupId)) return
  soon.add(groupId)
  const { background, latencies } = world.cloud
  void background.start(`scaling of ${groupId}`, async () => {
    await background.sleep(latencies.scalingMs)
    await background.inLine(groupId, async () => {
      soon.delete(groupId)
      await look(world, groupId)
      world.commit()
    })
  })
}

/** Takes up what a stopped or killed daemon left. */
export function resumeScaling(world: World): void {
  for (const { id } of world.scalingGroups.values()) tend(world, id)
}

function attentionOf(world: World): Attention {
  const known = attentions.get(world)
  if (known) return known
  const attention: Attention = { soon: new Set(), at: new Map() }
  attentions.set(world, attention)
  world.watchers.add((kind, id) => {
    const groupId = groupConcerned(world, kind, id)
    if (groupId !== undefined) tend(world, groupId)
  })
  return attention
}

/** The group that a changed record matters to. */
function groupConcerned(world: World, kind: string, id: string): string | undefined {
  if (kind === 'scalingGroup') return id
  if (kind === 'instance' || kind === 'scalingMember') return world.scalingMembers.get(id)?.groupId
  if (kind === 'instanceRefresh') return world.instanceRefreshes.get(id)?.groupId
  // The id of a target is that of its group, and its instance with a port.
  if (kind === 'target') return world.scalingMembers.get(/ (i-[0-9a-f]+):/.exec(id)?.[1] ?? '')?.groupId
  return undefined
}

async function look(world: World, groupId: string): Promise<void> {
  const group = world.scalingGroups.get(groupId)
  if (!group) return
  const times = [await lookAtMembers(world, group), proceed(world, groupId), await matchCapacity(world, groupId)]
  if (group.isDeleting && world.scalingMembers.withKey(groupId).length === 0) forget(world, groupId)
  const next = Math.min(...times.map((at) => at ?? Infinity))
  if (next !== Infinity) lookAt(world, groupId, next)
}

function lookAt(world: World, groupId: string, atMs: number): void {
  const { at } = attentionOf(world)
  const { background } = world.cloud
  const known = at.get(groupId)
  if (known !== undefined && known <= atMs && known > world.now()) return
  at.set(groupId, atMs)
  void background.start(`next look at ${groupId}`, async () => {
    await background.sleep(Math.max(0, atMs - world.now()))
    if (at.get(groupId) === atMs) at.delete(groupId)
    if (world.scalingGroups.get(groupId)) tend(world, groupId)
  })
}

function forget(world: World, groupId: string): void {
  for (const { id } of world.scalingActivities.withKey(groupId)) world.scalingActivities.delete(id)
  for (const { id } of world.instanceRefreshes.withKey(groupId)) world.instanceRefreshes.delete(id)
  world.scalingGroups.delete(groupId)
}
