import { resourceKinds } from '../../model/ids.js'
import type { Image } from '../../model/image.js'
import type { FilterTable } from '../../wire/filter.js'
import { boolean, filterList, list, paging, string } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import { renderTags } from '../../render/tags.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

/** Filters of DescribeImages (EC2 API reference). */
const imageFilters: FilterTable<Image> = {
  architecture: ({ architecture }) => architecture,
  'block-device-mapping.delete-on-termination': () => true,
  'block-device-mapping.device-name': ({ rootDeviceName }) => rootDeviceName,
  'block-device-mapping.encrypted': () => false,
  'block-device-mapping.snapshot-id': ({ rootSnapshotId }) => rootSnapshotId,
  'block-device-mapping.volume-size': ({ rootSizeGiB }) => rootSizeGiB,
  'block-device-mapping.volume-type': ({ rootVolumeType }) => rootVolumeType,
  'creation-date': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
  description: ({ description }) => description,
  'ena-support': () => true,
  hypervisor: () => 'xen',
  'image-id': ({ id }) => id,
  'image-type': () => 'machine',
  'is-public': () => true,
  name: ({ name }) => name,
  'owner-alias': ({ ownerAlias }) => ownerAlias,
  'owner-id': ({ ownerId }) => ownerId,
  platform: () => undefined,
  'root-device-name': ({ rootDeviceName }) => rootDeviceName,
  'root-device-type': () => 'ebs',
  state: () => 'available',
  'virtualization-type': () => 'hvm',
}

export const describeImages = defineAction({
  name: 'DescribeImages',
  effect: 'reads',
  members: {
    ImageId: list(string),
    Owner: list(string),
    ExecutableBy: list(string),
    IncludeDeprecated: boolean,
    IncludeDisabled: boolean,
    Filter: filterList,
    ...paging,
  },
  run: (parameters, world) => {
    const { Owner: owners = [], ExecutableBy: executableBy = [] } = parameters
    const ownedBy = (image: Image) =>
      owners.some(
        (owner) =>
          owner === image.ownerId ||
          owner === image.ownerAlias ||
          (owner === 'self' && image.ownerId === world.accountId),
      )
    const page = describeRecords(world, {
      action: 'DescribeImages',
      kind: resourceKinds.image,
      source: { get: (id) => world.images.find((image) => image.id === id), values: () => world.images },
      ids: parameters.ImageId,
      request: parameters,
      filters: imageFilters,
      page: pageRules.images,
      hidden: (image) =>
        (owners.length > 0 && !ownedBy(image)) ||
        // All images of the catalogue are public, and none is shared with this account alone.
        (executableBy.length > 0 && !executableBy.includes('all')) ||
        (image.deprecatedAtMs < world.now() && parameters.IncludeDeprecated !== true),
    })
    return { imagesSet: page.items.map((image) => renderImage(world, image)), nextToken: page.nextToken }
  },
})

function renderImage(world: World, image: Image): XmlRecord {
  return {
    imageId: image.id,
    imageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    imageState: 'available',
    imageOwnerId: image.ownerId,
    imageOwnerAlias: image.ownerAlias,
    creationDate: new Date(image.createdAtMs).toISOString(),
    isPublic: true,
    productCodes: [],
    architecture: image.architecture,
    imageType: 'machine',
    name: image.name,
    description: image.description,
    rootDeviceType: 'ebs',
    rootDeviceName: image.rootDeviceName,
    blockDeviceMapping: [
      {
        deviceName: image.rootDeviceName,
        ebs: {
          snapshotId: image.rootSnapshotId,
          volumeSize: image.rootSizeGiB,
          deleteOnTermination: true,
          volumeType: image.rootVolumeType,
          encrypted: false,
        },
      },
    ],
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    enaSupport: true,
    sriovNetSupport: 'simple',
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    bootMode: image.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    imdsSupport: image.imdsV2Required ? 'v2.0' : undefined,
    deprecationTime: new Date(image.deprecatedAtMs).toISOString(),
    tagSet: renderTags(world.tags.get(image.id)),
  }
}
