import { contentOf, dropSnapshot, finishCopy, takeSnapshot } from '../../lifecycle/snapshot.js'
import { newId, resourceKinds } from '../../model/ids.js'
import type { Image } from '../../model/image.js'
import { quotas } from '../../model/quotas.js'
import { progressOf, type Snapshot } from '../../model/snapshot.js'
import { mergeTags, readTagSpecifications, type Tags } from '../../model/tags.js'
import type { Volume } from '../../model/volume.js'
import { renderSnapshot } from '../../render/snapshot.js'
import { renderTags } from '../../render/tags.js'
import { ApiError, invalidValue, unsupported } from '../../wire/api-error.js'
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
import { encryptsByDefault } from '../../world/encryption.js'
import { encryptionOf, type Encryption } from '../../world/kms-keys.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

export const createSnapshot = defineAction({
  name: 'CreateSnapshot',
  effect: 'writes',
  members: { VolumeId: required(string), Description: string, TagSpecification: tagSpecifications },
  run: async ({ VolumeId, Description, TagSpecification }, world) => {
    const volume = findVolume(world, VolumeId)
    const tags = readTagSpecifications(TagSpecification, ['snapshot'])
    const snapshot = begin(world, volume, Description ?? '', tags.snapshot)
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
      return begin(world, volume, Description ?? '', mergeTags(copied, tags.snapshot))
    })
    world.commit()
    await Promise.all(snapshots.map(({ id }) => takeSnapshot(world, id)))
    return { snapshotSet: snapshots.map((snapshot) => renderSnapshot(world, snapshot, 'state')) }
  },
})

function checkSnapshotable(world: World, volume: Volume): void {
  if (volume.state !== 'available' && volume.state !== 'in-use') {
    throw new ApiError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`)
  }
  const earlier = world.snapshots.withKey(volume.id)
  checkRate(world, earlier)
  const pending = earlier.filter(({ state }) => state === 'pending').length
  if (pending >= quotas.pendingSnapshotsPerVolume) {
    throw new ApiError(
      'ConcurrentSnapshotLimitExceeded',
      `Maximum allowed in-progress snapshots for a single volume exceeded.`,
    )
  }
}

/** EC2 API reference, error codes: SnapshotCreationPerVolumeRateExceeded. */
function checkRate(world: World, earlier: readonly Snapshot[]): void {
  const since = world.now() - world.cloud.latencies.snapshotEveryMs
  if (!earlier.some(({ startedAtMs }) => startedAtMs > since)) return
  throw new ApiError(
    'SnapshotCreationPerVolumeRateExceeded',
    'The maximum per volume CreateSnapshot request rate has been exceeded. Use an increasing or variable sleep interval between requests.',
  )
}

/** It is incremental: what an earlier one of the volume has is not read again. */
function durationOf(world: World, sizeGiB: number, earlier: readonly Snapshot[]): number {
  const { snapshotPendingMs, snapshotPerGiBMs } = world.cloud.latencies
  const knownGiB = Math.max(0, ...earlier.filter(({ state }) => state !== 'error').map((snapshot) => snapshot.sizeGiB))
  return snapshotPendingMs + snapshotPerGiBMs * (sizeGiB - knownGiB)
}

function begin(world: World, volume: Volume, description: string, tags: Tags): Snapshot {
  checkSnapshotable(world, volume)
  if (description.length > 255) throw invalidValue('Snapshot description is longer than 255 characters')
  const snapshot = world.snapshots.put({
    id: newId('snap'),
    sequence: world.nextSequence(),
    ownerId: world.accountId,
    volumeId: volume.id,
    sizeGiB: volume.sizeGiB,
    state: 'pending',
    stateMessage: undefined,
    description,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    startedAtMs: world.now(),
    completedAtMs: undefined,
    durationMs: durationOf(world, volume.sizeGiB, world.snapshots.withKey(volume.id)),
    isTaken: false,
    deleteWhenComplete: false,
    sourceSnapshotId: undefined,
    root: volume.root,
  })
  world.tags.put(snapshot.id, tags)
  noteCreation(world, snapshot.id)
  return snapshot
}

export const deleteSnapshot = defineAction({
  name: 'DeleteSnapshot',
  effect: 'writes',
  members: { SnapshotId: required(string) },
  run: ({ SnapshotId }, world) => {
    const image = world.images.find(({ rootSnapshotId }) => rootSnapshotId === SnapshotId)
    if (image) throw new ApiError('UnauthorizedOperation', 'You are not authorized to perform this operation.')
    const snapshot = findSnapshot(world, SnapshotId)
    // A pending snapshot is deleted when it is complete.
    if (snapshot.state === 'pending') world.snapshots.put({ ...snapshot, deleteWhenComplete: true })
    else dropSnapshot(world, snapshot)
    return done
  },
})

export const copySnapshot = defineAction({
  name: 'CopySnapshot',
  effect: 'writes',
  members: {
    SourceRegion: required(string),
    SourceSnapshotId: required(string),
    Description: string,
    DestinationRegion: string,
    Encrypted: boolean,
    KmsKeyId: string,
    PresignedUrl: string,
    TagSpecification: tagSpecifications,
  },
  run: (parameters, world) => {
    if (parameters.SourceRegion !== world.region.name) throw unsupported('CopySnapshot from another region')
    const source = findSnapshot(world, parameters.SourceSnapshotId)
    if (source.state !== 'completed')
      throw new ApiError('IncorrectState', `Snapshot '${source.id}' is not 'completed'.`)
    const tags = readTagSpecifications(parameters.TagSpecification, ['snapshot'])
    const encryption = encryptionOfCopy(world, parameters, source)
    const copy = world.snapshots.put({
      ...source,
      id: newId('snap'),
      sequence: world.nextSequence(),
      // The reference: a copy has an arbitrary volume id that should not be used.
      volumeId: 'vol-ffffffff',
      state: 'pending',
      description: parameters.Description ?? '',
      ...encryption,
      startedAtMs: world.now(),
      completedAtMs: undefined,
      durationMs: durationOf(world, source.sizeGiB, []),
      sourceSnapshotId: contentOf(source),
    })
    world.tags.put(copy.id, tags.snapshot)
    noteCreation(world, copy.id)
    finishCopy(world, copy.id)
    return { snapshotId: copy.id, tagSet: renderTags(tags.snapshot) }
  },
})

/** A copy of what is encrypted is encrypted, with the account's key unless another is named (API reference, CopySnapshot). */
function encryptionOfCopy(
  world: World,
  { Encrypted, KmsKeyId }: { readonly Encrypted?: boolean | undefined; readonly KmsKeyId?: string | undefined },
  source: Snapshot,
): Encryption {
  const encrypted = (Encrypted ?? false) || source.encrypted || encryptsByDefault(world)
  if (Encrypted === false && encrypted) {
    throw new ApiError('InvalidParameterCombination', 'A copy of an encrypted snapshot cannot be unencrypted.')
  }
  if (KmsKeyId !== undefined && !encrypted) {
    throw new ApiError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    )
  }
  return encryptionOf(world, { encrypted, kmsKeyId: KmsKeyId }, undefined)
}

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
    const page = describeRecords(world, {
      action: 'DescribeSnapshots',
      kind: resourceKinds.snapshot,
      source: ownAndPublic(world),
      ids: parameters.SnapshotId,
      request: parameters,
      filters: snapshotFilters(world),
      page: pageRules.snapshots,
      hidden: ({ ownerId }) =>
        (owners.length > 0 && !owners.includes(ownerId)) ||
        (parameters.RestorableBy?.includes('self') === true && ownerId !== world.accountId),
    })
    return { snapshotSet: page.items.map((snapshot) => renderSnapshot(world, snapshot)), nextToken: page.nextToken }
  },
})

/** Without an owner EC2 also lists everybody's public snapshots: here, those of the catalogue's images. */
function ownAndPublic(world: World) {
  const all = new Map(world.images.map((image) => [image.rootSnapshotId, snapshotOfImage(image)]))
  for (const snapshot of world.snapshots.values()) all.set(snapshot.id, snapshot)
  return { get: (id: string) => all.get(id), values: () => [...all.values()] }
}

function snapshotOfImage(image: Image): Snapshot {
  return {
    id: image.rootSnapshotId,
    // Before every snapshot of the account.
    sequence: image.sequence - 1_000_000,
    ownerId: image.ownerId,
    volumeId: 'vol-ffffffff',
    sizeGiB: image.rootSizeGiB,
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
