import type { Image } from '@aws-sdk/client-ec2'
import { compareText } from '../../../model/address-order.js'
import { imageKey, type LiveImage } from '../../../model/launch/image.js'
import type { ImageSelector } from '../../../model/launch/image.js'
import type { Ec2Api } from '../wire/api.js'
import { readNamed } from '../wire/named-ids.js'
import { filtersOf, readAll } from '../wire/pages.js'
import { readParameters } from './ssm-parameters.js'

type NameSelector = Extract<ImageSelector, { kind: 'name' }>

/**
 * The image of each selector, by `imageKey`; none for a selector that finds nothing that is available. One call for each
 * owner-and-name selector, one for all ids together, those that parameters hold included.
 */
export async function readImages(
  api: Ec2Api,
  selectors: readonly ImageSelector[],
): Promise<Readonly<Record<string, LiveImage>>> {
  const byKey = new Map(selectors.map((selector) => [imageKey(selector), selector]))
  const entries = await Promise.all([
    readNamedById(api, [...byKey.values()]),
    ...[...byKey.values()].filter((selector) => selector.kind === 'name').map((selector) => readNewest(api, selector)),
  ])
  return Object.fromEntries(entries.flat().sort(([left], [right]) => (left < right ? -1 : 1)))
}

type Entry = readonly [key: string, image: LiveImage]

async function readNamedById(api: Ec2Api, selectors: readonly ImageSelector[]): Promise<readonly Entry[]> {
  const parameters = await readParameters(
    api,
    selectors.flatMap((selector) => (selector.kind === 'ssm' ? selector.parameter : [])),
  )
  const ids = new Map<string, string>()
  for (const selector of selectors) {
    const id =
      selector.kind === 'id' ? selector.id : selector.kind === 'ssm' ? parameters.get(selector.parameter) : undefined
    if (id !== undefined) ids.set(imageKey(selector), id)
  }
  const images = new Map((await readById(api, [...new Set(ids.values())])).map((image) => [image.ImageId, image]))
  return [...ids].flatMap(([key, id]): Entry[] => {
    const image = images.get(id)
    return image ? [[key, liveImage(image)]] : []
  })
}

/** Deprecated ones too, since they were named. */
async function readById(api: Ec2Api, ids: readonly string[]): Promise<readonly Image[]> {
  const found = await readNamed(
    ids,
    async (ImageIds) => (await api.call('DescribeImages', { ImageIds, IncludeDeprecated: true })).Images,
  )
  return found.filter(({ State }) => State === 'available')
}

async function readNewest(api: Ec2Api, selector: NameSelector): Promise<readonly Entry[]> {
  const found = await readAll(
    api,
    'DescribeImages',
    {
      Owners: [selector.owner],
      Filters: filtersOf([
        { Name: 'name', Values: [selector.name] },
        { Name: 'architecture', Values: [selector.architecture] },
        { Name: 'state', Values: ['available'] },
      ]),
    },
    (output) => output.Images,
  )
  const newest = [...found].sort(newestFirst)[0]
  return newest ? [[imageKey(selector), liveImage(newest)]] : []
}

/** Two images of one instant are told apart by id, so that every reading chooses the same one. */
function newestFirst(left: Image, right: Image): number {
  const order = compareText(right.CreationDate ?? '', left.CreationDate ?? '')
  return order === 0 ? compareText(left.ImageId ?? '', right.ImageId ?? '') : order
}

/** @internal exported for its test */
export function liveImage(image: Image): LiveImage {
  const mappings = image.BlockDeviceMappings ?? []
  // Some images name a root device that their mappings do not hold; the first mapping is it then.
  const root = mappings.find(({ DeviceName }) => DeviceName === image.RootDeviceName) ?? mappings[0]
  return {
    id: image.ImageId ?? '',
    name: image.Name ?? '',
    owner: image.OwnerId ?? '',
    architecture: image.Architecture ?? '',
    rootDeviceName: root?.DeviceName ?? image.RootDeviceName ?? '/dev/xvda',
    rootSizeGiB: root?.Ebs?.VolumeSize ?? 0,
  }
}
