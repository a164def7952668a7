import type { Address } from '../../../model/address.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { SnapshotSchedule } from '../../../model/kinds/volume-snapshot.js'
import type { StackSpec } from '../../../model/stack-spec.js'
import type { SnapshotHold } from '../../../model/steps/step.js'
import { tagKeys } from '../../../model/tags.js'
import type { World } from '../../world.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'
import type { VolumeOutlooks } from '../volumes/volume-outlook.js'
import { neededSnapshots } from './needed-snapshots.js'
import type { DueSnapshot, ScheduledWork } from './scheduled-work.js'
import { prunableSnapshots } from './snapshot-retention.js'
import { snapshotTags } from './snapshot-tags.js'

const minuteMs = 60_000

/**
 * Decides which snapshots are due at `options.now`, and which the rules let go of; by the volume's address, where there
 * is either. Without a moment nothing is due.
 */
export function decideSchedules(
  world: World,
  servers: ServerOutlooks,
  volumes: VolumeOutlooks,
): ReadonlyMap<Address, ScheduledWork> {
  const decided = new Map<Address, ScheduledWork>()
  const { now } = world.options
  if (now === undefined) return decided
  const copies = copiesByVolume(world.spec)
  const isNeeded = neededSnapshots(world, volumes)
  for (const spec of world.spec.volumes) {
    const outlook = volumes.get(spec.address)
    if (!spec.snapshots || !outlook) continue
    const live = outlook.isMade ? undefined : liveVolume(world, spec)
    // Of one that is made nothing is due; the snapshot that an old volume leaves behind counts as any other.
    if (!live && !outlook.isSuperseded) continue
    const own = world.live.snapshots.get(spec.address) ?? []
    const isDue = live !== undefined && isSnapshotDue(own, live, spec.snapshots, now)
    const due = isDue
      ? dueSnapshot(world, servers, spec, spec.snapshots, live, copies.get(spec.address) ?? [])
      : undefined
    const taken = isDue || !live ? now : undefined
    const pruned = spec.snapshots.keep ? prunedBy(spec.snapshots.keep, own, taken, isNeeded) : []
    if (due || pruned.length > 0) decided.set(spec.address, { volume: spec.address, due, pruned })
  }
  return decided
}

/** The volume that the entry stands for, or will adopt. */
function liveVolume({ live }: World, { address, volumeId }: VolumeSpec): LiveVolume | undefined {
  const adopted = volumeId === undefined ? undefined : live.volumesById.get(volumeId)
  return live.volumes.get(address) ?? (adopted && { ...adopted, address })
}

/** Whether the newest state of the volume that is kept is older than the file allows; a new volume's is its beginning. */
function isSnapshotDue(
  snapshots: readonly LiveSnapshot[],
  live: Pick<LiveVolume, 'createdAt'>,
  { everyMinutes }: SnapshotSchedule,
  now: string,
): boolean {
  const moments = snapshots.filter(({ state }) => state !== 'error').map(({ startedAt }) => startedAt)
  const newest = moments.sort().at(-1) ?? live.createdAt
  return newest === undefined || Date.parse(now) - Date.parse(newest) >= everyMinutes * minuteMs
}

function dueSnapshot(
  world: World,
  servers: ServerOutlooks,
  spec: VolumeSpec,
  schedule: SnapshotSchedule,
  live: LiveVolume,
  copies: readonly Address[],
): DueSnapshot {
  const server = spec.server === undefined ? undefined : servers.get(spec.server)
  const canEnter = server?.runsAfter === true && server.inside !== 'impossible' && server.inside !== 'unread'
  const hold = canEnter ? holdFor(spec, schedule) : undefined
  return { volumeId: live.id, tags: snapshotTags(world, live), hold, copies }
}

function holdFor({ server, mount, fstype }: VolumeSpec, { consistent }: SnapshotSchedule): SnapshotHold | undefined {
  if (server === undefined || !mount || consistent === 'none') return undefined
  return consistent === 'freeze' ? { how: 'freeze', server } : { how: 'unmount', server, fstype, mount }
}

/** Rules by the volumes that they read or write. */
function copiesByVolume({ syncs }: StackSpec): ReadonlyMap<Address, readonly Address[]> {
  const rules = new Map<Address, Address[]>()
  for (const { address, from, to } of syncs) {
    const volumes = new Set([...from, to].flatMap((end) => (end.kind === 'volume' ? [end.volume] : [])))
    for (const volume of volumes) {
      const known = rules.get(volume)
      if (known) known.push(address)
      else rules.set(volume, [address])
    }
  }
  return rules
}

/** The completed ones that no rule keeps, where nothing else needs them. `taken` is the moment of one that comes in this plan. */
function prunedBy(
  keep: NonNullable<SnapshotSchedule['keep']>,
  own: readonly LiveSnapshot[],
  taken: string | undefined,
  isNeeded: (snapshot: LiveSnapshot) => boolean,
): readonly LiveSnapshot[] {
  const completed = own.filter(({ state, tags }) => state === 'completed' && tags[tagKeys.checkpoint] === undefined)
  const next = taken === undefined ? [] : [{ id: '', startedAt: taken }]
  const prunable = new Set(prunableSnapshots([...completed, ...next], keep))
  // What the new one stands in for goes after it is completed; without a new one, a good one stays.
  return completed.filter((snapshot) => prunable.has(snapshot.id) && !isNeeded(snapshot))
}
