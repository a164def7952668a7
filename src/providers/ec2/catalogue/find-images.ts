import type { Image } from '@aws-sdk/client-ec2'
import type { FoundImage, ImagesWanted } from '../../../model/launch/on-offer.js'
import { readParametersBelow } from '../lookups/ssm-parameters.js'
import type { Ec2Api } from '../wire/api.js'
import { readNamed } from '../wire/named-ids.js'
import { filtersOf, readAll } from '../wire/pages.js'

/** The images that are wanted, the newest first; deprecated ones are left out where they are not named. */
export async function findImages(api: Ec2Api, wanted: ImagesWanted): Promise<readonly FoundImage[]> {
  const found = wanted.kind === 'owner' ? await imagesOfOwner(api, wanted) : await imagesOfParameters(api, wanted.path)
  const { architecture } = wanted
  return found.filter((image) => architecture === undefined || image.architecture === architecture).sort(newestFirst)
}

async function imagesOfOwner(
  api: Ec2Api,
  { owner, name, architecture }: Extract<ImagesWanted, { kind: 'owner' }>,
): Promise<readonly FoundImage[]> {
  const filters = [
    { Name: 'state', Values: ['available'] },
    ...(name === undefined ? [] : [{ Name: 'name', Values: [name] }]),
    ...(architecture === undefined ? [] : [{ Name: 'architecture', Values: [architecture] }]),
  ]
  const input = { Owners: [owner], Filters: filtersOf(filters) }
  const images = await readAll(api, 'DescribeImages', input, (output) => output.Images)
  return images.map((image) => foundImage(image))
}

/** Several parameters may lead to one image: it stands there for each. */
async function imagesOfParameters(api: Ec2Api, path: string): Promise<readonly FoundImage[]> {
  const parameters = [...(await readParametersBelow(api, path))].filter(([, value]) => value.startsWith('ami-'))
  const ids = [...new Set(parameters.map(([, id]) => id))]
  const images = await readNamed(
    ids,
    async (ImageIds) => (await api.call('DescribeImages', { ImageIds, IncludeDeprecated: true })).Images,
  )
  const byId = new Map(images.map((image) => [image.ImageId, image]))
  return parameters.flatMap(([parameter, id]) => {
    const image = byId.get(id)
    return image?.State === 'available' ? [{ ...foundImage(image), parameter }] : []
  })
}

function foundImage(image: Image): FoundImage {
  const root = image.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === image.RootDeviceName)
  const rootVolumeGiB = root?.Ebs?.VolumeSize
  return {
    id: image.ImageId ?? '',
    name: image.Name ?? '',
    owner: image.OwnerId ?? '',
    architecture: image.Architecture ?? '',
    ...(image.CreationDate !== undefined && { createdAt: image.CreationDate }),
    ...(rootVolumeGiB !== undefined && { rootVolumeGiB }),
  }
}

/** ISO 8601 sorts as text; of one moment by what tells them apart, so that each look shows the same order. */
function newestFirst(left: FoundImage, right: FoundImage): number {
  const key = ({ createdAt = '', id, parameter = '' }: FoundImage) => [createdAt, id, parameter].join(' ')
  return key(left) > key(right) ? -1 : Number(key(left) < key(right))
}
