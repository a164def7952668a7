import { resourceKinds } from '../../model/ids.js'
import type { Image } from '../../model/image.js'
import type { FilterTable } from '../../wire/filter.js'
import { boolean, filterList, list, paging, string } from '../../wire/shape.js'
import { renderImage } from '../../render/image.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

/** Filters of DescribeImages (EC2 API reference). */
const imageFilters: FilterTable<Image> = {
  architecture: ({ architecture }) => architecture,
  'block-device-mapping.delete-on-termination': (image) => ofDisks(image, (disk) => disk.deleteOnTermination),
  'block-device-mapping.device-name': (image) => ofDisks(image, ({ deviceName }) => deviceName),
  'block-device-mapping.encrypted': (image) => ofDisks(image, ({ encrypted }) => encrypted),
  'block-device-mapping.snapshot-id': (image) => ofDisks(image, ({ snapshotId }) => snapshotId),
  'block-device-mapping.volume-size': (image) => ofDisks(image, ({ sizeGiB }) => sizeGiB),
  'block-device-mapping.volume-type': (image) => ofDisks(image, ({ type }) => type),
  'creation-date': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
  description: ({ description }) => description,
  'ena-support': () => true,
  hypervisor: () => 'xen',
  'image-id': ({ id }) => id,
  'image-type': () => 'machine',
  'is-public': ({ sharedWith }) => sharedWith.includes('all'),
  name: ({ name }) => name,
  'owner-alias': ({ ownerAlias }) => ownerAlias,
  'owner-id': ({ ownerId }) => ownerId,
  platform: () => undefined,
  'root-device-name': ({ root }) => root.deviceName,
  'root-device-type': () => 'ebs',
  'source-image-id': ({ madeOf }) => madeOf?.imageId,
  'source-image-region': ({ madeOf }) => madeOf?.region,
  'source-instance-id': ({ madeOf }) => madeOf?.instanceId,
  state: ({ state }) => state,
  'virtualization-type': () => 'hvm',
}

function ofDisks({ root, disks }: Image, read: (disk: Image['root']) => string | number | boolean): string[] {
  return [root, ...disks].map((disk) => String(read(disk)))
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
      source: {
        get: (id) => world.ownImages.get(id) ?? world.catalogue.find((image) => image.id === id),
        values: () => world.images,
      },
      ids: parameters.ImageId,
      request: parameters,
      filters: imageFilters,
      page: pageRules.images,
      hidden: (image) =>
        (owners.length > 0 && !ownedBy(image)) ||
        (executableBy.length > 0 && !isExecutableBy(image, executableBy, world.accountId)) ||
        (image.deprecatedAtMs !== undefined &&
          image.deprecatedAtMs < world.now() &&
          parameters.IncludeDeprecated !== true),
    })
    // One that is deregistered gives an empty answer, and an error after some time (EC2 API reference, DescribeImages).
    const shown = page.items.filter(({ state }) => state !== 'deregistered')
    return { imagesSet: shown.map((image) => renderImage(world, image)), nextToken: page.nextToken }
  },
})

/** EC2 API reference, DescribeImages: `self` is who has been given it, `all` everybody. */
function isExecutableBy({ sharedWith }: Image, wanted: readonly string[], accountId: string): boolean {
  return wanted.some((one) => sharedWith.includes(one === 'self' ? accountId : one))
}
