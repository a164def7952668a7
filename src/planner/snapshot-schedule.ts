import type { Address } from '../model/address.js'
import type { SnapshotSchedule, VolumeSpec } from '../model/stack-spec.js'
import type { LiveSnapshot, LiveVolume } from '../model/live-stack.js'
import { nameTag } from '../model/names.js'
import { recordChange, type Planning } from './planning.js'
import { prunableSnapshots } from './snapshot-retention.js'
import { snapshotTags } from './snapshot-tags.js'
import { snapshotVersion } from '../model/snapshot-version.js'
import type { SnapshotHold, StepId } from '../model/step.js'
import { stepId } from '../model/step-id.js'
import { tagKeys } from '../model/tags.js'
import { settled } from './lower/volumes.js'

const minuteMs = 60_000

/**
 * Plans the snapshots that are due at `options.now`, and the end of those that the rules let go of. Without a moment
 * nothing is due. Neither is a difference: a plan that has nothing else to do shows no drift and nothing pending.
 */
export function planSchedules(planning: Planning): void {
  const { now } = planning.options
  if (now === undefined) return
  for (const spec of planning.spec.volumes) {
    const live = appliedVolume(planning, spec)
    if (spec.snapshots && live) planSchedule(planning, spec, spec.snapshots, live, now)
    else if (spec.snapshots?.keep && planning.steps.has(stepId('supersede-volume', spec.address))) {
      // The one that the old volume leaves behind counts as any other.
      planPruning(planning, spec, spec.snapshots.keep, false, now)
    }
  }
}

/** The volume that the entry stands for, where it stays what it is in this plan. */
function appliedVolume(planning: Planning, { address, server, volumeId }: VolumeSpec): LiveVolume | undefined {
  if (planning.blocked.has(address)) return undefined
  if (server !== undefined && !planning.fates.has(server)) return undefined
  // One that another takes the place of leaves a snapshot anyway.
  if (planning.steps.has(stepId('create-volume', address))) return undefined
  const adopted = volumeId === undefined ? undefined : planning.live.volumesById.get(volumeId)
  return planning.live.volumes.get(address) ?? (adopted && { ...adopted, address })
}

function planSchedule(
  planning: Planning,
  spec: VolumeSpec,
  schedule: SnapshotSchedule,
  live: LiveVolume,
  now: string,
): void {
  const { address } = spec
  const own = planning.live.snapshots.get(address) ?? []
  const isDue = isSnapshotDue(own, live, schedule, now)
  if (isDue) addSnapshot(planning, spec, schedule, live)
  planPruning(planning, spec, schedule.keep, isDue, isDue ? now : undefined)
}

/** Plans the end of what the rules let go of, and tells it together with what is due. `taken` is the moment of a new one. */
function planPruning(
  planning: Planning,
  { address }: VolumeSpec,
  keep: SnapshotSchedule['keep'],
  isDue: boolean,
  taken: string | undefined,
): void {
  const prunable = keep ? goneBy(planning, keep, planning.live.snapshots.get(address) ?? [], taken) : []
  for (const snapshot of prunable) {
    planning.steps.add(
      'delete-snapshot',
      address,
      { snapshotId: snapshot.id },
      { needs: [stepId('create-snapshot', address)], suffix: snapshot.id },
    )
  }
  noteWork(planning, address, isDue, prunable)
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

/** After everything else that the plan does with the volume. */
function addSnapshot(planning: Planning, spec: VolumeSpec, schedule: SnapshotSchedule, live: LiveVolume): void {
  const { address, server } = spec
  const fate = server === undefined ? undefined : planning.fates.get(server)
  const canEnter = fate?.runsAfter === true && fate.inside !== 'impossible' && fate.inside !== 'unread'
  const hold = canEnter ? holdFor(spec, schedule) : undefined
  planning.steps.add(
    'create-snapshot',
    address,
    {
      volumeId: live.id,
      description: `${nameTag(planning.spec.stack, address)}, taken as scheduled`,
      tags: snapshotTags(planning, live),
      ...(hold && { hold }),
    },
    {
      needs: [
        ...settled(address),
        ...copiesOf(planning, address),
        ...(hold && fate ? [stepId('connect-host', fate.address)] : []),
      ],
      impact: hold?.how === 'unmount' ? 'downtime' : 'none',
    },
  )
}

/** What the plan copies to or from the volume comes first: it is part of the snapshot then, and keeps nothing busy. */
function copiesOf({ spec }: Planning, address: Address): readonly StepId[] {
  return spec.syncs
    .filter(({ from, to }) => [...from, to].some((end) => end.kind === 'volume' && end.volume === address))
    .flatMap((sync) =>
      (['copy-files', 'copy-blocks', 'run-on-change'] as const).map((kind) => stepId(kind, sync.address)),
    )
}

function holdFor({ server, mount, fstype }: VolumeSpec, { consistent }: SnapshotSchedule): SnapshotHold | undefined {
  if (server === undefined || !mount || consistent === 'none') return undefined
  return consistent === 'freeze' ? { how: 'freeze', server } : { how: 'unmount', server, fstype, mount }
}

/** The completed ones that no rule keeps, where nothing else needs them: images, checkpoints, the file, a volume made from it, an unfinished swap. */
function goneBy(
  planning: Planning,
  keep: NonNullable<SnapshotSchedule['keep']>,
  own: readonly LiveSnapshot[],
  taken: string | undefined,
): readonly LiveSnapshot[] {
  const completed = own.filter(({ state, tags }) => state === 'completed' && tags[tagKeys.checkpoint] === undefined)
  const next = taken === undefined ? [] : [{ id: '', startedAt: taken }]
  const prunable = new Set(prunableSnapshots([...completed, ...next], keep))
  const needed = neededElsewhere(planning)
  // What the new one stands in for goes after it is completed; without a new one, a good one stays.
  return completed.filter(
    (snapshot) => prunable.has(snapshot.id) && !needed(snapshot) && (snapshot.imageIds ?? []).length === 0,
  )
}

function neededElsewhere({ spec, live, options, steps }: Planning): (snapshot: LiveSnapshot) => boolean {
  const ids = new Set<string | undefined>(Object.values(options.restore ?? {}))
  for (const volume of [...live.retained.values()].flat()) ids.add(volume.tags[tagKeys.superseded])
  for (const { address, snapshotId } of live.volumes.values()) {
    // One that goes in this plan needs nothing any more.
    if (!steps.has(stepId('supersede-volume', address))) ids.add(snapshotId)
  }
  const versions = new Set<string>()
  for (const { snapshot } of spec.volumes) {
    if (snapshot?.kind === 'id') ids.add(snapshot.id)
    else if (snapshot) versions.add(`volume.${snapshot.name} ${snapshot.version}`)
  }
  return (snapshot) => ids.has(snapshot.id) || versions.has(`${snapshot.address} ${snapshotVersion(snapshot)}`)
}

function noteWork(
  planning: Planning,
  address: VolumeSpec['address'],
  isDue: boolean,
  prunable: readonly LiveSnapshot[],
): void {
  const notes = [
    ...(isDue ? ['a snapshot is due'] : []),
    ...(prunable.length > 0
      ? [`${prunable.length === 1 ? 'a snapshot is' : `${prunable.length} snapshots are`} kept no longer`]
      : []),
  ]
  const change = planning.changes.get(address)
  if (notes.length === 0 || !change) return
  const kind = change.kind === 'none' ? 'update' : change.kind
  const reason = [change.reason, ...notes].filter((text) => text !== '').join('; ')
  recordChange(planning, { ...change, kind, reason })
}
