import type { LiveSnapshot } from './kinds/volume-snapshot.js'
import { tagKeys } from './tags.js'

/** The version of a snapshot by its tag; 0 when it has none. */
export function snapshotVersion(snapshot: LiveSnapshot): number {
  const version = Number(snapshot.tags[tagKeys.version] ?? 0)
  return Number.isInteger(version) && version > 0 ? version : 0
}

/** Whether the left one is the newer state of a volume: by version; of one version, the one that was started later. */
export function isNewerSnapshot(left: LiveSnapshot, right: LiveSnapshot): boolean {
  const versions = snapshotVersion(left) - snapshotVersion(right)
  return versions === 0 ? left.startedAt > right.startedAt : versions > 0
}
