import { dropSnapshot, takeSnapshot } from '../../lifecycle/snapshot.js'
import { resourceKinds } from '../../model/ids.js'
import type { Image } from '../../model/image.js'
import { progressOf, type Snapshot } from '../../model/snapshot.js'
import { mergeTags, readTagSpecifications } from '../../model/tags.js'
import { renderSnapshot } from '../../render/snapshot.js'
import { ApiError, invalidValue } from '../../wire/api-error.js'
import type { FilterTable } from '../../wire/filter.js'
import {
  boolean,
  filterList,
  list,
  oneOf,
  paging,
  required,
  string,
  structure,
  tagSpecifications,
} from '../../wire/shape.js'
import { findInstance, findSnapshot, findVolume } from '../../world/lookup.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'
import { beginSnapshot, checkSnapshotable } from './begin-snapshot.js'

export const createSnapshot = defineAction({
  name: 'CreateSnapshot',
  effect: 'writes',
  members: { VolumeId: required(string), Description: string, TagSpecification: tagSpecifications },
  run: async ({ VolumeId, Description, TagSpecification }, world) => {
    const volume = findVolume(world, VolumeId)
    const tags = readTagSpecifications(TagSpecification, ['snapshot'])
    const snapshot = beginSnapshot(world, volume, Description ?? '', tags.snapshot)
    world.commit()
    await takeSnapshot(world, snapshot.id)
    return renderSnapshot(world, snapshot)
  },
})

export const createSnapshots = defineAction({
  name: 'CreateSnapshots',
  effect: 'writes',
  members: {
    InstanceSpecification: required(
      structure({ InstanceId: required(string), ExcludeBootVolume: boolean, ExcludeDataVolumeId: list(string) }),
    ),
    Description: string,
    TagSpecification: tagSpecifications,
    CopyTagsFromSource: oneOf('volume'),
  },
  run: async ({ InstanceSpecification, Description, TagSpecification, CopyTagsFromSource }, world) => {
    const instance = findInstance(world, InstanceSpecification.InstanceId)
    const tags = readTagSpecifications(TagSpecification, ['snapshot'])
    const excluded = InstanceSpecification.ExcludeDataVolumeId ?? []
    const volumes = world.volumes
      .withKey(instance.id)
      .filter(({ root, id }) => (root ? InstanceSpecification.ExcludeBootVolume !== true : !excluded.includes(id)))
    if (volumes.length === 0) throw invalidValue('No volumes to take snapshots of')
    for (const volume of volumes) checkSnapshotable(world, volume)
    const snapshots = volumes.map((volume) => {
      const copied = CopyTagsFromSource === 'volume' ? world.tags.get(volume.id) : {}
      return beginSnapshot(world, volume, Description ?? '', mergeTags(copied, tags.snapshot))
    })
    world.commit()
    await Promise.all(snapshots.map(({ id }) => takeSnapshot(world, id)))
    return { snapshotSet: snapshots.map((snapshot) => renderSnapshot(world, snapshot, 'state')) }
  },
})

export const deleteSnapshot = defineAction({
  name: 'DeleteSnapshot',
  effect: 'writes',
  members: { SnapshotId: required(string) },
  run: ({ SnapshotId }, world) => {
    const image = world.images.find(({ root, disks }) =>
      [root, ...disks].some((disk) => disk.snapshotId === SnapshotId),
    )
    if (image && image.ownerId !== world.accountId)
      throw new ApiError('UnauthorizedOperation', 'You are not authorized to perform this operation.')
    const snapshot = findSnapshot(world, SnapshotId)
    if (snapshot.ownerId !== world.accountId)
      throw new ApiError('UnauthorizedOperation', 'You are not authorized to perform this operation.')
    if (image) {
      throw new ApiError('InvalidSnapshot.InUse', `The snapshot ${snapshot.id} is currently in use by ${image.id}`)
    }
    // A pending snapshot is deleted when it is complete.
    if (snapshot.state === 'pending') world.snapshots.put({ ...snapshot, deleteWhenComplete: true })
    else dropSnapshot(world, snapshot)
    return done
  },
})

const snapshotFilters = (world: World): FilterTable<Snapshot> => ({
  description: ({ description }) => description,
  encrypted: ({ encrypted }) => encrypted,
  'owner-alias': ({ ownerId }) => (ownerId === amazonOwner ? 'amazon' : undefined),
  'owner-id': ({ ownerId }) => ownerId,
  progress: (snapshot) => progressOf(snapshot, world.now()),
  'snapshot-id': ({ id }) => id,
  'start-time': ({ startedAtMs }) => new Date(startedAtMs).toISOString(),
  status: ({ state }) => state,
  'storage-tier': () => 'standard',
  'volume-id': ({ volumeId }) => volumeId,
  'volume-size': ({ sizeGiB }) => sizeGiB,
})

const amazonOwner = '137112412989'

export const describeSnapshots = defineAction({
  name: 'DescribeSnapshots',
  effect: 'reads',
  members: { SnapshotId: list(string), Owner: list(string), RestorableBy: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const owners = (parameters.Owner ?? []).map((owner) =>
      owner === 'self' ? world.accountId : owner === 'amazon' ? amazonOwner : owner,
    )
    const restorers = (parameters.RestorableBy ?? []).map((who) => (who === 'self' ? world.accountId : who))
    const page = describeRecords(world, {
      action: 'DescribeSnapshots',
      kind: resourceKinds.snapshot,
      source: ownAndPublic(world),
      ids: parameters.SnapshotId,
      request: parameters,
      filters: snapshotFilters(world),
      page: pageRules.snapshots,
      hidden: (snapshot) =>
        (owners.length > 0 && !owners.includes(snapshot.ownerId)) ||
        (restorers.length > 0 && !restorers.some((restorer) => isRestorableBy(snapshot, restorer))),
    })
    return { snapshotSet: page.items.map((snapshot) => renderSnapshot(world, snapshot)), nextToken: page.nextToken }
  },
})

/** Whether an account, or `all` of them, can make volumes of it: its owner, and whom it is shared with by name (EC2 API, DescribeSnapshots). */
function isRestorableBy({ ownerId, sharedWith = [] }: Snapshot, who: string): boolean {
  return who === ownerId || sharedWith.includes(who)
}

/** Without an owner EC2 also lists everybody's public snapshots: here, those of the catalogue's images. */
function ownAndPublic(world: World) {
  const all = new Map(world.catalogue.map((image) => [image.root.snapshotId, snapshotOfImage(image)]))
  for (const snapshot of world.snapshots.values()) all.set(snapshot.id, snapshot)
  return { get: (id: string) => all.get(id), values: () => [...all.values()] }
}

function snapshotOfImage(image: Image): Snapshot {
  return {
    id: image.root.snapshotId,
    sequence: image.sequence,
    ownerId: image.ownerId,
    sharedWith: ['all'],
    volumeId: 'vol-ffffffff',
    sizeGiB: image.root.sizeGiB,
    state: 'completed',
    stateMessage: undefined,
    description: `Root volume of ${image.name}`,
    encrypted: false,
    kmsKeyId: undefined,
    startedAtMs: image.createdAtMs,
    completedAtMs: image.createdAtMs,
    durationMs: 0,
    isTaken: true,
    deleteWhenComplete: false,
    sourceSnapshotId: undefined,
    root: true,
  }
}
