import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import { tagKeys } from '../../../model/tags.js'
import type { World } from '../../world.js'
import type { VolumeOutlooks } from '../volumes/volume-outlook.js'
import { namedSnapshots } from './named-snapshots.js'

/** Tells of a snapshot whether something else needs it: an image, a checkpoint, the file, a restore, a volume made from it, an unfinished swap. */
export function neededSnapshots(
  { spec, live, wishes }: World,
  volumes: VolumeOutlooks,
): (snapshot: LiveSnapshot) => boolean {
  const ids = new Set<string | undefined>([...wishes.restores.values()].map(({ snapshotId }) => snapshotId))
  for (const group of live.retained.values()) for (const { tags } of group) ids.add(tags[tagKeys.superseded])
  for (const { address, snapshotId } of live.volumes.values()) {
    // One whose place another takes in this plan needs nothing any more.
    if (volumes.get(address)?.isSuperseded !== true) ids.add(snapshotId)
  }
  const isNamed = namedSnapshots(spec)
  return (snapshot) =>
    ids.has(snapshot.id) ||
    isNamed(snapshot) ||
    snapshot.tags[tagKeys.checkpoint] !== undefined ||
    (snapshot.imageIds ?? []).length > 0
}
