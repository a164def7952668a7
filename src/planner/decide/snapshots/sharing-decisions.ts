import type { Address } from '../../../model/address.js'
import { formatApplied, parseApplied } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import type { Problem } from '../../../model/plan-problem.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import { causeOf, itemChanges, sortedDiffs } from '../../compare/comparison.js'
import { reasonFor } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { inEntry, warningOf, type DraftChange } from '../decided.js'
import type { VolumeOutlooks } from '../volumes/volume-outlook.js'
import type { ScheduledWork } from './scheduled-work.js'

/** Snapshots of a volume that others may use and shall not, or the other way round. There is no work without any. */
export interface SharingWork {
  readonly volume: Address
  readonly modifies: readonly SnapshotSharing[]
  /** Of several snapshots the newest that differs speaks for all. */
  readonly diff: Diff<'volume'>
}

export interface SnapshotSharing {
  readonly snapshotId: string
  readonly shares: { readonly added: readonly string[]; readonly removed: readonly string[] }
  readonly tags: Tags
}

/** Decides who else may use the snapshots of each volume that says so, but for those that go in this plan. */
export function decideSharing(
  world: World,
  volumes: VolumeOutlooks,
  schedules: ReadonlyMap<Address, ScheduledWork>,
): ReadonlyMap<Address, SharingWork> {
  const decided = new Map<Address, SharingWork>()
  for (const { address, shareSnapshots: share } of world.spec.volumes) {
    if (!share || !volumes.has(address)) continue
    const pruned = new Set(schedules.get(address)?.pruned.map(({ id }) => id))
    const own = (world.live.snapshots.get(address) ?? []).filter(({ id }) => !pruned.has(id))
    const differing = own.flatMap((snapshot) => differenceOf(world, share, snapshot) ?? [])
    const newest = differing.sort((left, right) => (left.snapshot.startedAt < right.snapshot.startedAt ? 1 : -1))[0]
    if (newest) {
      const modifies = differing.map(({ work }) => work)
      decided.set(address, { volume: address, modifies, diff: newest.diff })
    }
  }
  return decided
}

interface Difference {
  readonly snapshot: LiveSnapshot
  readonly work: SnapshotSharing
  readonly diff: Diff<'volume'>
}

function differenceOf(world: World, share: readonly string[], snapshot: LiveSnapshot): Difference | undefined {
  const { id, tags, sharedWith: before } = snapshot
  if (before === undefined) return undefined
  const shares = itemChanges(before, share)
  if (shares.added.length + shares.removed.length === 0) return undefined
  const cause = causeOf(world.digest, parseApplied(tags[tagKeys.applied]), 'share', share)
  return {
    snapshot,
    work: { snapshotId: id, shares, tags: sharingTags(world, share) },
    diff: { path: 'snapshots.share', before, after: share, cause, items: shares },
  }
}

/**
 * What EC2 will refuse, as far as EC2 tells: a file that does not say `encrypted` leaves that to the account, and to where the volume
 * came from (EC2 API, ModifySnapshotAttribute: "Encrypted snapshots … cannot be made public").
 */
export function sharingProblems({ live, volumes }: World, address: Address): readonly Problem[] {
  const volume = live.volumes.get(address)
  if (volume?.encrypted !== true || volumes.get(address)?.shareSnapshots?.includes('public') !== true) return []
  const message = `${address} (${volume.id}) is encrypted, and its snapshots cannot be public`
  const hint = 'name accounts, and give the volume a key of your own (`kmsKey`) that they may use'
  return [inEntry(warningOf(address, 'EC2_SHARE_REFUSED', message, hint), 'snapshots', 'share')]
}

/** What is recorded of a snapshot that others may use; nothing where the file does not say. */
export function sharingTags({ digest }: Pick<World, 'digest'>, share: readonly string[] | undefined): Tags {
  const word = digest(share)
  return word === undefined ? {} : { [tagKeys.applied]: formatApplied({ share: word }) }
}

/** Who else may use what is taken of a volume, as a step says it. */
export function shareOf({ volumes }: World, address: Address): { readonly share?: readonly string[] } {
  const { shareSnapshots = [] } = volumes.get(address) ?? {}
  return shareSnapshots.length > 0 ? { share: shareSnapshots } : {}
}

/** The change of a volume, with who may use its snapshots. */
export function withSharing(change: DraftChange, work: SharingWork | undefined): DraftChange {
  if (!work) return change
  const kind = change.kind === 'none' ? 'update' : change.kind
  const diffs = sortedDiffs([...change.diffs, work.diff])
  const reason = change.kind === 'none' && change.reason === '' ? reasonFor(diffs) : change.reason
  return { ...change, kind, reason, diffs }
}
