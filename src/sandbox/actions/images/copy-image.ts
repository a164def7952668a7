import { finishCopy } from '../../lifecycle/snapshot.js'
import { newId } from '../../model/ids.js'
import type { Image, ImageDisk } from '../../model/image.js'
import type { Snapshot } from '../../model/snapshot.js'
import { mergeTags, readTagSpecifications, type Tags } from '../../model/tags.js'
import { ApiError, unsupported } from '../../wire/api-error.js'
import { boolean, required, string, tagSpecifications } from '../../wire/shape.js'
import { findOwnImage, findSnapshot, worldOfRegion } from '../../world/lookup.js'
import type { Encryption } from '../../world/kms-keys.js'
import { findByToken, rememberToken } from '../../world/token.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { beginCopy, encryptionOfCopy, type CopyEncryption } from '../volumes/begin-snapshot.js'
import { checkImageName } from './image-name.js'

/** A copy of an image of the account, in this region or from another; each of its snapshots is copied. */
export const copyImage = defineAction({
  name: 'CopyImage',
  effect: 'writes',
  members: {
    SourceRegion: required(string),
    SourceImageId: required(string),
    Name: required(string),
    Description: string,
    Encrypted: boolean,
    KmsKeyId: string,
    ClientToken: string,
    CopyImageTags: boolean,
    TagSpecification: tagSpecifications,
  },
  run: (parameters, world) => {
    const token = { action: 'CopyImage', token: parameters.ClientToken, parameters }
    const [earlier] = findByToken(world, token) ?? []
    if (earlier !== undefined) return { imageId: earlier }
    const { SourceRegion, SourceImageId, Name, Description, CopyImageTags, TagSpecification } = parameters
    const from = worldOfRegion(world, SourceRegion)
    const source = sourceImage(from, SourceImageId)
    checkImageName(world, Name)
    const tags = readTagSpecifications(TagSpecification, ['image', 'snapshot'])
    const id = newId('ami')
    const description = `Copied for DestinationAmi ${id} from SourceAmi ${source.id} for SourceSnapshot`
    // What is refused for one disk is refused before any of them is copied.
    const plan = (disk: ImageDisk) => planCopy(world, from, disk, parameters)
    const [root, others] = [plan(source.root), source.disks.map(plan)]
    const copy = (planned: PlannedCopy) => copyDisk(world, planned, { description, tags: tags.snapshot })
    world.ownImages.put({
      ...source,
      id,
      sequence: world.nextSequence(),
      state: 'pending',
      sharedWith: [],
      name: Name,
      description: Description ?? source.description,
      createdAtMs: world.now(),
      root: copy(root),
      disks: others.map(copy),
      madeOf: { imageId: source.id, region: from.region.name },
    })
    world.tags.put(id, mergeTags(CopyImageTags === true ? from.tags.get(source.id) : {}, tags.image))
    noteCreation(world, id)
    rememberToken(world, token, [id])
    return { imageId: id }
  },
})

function sourceImage(world: World, id: string): Image {
  if (world.catalogue.some((image) => image.id === id)) throw unsupported('CopyImage of images of others')
  const source = findOwnImage(world, id)
  if (source.state === 'available') return source
  throw new ApiError('InvalidRequest', `The image ID '${id}' is not in state 'available'`)
}

interface PlannedCopy {
  readonly disk: ImageDisk
  readonly source: Snapshot
  readonly encryption: Encryption
}

function planCopy(world: World, from: World, disk: ImageDisk, wanted: CopyEncryption): PlannedCopy {
  const source = findSnapshot(from, disk.snapshotId)
  return { disk, source, encryption: encryptionOfCopy(world, wanted, source) }
}

function copyDisk(
  world: World,
  { disk, source, encryption }: PlannedCopy,
  wanted: { readonly description: string; readonly tags: Tags },
): ImageDisk {
  const description = `${wanted.description} ${source.id}.`
  const copy = beginCopy(world, source, { description, encryption, tags: wanted.tags })
  finishCopy(world, copy.id)
  return { ...disk, snapshotId: copy.id, encrypted: encryption.encrypted }
}
