import { digestOf, digestOfText } from '../core/digest.js'
import type { ArchiveSpec } from '../model/stack-spec.js'
import type { Address } from '../model/address.js'
import type { LiveSnapshot, TreeFacts } from '../model/live-stack.js'
import { nameTag } from '../model/names.js'
import type { World } from './world.js'
import { isNewerSnapshot, snapshotVersion } from '../model/snapshot-version.js'
import { tagKeys, type Tags } from '../model/tags.js'

/** What is known of an archive's versions. */
export interface ArchiveVersions {
  /** Completed ones, newest first. */
  readonly completed: readonly LiveSnapshot[]
  /** Those that EC2 is still making. */
  readonly pending: readonly LiveSnapshot[]
  /** The number that a new one gets: above all that there are, failed ones too. */
  readonly next: number
}

export function archiveVersions({ live }: World, address: Address): ArchiveVersions {
  const all = live.snapshots.get(address) ?? []
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

/** Everything that is needed to make a volume from a version alone, and to tell whether there is need of another one. */
export function versionTags(
  world: World,
  spec: ArchiveSpec,
  version: { readonly number: number; readonly source: string; readonly sizeGiB: number },
): Tags {
  const { address, fstype, tags } = spec
  const { stack } = world.spec
  const { revision, run } = world.options
  return {
    ...tags,
    [tagKeys.name]: nameTag(stack, address),
    [tagKeys.stack]: stack,
    [tagKeys.address]: address,
    [tagKeys.version]: String(version.number),
    [tagKeys.source]: version.source,
    [tagKeys.fstype]: fstype,
    [tagKeys.uuid]: archiveUuid(stack, address),
    [tagKeys.size]: String(version.sizeGiB),
    ...(revision === undefined ? {} : { [tagKeys.revision]: revision }),
    ...(run === undefined ? {} : { [tagKeys.run]: run }),
  }
}

/** The UUID that an archive's filesystem is made with, the same for all its versions; the name-based form of RFC 9562 (version 8). */
export function archiveUuid(stack: string, address: Address): string {
  const hex = digestOfText(`${stack} ${address}`)
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}

/**
 * The versions that `keep` lets go of, oldest first, `added` being made in this plan. One that an image was made of, or
 * that a volume of the file names, stays.
 */
export function prunableVersions(
  world: World,
  { address, keep }: ArchiveSpec,
  { completed }: ArchiveVersions,
  added: number,
): readonly LiveSnapshot[] {
  if (keep === undefined) return []
  return completed
    .slice(Math.max(0, keep - added))
    .filter((snapshot) => (snapshot.imageIds ?? []).length === 0 && !isNamed(world, address, snapshot))
    .reverse()
}

function isNamed({ spec }: World, address: Address, snapshot: LiveSnapshot): boolean {
  return spec.volumes.some(({ snapshot: selector }) => {
    if (!selector) return false
    if (selector.kind === 'id') return selector.id === snapshot.id
    return `archive.${selector.name}` === address && selector.version === snapshotVersion(snapshot)
  })
}
