import { newId } from '../../model/ids.js'
import type { ImageDisk } from '../../model/image.js'
import type { Snapshot } from '../../model/snapshot.js'
import { readTagSpecifications } from '../../model/tags.js'
import { readVolumeType, resolveVolume } from '../../model/volume-types.js'
import { ApiError, missingParameter, unsupported } from '../../wire/api-error.js'
import {
  boolean,
  list,
  oneOf,
  oneOfMore,
  required,
  string,
  structure,
  tagSpecifications,
  type Parsed,
} from '../../wire/shape.js'
import { findSnapshot } from '../../world/lookup.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { checkDeviceName } from '../launch/block-devices.js'
import { ebsMembers } from '../launch/members.js'
import { checkImageName } from './image-name.js'

const mappings = list(structure({ DeviceName: string, Ebs: structure(ebsMembers) }))
type Mapping = Parsed<typeof mappings>[number]

/**
 * An image of snapshots that are there: its root disk's is one of a server's root disk, since nothing else boots here. What
 * EC2 takes where nothing is said (i386, paravirtual) is refused by name.
 */
export const registerImage = defineAction({
  name: 'RegisterImage',
  effect: 'writes',
  members: {
    Name: required(string),
    Description: string,
    Architecture: oneOfMore(['x86_64', 'arm64'], ['i386', 'x86_64_mac', 'arm64_mac']),
    VirtualizationType: oneOfMore(['hvm'], ['paravirtual']),
    RootDeviceName: string,
    BlockDeviceMapping: mappings,
    EnaSupport: boolean,
    SriovNetSupport: oneOf('simple'),
    ImdsSupport: oneOf('v2.0'),
    TagSpecification: tagSpecifications,
  },
  run: (parameters, world) => {
    const { Name, Description, Architecture, VirtualizationType, RootDeviceName, ImdsSupport } = parameters
    checkImageName(world, Name)
    if (Architecture === undefined) throw unsupported('images of the architecture i386, which no Architecture means')
    if (VirtualizationType === undefined) throw unsupported('paravirtual images, which no VirtualizationType means')
    if (parameters.EnaSupport === false) throw unsupported('images without enhanced networking (EnaSupport)')
    if (RootDeviceName === undefined) throw missingParameter('RootDeviceName')
    const tags = readTagSpecifications(parameters.TagSpecification, ['image'])
    const disks = (parameters.BlockDeviceMapping ?? []).map((mapping) => readDisk(world, mapping))
    const root = disks.find(({ disk }) => disk.deviceName === RootDeviceName)
    if (!root) throw invalidMapping(`The root device ${RootDeviceName} has no snapshot in the block device mappings.`)
    const { loginUser } = root.snapshot
    if (loginUser === undefined)
      throw unsupported(`an image whose root disk is ${root.snapshot.id}, of no server's root disk`)
    const others = disks.filter((disk) => disk !== root)
    if (new Set(disks.map(({ disk }) => disk.deviceName)).size < disks.length) {
      throw invalidMapping('A device is used in more than one block-device mapping')
    }
    const { id } = world.ownImages.put({
      id: newId('ami'),
      sequence: world.nextSequence(),
      state: 'available',
      sharedWith: [],
      name: Name,
      description: Description ?? '',
      ownerId: world.accountId,
      ownerAlias: undefined,
      architecture: Architecture,
      root: root.disk,
      disks: others.map(({ disk }) => disk),
      loginUser,
      imdsV2Required: ImdsSupport === 'v2.0',
      createdAtMs: world.now(),
      deprecatedAtMs: undefined,
      madeOf: {},
    })
    world.tags.put(id, tags.image)
    noteCreation(world, id)
    return { imageId: id }
  },
})

interface ReadDisk {
  readonly snapshot: Snapshot
  readonly disk: ImageDisk
}

function readDisk(world: World, { DeviceName: deviceName, Ebs: ebs = {} }: Mapping): ReadDisk {
  if (deviceName === undefined) throw missingParameter('BlockDeviceMapping.DeviceName')
  checkDeviceName(deviceName)
  if (ebs.SnapshotId === undefined) throw unsupported(`a disk of an image without a snapshot (${deviceName})`)
  if (ebs.Encrypted !== undefined || ebs.KmsKeyId !== undefined) {
    throw invalidMapping(`the encrypted flag cannot be specified since device ${deviceName} has a snapshot specified.`)
  }
  const snapshot = findSnapshot(world, ebs.SnapshotId)
  if (snapshot.state !== 'completed') {
    throw new ApiError('IncorrectState', `Snapshot '${snapshot.id}' is not 'completed'.`)
  }
  const sizeGiB = ebs.VolumeSize ?? snapshot.sizeGiB
  if (sizeGiB < snapshot.sizeGiB) {
    throw invalidMapping(
      `Volume of size ${sizeGiB}GB is smaller than snapshot '${snapshot.id}', expect size >= ${snapshot.sizeGiB}GB`,
    )
  }
  const type = readVolumeType(ebs.VolumeType, 'gp2')
  const shape = resolveVolume({ type, sizeGiB, iops: ebs.Iops, throughput: ebs.Throughput })
  const deleteOnTermination = ebs.DeleteOnTermination ?? true
  const disk = { ...shape, deviceName, snapshotId: snapshot.id, encrypted: snapshot.encrypted, deleteOnTermination }
  return { snapshot, disk }
}

function invalidMapping(message: string): ApiError {
  return new ApiError('InvalidBlockDeviceMapping', message)
}
