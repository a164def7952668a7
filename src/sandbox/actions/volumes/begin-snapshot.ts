import { contentOf } from '../../lifecycle/snapshot.js'
import { newId } from '../../model/ids.js'
import { quotas } from '../../model/quotas.js'
import type { Snapshot } from '../../model/snapshot.js'
import type { Tags } from '../../model/tags.js'
import type { Volume } from '../../model/volume.js'
import { ApiError, invalidValue } from '../../wire/api-error.js'
import { encryptsByDefault } from '../../world/encryption.js'
import { encryptionOf, type Encryption } from '../../world/kms-keys.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'

/** Throws EC2's error for a volume of which no snapshot can be begun now. */
export function checkSnapshotable(world: World, volume: Volume): void {
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

/** Puts a snapshot that is pending; its content is still to be taken. */
export function beginSnapshot(world: World, volume: Volume, description: string, tags: Tags): Snapshot {
  checkSnapshotable(world, volume)
  if (description.length > 255) throw invalidValue('Snapshot description is longer than 255 characters')
  return begin(world, tags, {
    volumeId: volume.id,
    sizeGiB: volume.sizeGiB,
    description,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    durationMs: durationOf(world, volume.sizeGiB, world.snapshots.withKey(volume.id)),
    sourceSnapshotId: undefined,
    root: volume.root,
    loginUser: volume.root ? world.instances.get(volume.attachment?.instanceId ?? '')?.loginUser : undefined,
  })
}

/** Puts a copy that is pending, of a snapshot of this region or another. */
export function beginCopy(
  world: World,
  source: Snapshot,
  wanted: { readonly description: string; readonly encryption: Encryption; readonly tags: Tags },
): Snapshot {
  return begin(world, wanted.tags, {
    // The reference: a copy has an arbitrary volume id that should not be used.
    volumeId: 'vol-ffffffff',
    sizeGiB: source.sizeGiB,
    description: wanted.description,
    ...wanted.encryption,
    durationMs: durationOf(world, source.sizeGiB, []),
    sourceSnapshotId: contentOf(source),
    root: source.root,
    loginUser: source.loginUser,
  })
}

/** What a copy asks for of its encryption. */
export interface CopyEncryption {
  readonly Encrypted?: boolean | undefined
  readonly KmsKeyId?: string | undefined
}

/** A copy of what is encrypted is encrypted, with the account's key unless another is named (API reference, CopySnapshot). */
export function encryptionOfCopy(
  world: World,
  { Encrypted, KmsKeyId }: CopyEncryption,
  source: Pick<Encryption, 'encrypted'>,
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

function begin(
  world: World,
  tags: Tags,
  facts: Pick<
    Snapshot,
    | 'volumeId'
    | 'sizeGiB'
    | 'description'
    | 'encrypted'
    | 'kmsKeyId'
    | 'durationMs'
    | 'sourceSnapshotId'
    | 'root'
    | 'loginUser'
  >,
): Snapshot {
  const snapshot = world.snapshots.put({
    ...facts,
    id: newId('snap'),
    sequence: world.nextSequence(),
    ownerId: world.accountId,
    state: 'pending',
    stateMessage: undefined,
    startedAtMs: world.now(),
    completedAtMs: undefined,
    isTaken: false,
    deleteWhenComplete: false,
  })
  world.tags.put(snapshot.id, tags)
  noteCreation(world, snapshot.id)
  return snapshot
}
