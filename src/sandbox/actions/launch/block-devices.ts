import { checkId, notFound, resourceKinds } from '../../model/ids.js'
import type { Image } from '../../model/image.js'
import type { InstanceType } from '../../model/instance-types.js'
import { readVolumeType, resolveVolume, volumeTypes, type VolumeRequest } from '../../model/volume-types.js'
import { ApiError, invalidValue, missingParameter, unsupported } from '../../wire/api-error.js'
import { list, structure, string, type Parsed } from '../../wire/shape.js'
import { contentOf } from '../../lifecycle/snapshot.js'
import { encryptsByDefault } from '../../world/encryption.js'
import { encryptionOf, type Encryption } from '../../world/kms-keys.js'
import type { World } from '../../world/world.js'
import { ebsMembers } from './members.js'

const mappingList = list(
  structure({ DeviceName: string, NoDevice: string, VirtualName: string, Ebs: structure(ebsMembers) }),
)
type Mapping = Parsed<typeof mappingList>[number]

/** A volume that a launch will make. */
export interface PlannedVolume extends VolumeRequest {
  readonly deviceName: string
  readonly root: boolean
  readonly deleteOnTermination: boolean
  readonly snapshotId: string | undefined
  readonly contentId: string | undefined
  readonly encrypted: boolean
  readonly kmsKeyId: string | undefined
}

/** Names that EC2 accepts on HVM instances (EC2 User Guide, "Device names for volumes"). */
const deviceNamePattern = /^(?:\/dev\/)?(?:sd[a-z][0-9]{0,2}|xvd[a-c]?[a-z]|xvdd[a-x])$/

export function checkDeviceName(name: string): void {
  if (!deviceNamePattern.test(name)) throw invalidValue(`Invalid device name ${name}`)
}

/** The volumes of a launch: the image's root disk, changed and extended by the mappings of the call. */
export function planBlockDevices(
  world: World,
  image: Image,
  type: InstanceType,
  mappings: readonly Mapping[],
): readonly PlannedVolume[] {
  const seen = new Set<string>()
  const data: PlannedVolume[] = []
  let rootMapping: Mapping | undefined
  for (const mapping of mappings) {
    const { DeviceName: deviceName, NoDevice: noDevice, VirtualName: virtualName } = mapping
    if (deviceName === undefined) throw missingParameter('BlockDeviceMapping.DeviceName')
    if (seen.has(deviceName)) {
      throw new ApiError(
        'InvalidBlockDeviceMapping',
        `The device '${deviceName}' is used in more than one block-device mapping`,
      )
    }
    seen.add(deviceName)
    if (deviceName === image.rootDeviceName) {
      rootMapping = mapping
      continue
    }
    if (noDevice !== undefined) continue
    if (virtualName !== undefined) throw unsupported('instance store volumes (VirtualName)')
    checkDeviceName(deviceName)
    data.push(planData(world, deviceName, mapping))
  }
  const planned = [planRoot(world, image, rootMapping), ...data]
  if (planned.length > type.attachmentsMaximum) {
    throw new ApiError(
      'AttachmentLimitExceeded',
      `The maximum number of attachments for ${type.name} is ${type.attachmentsMaximum}`,
    )
  }
  return planned
}

function planRoot(world: World, image: Image, mapping: Mapping | undefined): PlannedVolume {
  const ebs = mapping?.Ebs ?? {}
  if (ebs.SnapshotId !== undefined && ebs.SnapshotId !== image.rootSnapshotId) {
    throw new ApiError('InvalidBlockDeviceMapping', `snapshotId cannot be modified on root device`)
  }
  const type = readVolumeType(ebs.VolumeType, image.rootVolumeType)
  if (!volumeTypes[type].bootable) {
    throw new ApiError('BootForVolumeTypeUnsupported', `The volume type '${type}' cannot be used as a boot volume.`)
  }
  const sizeGiB = ebs.VolumeSize ?? image.rootSizeGiB
  if (sizeGiB < image.rootSizeGiB) throw tooSmall(sizeGiB, image.rootSnapshotId, image.rootSizeGiB)
  const volume = resolveVolume({ type, sizeGiB, iops: ebs.Iops, throughput: ebs.Throughput })
  return {
    ...volume,
    deviceName: image.rootDeviceName,
    root: true,
    deleteOnTermination: ebs.DeleteOnTermination ?? true,
    snapshotId: image.rootSnapshotId,
    contentId: undefined,
    ...encryptionOfMapping(world, ebs, undefined),
  }
}

function planData(world: World, deviceName: string, mapping: Mapping): PlannedVolume {
  const ebs = mapping.Ebs ?? {}
  const snapshot = ebs.SnapshotId === undefined ? undefined : usableSnapshot(world, ebs.SnapshotId)
  const sizeGiB = ebs.VolumeSize ?? snapshot?.sizeGiB
  if (sizeGiB === undefined) throw missingParameter('VolumeSize')
  if (snapshot && sizeGiB < snapshot.sizeGiB) throw tooSmall(sizeGiB, snapshot.id, snapshot.sizeGiB)
  const type = readVolumeType(ebs.VolumeType, 'gp2')
  return {
    ...resolveVolume({ type, sizeGiB, iops: ebs.Iops, throughput: ebs.Throughput }),
    deviceName,
    root: false,
    // The API's default for a data volume in RunInstances is true; the console's is false.
    deleteOnTermination: ebs.DeleteOnTermination ?? true,
    snapshotId: snapshot?.id,
    contentId: snapshot?.contentId,
    ...encryptionOfMapping(world, ebs, snapshot),
  }
}

function encryptionOfMapping(
  world: World,
  { Encrypted = false, KmsKeyId }: Exclude<Mapping['Ebs'], undefined>,
  snapshot: Encryption | undefined,
): Encryption {
  const encryption = encryptionOf(
    world,
    { encrypted: Encrypted || encryptsByDefault(world), kmsKeyId: KmsKeyId },
    snapshot,
  )
  if (KmsKeyId !== undefined && !encryption.encrypted) {
    throw new ApiError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    )
  }
  return encryption
}

/** A snapshot that a volume can be made from, with the id under which its content is kept. */
export function usableSnapshot(
  world: World,
  id: string,
): { readonly id: string; readonly contentId: string; readonly sizeGiB: number } & Encryption {
  checkId(resourceKinds.snapshot, id)
  const image = world.images.find((candidate) => candidate.rootSnapshotId === id)
  if (image) {
    if (world.cloud.hosts.kind !== 'none') throw unsupported(`volumes of the image's snapshot ${id}`)
    return { id, contentId: id, sizeGiB: image.rootSizeGiB, encrypted: false, kmsKeyId: undefined }
  }
  const snapshot = world.snapshots.get(id)
  if (!snapshot) throw notFound(resourceKinds.snapshot, [id])
  if (snapshot.state !== 'completed') {
    throw new ApiError('IncorrectState', `Snapshot '${id}' is not 'completed'.`)
  }
  if (snapshot.root && world.cloud.hosts.kind !== 'none')
    throw unsupported(`volumes of ${id}, a snapshot of a root disk`)
  const { sizeGiB, encrypted, kmsKeyId } = snapshot
  return { id, contentId: contentOf(snapshot), sizeGiB, encrypted, kmsKeyId }
}

function tooSmall(sizeGiB: number, snapshotId: string, expected: number): ApiError {
  return new ApiError(
    'InvalidBlockDeviceMapping',
    `Volume of size ${sizeGiB}GB is smaller than snapshot '${snapshotId}', expect size >= ${expected}GB`,
  )
}
