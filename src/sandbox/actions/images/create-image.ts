import { restart } from '../../lifecycle/instance.js'
import { takeSnapshot } from '../../lifecycle/snapshot.js'
import { newId } from '../../model/ids.js'
import type { ImageDisk } from '../../model/image.js'
import type { Instance } from '../../model/instance.js'
import { readTagSpecifications, type Tags } from '../../model/tags.js'
import type { Volume } from '../../model/volume.js'
import { readVolumeType, resolveVolume } from '../../model/volume-types.js'
import { ApiError, invalidValue, unsupported } from '../../wire/api-error.js'
import { boolean, list, required, string, structure, tagSpecifications, type Parsed } from '../../wire/shape.js'
import { findInstance } from '../../world/lookup.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { ebsMembers } from '../launch/members.js'
import { beginSnapshot, checkSnapshotable } from '../volumes/begin-snapshot.js'
import { checkImageName } from './image-name.js'

const mappings = list(structure({ DeviceName: string, NoDevice: string, Ebs: structure(ebsMembers) }))
type Mapping = Parsed<typeof mappings>[number]

/**
 * An image of an instance: a snapshot of each disk, all of one moment. Without NoReboot the host is shut down for it and
 * boots again, while the API's state stays `running` (EC2 API reference, CreateImage).
 */
export const createImage = defineAction({
  name: 'CreateImage',
  effect: 'writes',
  members: {
    InstanceId: required(string),
    Name: required(string),
    Description: string,
    NoReboot: boolean,
    BlockDeviceMapping: mappings,
    TagSpecification: tagSpecifications,
  },
  run: async ({ InstanceId, Name, Description, NoReboot, BlockDeviceMapping, TagSpecification }, world) => {
    const instance = findInstance(world, InstanceId)
    checkImageName(world, Name)
    if (instance.state !== 'running' && instance.state !== 'stopped') {
      throw new ApiError('IncorrectInstanceState', `Instance '${instance.id}' is not 'running' or 'stopped'.`)
    }
    const tags = readTagSpecifications(TagSpecification, ['image', 'snapshot'])
    const volumes = chooseVolumes(world, instance, BlockDeviceMapping ?? [])
    const id = newId('ami')
    const disks = beginDisks(world, volumes, `Created by CreateImage(${instance.id}) for ${id}`, tags.snapshot)
    const [root, ...others] = disks
    if (!root) throw new ApiError('InvalidBlockDeviceMapping', 'The root disk cannot be left out of an image.')
    putImage(world, instance, { id, name: Name, description: Description ?? '', root, others, tags: tags.image })
    world.commit()
    const copies = () => Promise.all(disks.map(({ snapshotId }) => takeSnapshot(world, snapshotId)))
    if (instance.state === 'running' && NoReboot !== true) void restart(world, instance.id, 'call', copies)
    else await copies()
    return { imageId: id }
  },
})

interface ChosenVolume {
  readonly volume: Volume
  readonly ebs: Exclude<Mapping['Ebs'], undefined>
}

/** The instance's volumes, the root disk first, with what the mappings change of them. */
function chooseVolumes(world: World, instance: Instance, given: readonly Mapping[]): readonly ChosenVolume[] {
  const volumes = world.volumes.withKey(instance.id)
  for (const { DeviceName: name } of given) {
    if (!volumes.some(({ attachment }) => attachment?.deviceName === name)) {
      throw unsupported(`a disk of an image that the instance does not have (${name})`)
    }
  }
  const chosen = volumes.flatMap((volume) => {
    const mapping = given.find(({ DeviceName }) => DeviceName === volume.attachment?.deviceName)
    if (mapping?.NoDevice !== undefined) return []
    if (mapping?.Ebs?.Encrypted !== undefined || mapping?.Ebs?.KmsKeyId !== undefined) {
      throw invalidValue('The encryption of a disk cannot be changed by CreateImage.')
    }
    return [{ volume, ebs: mapping?.Ebs ?? {} }]
  })
  for (const { volume } of chosen) checkSnapshotable(world, volume)
  if (!chosen.some(({ volume }) => volume.root)) {
    throw new ApiError('InvalidBlockDeviceMapping', 'The root disk cannot be left out of an image.')
  }
  return chosen.toSorted((left, right) => Number(right.volume.root) - Number(left.volume.root))
}

function beginDisks(
  world: World,
  chosen: readonly ChosenVolume[],
  description: string,
  tags: Tags,
): readonly ImageDisk[] {
  const planned = chosen.map(({ volume, ebs }) => ({ volume, ebs, shape: shapeOf(volume, ebs) }))
  return planned.map(({ volume, ebs, shape }) => ({
    ...shape,
    deviceName: volume.attachment?.deviceName ?? '',
    snapshotId: beginSnapshot(world, volume, description, tags).id,
    encrypted: volume.encrypted,
    deleteOnTermination: ebs.DeleteOnTermination ?? volume.attachment?.deleteOnTermination ?? true,
  }))
}

function shapeOf(volume: Volume, { VolumeSize, VolumeType, Iops, Throughput }: ChosenVolume['ebs']) {
  const sizeGiB = VolumeSize ?? volume.sizeGiB
  if (sizeGiB < volume.sizeGiB) {
    throw new ApiError(
      'InvalidBlockDeviceMapping',
      `Volume of size ${sizeGiB}GB is smaller than volume '${volume.id}', expect size >= ${volume.sizeGiB}GB`,
    )
  }
  const type = readVolumeType(VolumeType, volume.type)
  const same = type === volume.type
  // The IOPS of gp2 follow from its size, and are not given.
  const before = same && type !== 'gp2' ? volume : { iops: undefined, throughput: undefined }
  return resolveVolume({ type, sizeGiB, iops: Iops ?? before.iops, throughput: Throughput ?? before.throughput })
}

function putImage(
  world: World,
  instance: Instance,
  image: {
    readonly id: string
    readonly name: string
    readonly description: string
    readonly root: ImageDisk
    readonly others: readonly ImageDisk[]
    readonly tags: Tags
  },
): void {
  const { id, name, description, root, others } = image
  world.ownImages.put({
    id,
    sequence: world.nextSequence(),
    state: 'pending',
    sharedWith: [],
    name,
    description,
    ownerId: world.accountId,
    ownerAlias: undefined,
    architecture: instance.architecture,
    root,
    disks: others,
    loginUser: instance.loginUser,
    imdsV2Required: world.images.find((other) => other.id === instance.imageId)?.imdsV2Required ?? false,
    createdAtMs: world.now(),
    deprecatedAtMs: undefined,
    madeOf: { instanceId: instance.id, imageId: instance.imageId, region: world.region.name },
  })
  world.tags.put(id, image.tags)
  noteCreation(world, id)
}
