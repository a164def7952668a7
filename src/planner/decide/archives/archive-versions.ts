import { digestOf } from '../../../core/digest.js'
import type { Address } from '../../../model/address.js'
import type { TreeFacts } from '../../../model/kinds/archive.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import { copySourceOf } from '../../../model/regions/region-copy.js'
import { isNewerSnapshot, snapshotVersion } from '../../../model/snapshot-version.js'
import type { ArchiveSpec } from '../../../model/kinds/archive.js'
import type { World } from '../../world.js'

/** What is known of an archive's versions. */
export interface ArchiveVersions {
  /** Completed ones, newest first; copies from another region are versions as well. */
  readonly completed: readonly LiveSnapshot[]
  /** Those that EC2 is still making. */
  readonly pending: readonly LiveSnapshot[]
  /** The number that a new one gets: above all that there are, failed ones too. */
  readonly next: number
}

export function archiveVersions({ live }: World, address: Address): ArchiveVersions {
  const all = [...(live.snapshots.get(address) ?? []), ...(live.arrived.get(address) ?? [])]
  return {
    completed: all
      .filter(({ state }) => state === 'completed')
      .sort((left, right) => (isNewerSnapshot(left, right) ? -1 : 1)),
    pending: all.filter(({ state }) => state === 'pending'),
    next: 1 + Math.max(0, ...all.map(snapshotVersion)),
  }
}

/** What the tag of a version of exactly this directory says: digests of what is in it, and of the rule. */
export function sourceWord({ fstype, exclude, checksum }: ArchiveSpec, tree: TreeFacts): string {
  return `${tree.digest.slice(0, 32)} ${digestOf({ fstype, exclude, checksum }, 8)}`
}

/**
 * The versions that `keep` lets go of, oldest first, `added` being made in this plan. One that an image was made of, or
 * that a volume of the file names, stays.
 */
export function prunableVersions(
  { keep }: ArchiveSpec,
  { completed }: ArchiveVersions,
  added: number,
  isNamed: (snapshot: LiveSnapshot) => boolean,
): readonly LiveSnapshot[] {
  if (keep === undefined) return []
  return completed
    .filter(({ tags }) => copySourceOf(tags) === undefined)
    .slice(Math.max(0, keep - added))
    .filter((snapshot) => (snapshot.imageIds ?? []).length === 0 && !isNamed(snapshot))
    .reverse()
}
