import { progressOf, type Snapshot } from '../model/snapshot.js'
import type { XmlRecord } from '../wire/xml.js'
import type { World } from '../world/world.js'
import { renderTags } from './tags.js'

/** A snapshot as DescribeSnapshots shows it; `stateName` is what CreateSnapshots calls the member. */
export function renderSnapshot(world: World, snapshot: Snapshot, stateName: 'status' | 'state' = 'status'): XmlRecord {
  return {
    snapshotId: snapshot.id,
    volumeId: snapshot.volumeId,
    [stateName]: snapshot.state,
    ...(stateName === 'status'
      ? { statusMessage: snapshot.stateMessage, storageTier: 'standard', kmsKeyId: snapshot.kmsKeyId }
      : {}),
    startTime: new Date(snapshot.startedAtMs),
    ...(stateName === 'status' && snapshot.completedAtMs !== undefined
      ? { completionTime: new Date(snapshot.completedAtMs) }
      : {}),
    progress: progressOf(snapshot, world.now()),
    ownerId: snapshot.ownerId,
    volumeSize: snapshot.sizeGiB,
    description: snapshot.description,
    encrypted: snapshot.encrypted,
    tagSet: renderTags(world.tags.get(snapshot.id)),
  }
}
