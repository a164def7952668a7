import { checkId, notFound, resourceKinds } from '../../model/ids.js'
import type { Image, ImageDisk } from '../../model/image.js'
import type { InstanceType } from '../../model/instance-types.js'
import {
  readVolumeType,
  resolveVolume,
  volumeTypes,
  type PlannedVolume,
  type VolumeType,
} from '../../model/volume-types.js'
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
    if (deviceName === image.root.deviceName) {
      rootMapping = mapping
      continue
    }
    if (noDevice !== undefined) continue
    if (virtualName !== undefined) throw unsupported('instance store volumes (VirtualName)')
    checkDeviceName(deviceName)
    data.push(planData(world, deviceName, mapping, image))
  }
  for (const disk of image.disks) if (!seen.has(disk.deviceName)) data.push(planData(world, disk.deviceName, {}, image))
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
  const { root } = image
  if (ebs.SnapshotId !== undefined && ebs.SnapshotId !== root.snapshotId) {
    throw new ApiError('InvalidBlockDeviceMapping', `snapshotId cannot be modified on root device`)
  }
  const type = readVolumeType(ebs.VolumeType, root.type)
  if (!volumeTypes[type].bootable) {
    throw new ApiError('BootForVolumeTypeUnsupported', `The volume type '${type}' cannot be used as a boot volume.`)
  }
  const sizeGiB = ebs.VolumeSize ?? root.sizeGiB
  if (sizeGiB < root.sizeGiB) throw tooSmall(sizeGiB, root.snapshotId, root.sizeGiB)
  const volume = resolveVolume({ sizeGiB, ...performanceOf(ebs, type, root) })
  const snapshot = world.snapshots.get(root.snapshotId)
  return {
    ...volume,
    deviceName: root.deviceName,
    root: true,
    deleteOnTermination: ebs.DeleteOnTermination ?? root.deleteOnTermination,
    snapshotId: root.snapshotId,
    contentId: snapshot && contentOf(snapshot),
    ...encryptionOfMapping(world, ebs, snapshot),
  }
}

/** IOPS and throughput that nobody asks for are the image's, as long as the type is. */
function performanceOf(ebs: Exclude<Mapping['Ebs'], undefined>, type: VolumeType, disk: ImageDisk | undefined) {
  const same = disk?.type === type && type !== 'gp2' ? disk : undefined
  return { type, iops: ebs.Iops ?? same?.iops, throughput: ebs.Throughput ?? same?.throughput }
}

/** A disk that the call maps, over the one that the image has at this device. */
function planData(world: World, deviceName: string, mapping: Mapping, image: Image): PlannedVolume {
  const ebs = mapping.Ebs ?? {}
  const disk = image.disks.find((candidate) => candidate.deviceName === deviceName)
  const snapshotId = ebs.SnapshotId ?? disk?.snapshotId
  const snapshot = snapshotId === undefined ? undefined : usableSnapshot(world, snapshotId)
  const sizeGiB = ebs.VolumeSize ?? disk?.sizeGiB ?? snapshot?.sizeGiB
  if (sizeGiB === undefined) throw missingParameter('VolumeSize')
  if (snapshot && sizeGiB < snapshot.sizeGiB) throw tooSmall(sizeGiB, snapshot.id, snapshot.sizeGiB)
  const type = readVolumeType(ebs.VolumeType, disk?.type ?? 'gp2')
  return {
    ...resolveVolume({ sizeGiB, ...performanceOf(ebs, type, disk) }),
    deviceName,
    root: false,
    // The API's default for a data volume in RunInstances is true; the console's is false.
    deleteOnTermination: ebs.DeleteOnTermination ?? disk?.deleteOnTermination ?? true,
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
  const image = world.catalogue.find((candidate) => candidate.root.snapshotId === id)
  if (image) {
    if (world.cloud.hosts.kind !== 'none') throw unsupported(`volumes of the image's snapshot ${id}`)
    return { id, contentId: id, sizeGiB: image.root.sizeGiB, encrypted: false, kmsKeyId: undefined }
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
