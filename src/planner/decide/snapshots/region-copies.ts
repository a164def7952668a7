import type { Address } from '../../../model/address.js'
import type { Diff } from '../../../model/change.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import type { Problem } from '../../../model/plan-problem.js'
import { copySourceOf, tagsForCopy, wasCopiedTo, type CopyRegion } from '../../../model/regions/region-copy.js'
import { isNewerSnapshot } from '../../../model/snapshot-version.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import type { World } from '../../world.js'
import type { ArchiveDecision } from '../archives/archive-decision.js'
import { copiedOtherwise } from '../copied-otherwise.js'
import { isHeld, warningOf, type Decided } from '../decided.js'
import type { VolumeOutlooks } from '../volumes/volume-outlook.js'
import type { ScheduledWork } from './scheduled-work.js'
import { prunableSnapshots } from './snapshot-retention.js'

/** What becomes of the copies that a volume's or an archive's snapshots have in other regions. */
export interface RegionCopies {
  readonly address: Address
  readonly copies: readonly NewSnapshotCopy[]
  /** What failed, what is there twice, and what is kept no longer; sorted by region, then id. */
  readonly removes: readonly CopyRemoval[]
  /** Of the newest snapshot that is there: where it has copies. Empty where it has all. */
  readonly diffs: readonly Diff[]
  readonly reason: string
  readonly problems: readonly Problem[]
  readonly unread?: ReadonlyMap<Address, string>
}

export interface NewSnapshotCopy {
  /** Undefined: the one that the plan takes. */
  readonly snapshotId: string | undefined
  readonly region: string
  /** Of the copy; undefined: those of the snapshot that the plan takes. */
  readonly tags: Tags | undefined
  readonly encrypted?: boolean
  readonly kmsKey?: string
}

export interface CopyRemoval {
  readonly snapshotId: string
  readonly region: string
  /** It goes when the new one is there. */
  readonly isPruned: boolean
}

interface Around {
  readonly volumes: VolumeOutlooks
  readonly schedules: ReadonlyMap<Address, ScheduledWork>
  readonly archives: ReadonlyMap<Address, ArchiveDecision>
}

/** Which ids of some copies `keep` lets go of. */
type Retention = (copies: readonly Pick<LiveSnapshot, 'id' | 'startedAt'>[]) => readonly string[]

interface Wanted {
  readonly address: Address
  readonly regions: readonly CopyRegion[]
  /** Whether the plan takes a snapshot; a state that is newer than all that are there. */
  readonly isComing: boolean
  readonly retention: Retention | undefined
}

/** Copies follow the newest snapshot: of what was there before a region stood in the file nothing is copied but that one. */
export function decideRegionCopies(world: World, around: Around): ReadonlyMap<Address, RegionCopies> {
  const wanted = [...wantedOfVolumes(world, around), ...wantedOfArchives(world, around)]
  return new Map(wanted.map((one) => [one.address, copiesOf(world, one)]))
}

function wantedOfVolumes({ spec }: World, { volumes, schedules }: Around): readonly Wanted[] {
  return spec.volumes.flatMap(({ address, snapshots }): readonly Wanted[] => {
    if (!snapshots?.regions || !volumes.has(address)) return []
    const { regions, keep } = snapshots
    const isComing = schedules.get(address)?.due !== undefined
    return [{ address, regions, isComing, retention: keep && ((copies) => prunableSnapshots(copies, keep)) }]
  })
}

function wantedOfArchives({ spec }: World, { archives }: Around): readonly Wanted[] {
  return spec.archives.flatMap(({ address, regions, keep }): readonly Wanted[] => {
    const decision = archives.get(address)
    if (!regions || !decision || isHeld(decision)) return []
    const isComing = 'version' in decision && decision.version !== undefined
    const retention: Retention | undefined =
      keep === undefined ? undefined : (copies) => prunableSnapshots(copies, { last: keep, daily: 0, weekly: 0 })
    return [{ address, regions, isComing, retention }]
  })
}

function copiesOf(world: World, { address, regions, isComing, retention }: Wanted): RegionCopies {
  const { region: home, snapshotsElsewhere = [] } = world.live.stack
  const newest = newestOf((world.live.snapshots.get(address) ?? []).filter(({ state }) => state === 'completed'))
  const elsewhere = new Map(snapshotsElsewhere.map((there) => [there.region, there]))
  const copies: NewSnapshotCopy[] = []
  const removes: CopyRemoval[] = []
  const problems: Problem[] = []
  const unread: string[] = []
  const missing: string[] = []
  // Where the target says no region, the file may name the stack's own.
  const others = regions.filter(({ region }) => region !== home)
  for (const wanted of others) {
    const { region, encrypted, kmsKey } = wanted
    const there = elsewhere.get(region)
    if (there?.unread !== undefined) {
      problems.push(unreadIn(address, region, there.unread))
      unread.push(`its copies in ${region}: ${there.unread}`)
      continue
    }
    const found = (there?.snapshots ?? []).filter(
      (copy) => copy.address === address && copySourceOf(copy.tags)?.region === home,
    )
    const good = found.filter(({ state }) => state !== 'error')
    const ofNewest = good.filter(({ tags }) => newest !== undefined && copySourceOf(tags)?.id === newest.id)
    const isThere = ofNewest.some(({ state }) => state === 'completed')
    if (newest && !isThere) missing.push(region)
    const options = { region, ...(encrypted !== undefined && { encrypted }), ...(kmsKey !== undefined && { kmsKey }) }
    if (isComing) copies.push({ ...options, snapshotId: undefined, tags: undefined })
    else if (newest && !isThere) copies.push({ ...options, snapshotId: newest.id, tags: tagsOfCopy(newest.tags) })
    const scheduled = ofNewest.find(({ tags }) => tags[tagKeys.checkpoint] === undefined)
    problems.push(...copiedOtherwise(address, scheduled?.tags, wanted, nextCopy(isComing)))
    const added = isComing ? world.options.now : newest && !isThere ? newest.startedAt : undefined
    removes.push(
      ...removalsOf(region, found, {
        added,
        retention: isComing && added === undefined ? undefined : retention,
        newest: isComing ? undefined : newest?.id,
      }),
    )
  }
  const names = others.map(({ region }) => region)
  const isLost = newest !== undefined && missing.some((region) => wasCopiedTo(newest.tags, region))
  const diff: Diff = {
    path: 'copies',
    before: names.filter((region) => !missing.includes(region)),
    after: names,
    cause: isLost ? 'drift' : 'pending',
  }
  return {
    address,
    copies,
    removes,
    diffs: missing.length > 0 ? [diff] : [],
    reason: reasonOf(copies, removes, isLost),
    problems,
    ...(unread.length > 0 && { unread: new Map([[address, unread.join('; ')]]) }),
  }
}

/** A copy that the schedule makes is no part of a checkpoint: that is copied as a whole, or not. */
function tagsOfCopy(tags: Tags): Tags {
  const set: readonly string[] = [tagKeys.checkpoint, tagKeys.checkpointSize, tagKeys.specDigest]
  return Object.fromEntries(Object.entries(tagsForCopy(tags)).filter(([key]) => !set.includes(key)))
}

interface Keeping {
  /** When the source was begun of the copy that the plan makes. */
  readonly added: string | undefined
  readonly retention: Retention | undefined
  /** The snapshot of which there is to be a copy, however old it is: newer ones may have gone here, and their copies stay. */
  readonly newest: string | undefined
}

function removalsOf(
  region: string,
  found: readonly LiveSnapshot[],
  { added, retention, newest }: Keeping,
): readonly CopyRemoval[] {
  const own = found.filter(({ tags }) => tags[tagKeys.checkpoint] === undefined)
  const failed = own.filter(({ state }) => state === 'error')
  const completed = own.filter(({ state }) => state === 'completed')
  const first = new Map<string, string>()
  for (const { id, tags } of completed) {
    const source = copySourceOf(tags)?.id ?? id
    if (id < (first.get(source) ?? '~')) first.set(source, id)
  }
  const kept = new Set(first.values())
  const twice = completed.filter(({ id, imageIds = [] }) => !kept.has(id) && imageIds.length === 0)
  const single = completed.filter(({ id }) => kept.has(id))
  const next = added === undefined ? [] : [{ id: '', startedAt: added }]
  const pruned = new Set(retention?.([...single, ...next]))
  return [
    ...[...failed, ...twice].map(({ id }) => ({ snapshotId: id, region, isPruned: false })),
    ...single
      .filter((copy) => pruned.has(copy.id) && !isNeeded(copy))
      .map(({ id }) => ({ snapshotId: id, region, isPruned: true })),
  ].sort((left, right) => (left.snapshotId < right.snapshotId ? -1 : 1))

  function isNeeded({ tags, imageIds = [] }: LiveSnapshot): boolean {
    return imageIds.length > 0 || (newest !== undefined && copySourceOf(tags)?.id === newest)
  }
}

function reasonOf(copies: readonly NewSnapshotCopy[], removes: readonly CopyRemoval[], isLost: boolean): string {
  const places = copies.map(({ region }) => region).join(', ')
  const gone = removes.length
  return [
    ...(copies.length === 0
      ? []
      : [isLost ? `its copy in ${places} is missing` : `its newest snapshot is copied to ${places}`]),
    ...(gone === 0 ? [] : [gone === 1 ? 'a copy goes' : `${gone} copies go`]),
  ].join('; ')
}

function newestOf(snapshots: readonly LiveSnapshot[]): LiveSnapshot | undefined {
  return snapshots.reduce<LiveSnapshot | undefined>(
    (best, one) => (best === undefined || isNewerSnapshot(one, best) ? one : best),
    undefined,
  )
}

function nextCopy(isComing: boolean): string {
  const next = isComing ? 'the snapshot that this plan takes' : 'the next snapshot'
  return `${next} is copied as the file says; \`snapshots delete\` with a file of that region takes away what must not stay`
}

function unreadIn(address: Address, region: string, reason: string): Problem {
  const message = `the copies of ${address} in ${region} could not be read: ${reason}`
  const hint = 'what is there is left as it is; plan again when it can be read'
  return warningOf(address, 'PLAN_UNREADABLE', message, hint)
}

/** The decision, with what is done in other regions. */
export function withCopies<D extends Decided>(decision: D, copies: RegionCopies | undefined): D {
  if (!copies) return decision
  const { change, problems } = decision
  const isWork = copies.copies.length + copies.removes.length > 0
  const unread = new Map([...(decision.unread ?? []), ...(copies.unread ?? [])])
  const reason = [change.reason, copies.reason].filter((text) => text !== '').join('; ')
  const diffs = [...change.diffs, ...copies.diffs].toSorted((left, right) => (left.path < right.path ? -1 : 1))
  return {
    ...decision,
    change: isWork ? { ...change, kind: change.kind === 'none' ? 'update' : change.kind, reason, diffs } : change,
    problems: [...problems, ...copies.problems],
    ...(unread.size > 0 && { unread }),
  }
}
