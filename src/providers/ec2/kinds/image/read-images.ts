import type { Image } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll, readForEach, type FilterList } from '../../wire/pages.js'
import { sharedById } from '../../wire/shared-reads.js'
import { readInstances, isEnding } from '../server/read-instances.js'

/** The account's own images that fit all filters, whatever state they are in. */
export function readOwnImages(api: Ec2Api, filters: FilterList): Promise<readonly Image[]> {
  return readAll(
    api,
    'DescribeImages',
    { Filters: filtersOf(filters), Owners: ['self'], IncludeDeprecated: true, IncludeDisabled: true },
    ({ Images }) => Images,
  )
}

export const readImage = sharedById<Image>(
  async (api, ImageIds, options) => {
    const input = { ImageIds, IncludeDeprecated: true, IncludeDisabled: true }
    const { Images = [] } = await api.call('DescribeImages', input, options)
    return Images.filter(({ State }) => State !== 'deregistered')
  },
  ({ ImageId }) => ImageId,
)

/** The ids of the snapshots of an image, as far as EC2 shows them. */
export function snapshotsOfImage({ BlockDeviceMappings = [] }: Image): readonly string[] {
  return BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? [])
}

/**
 * By image the instances of its region that were made of it, whoever launched them, and the launch templates whose default or
 * latest version names it; ids sorted. An image that nothing was made of has no entry.
 */
export async function readUsers(api: Ec2Api, ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const users = new Map<string, readonly string[]>()
  const note = (image: string | undefined, user: string | undefined) => {
    if (image === undefined || user === undefined) return
    users.set(image, [...new Set([...(users.get(image) ?? []), user])].sort())
  }
  const [instances, versions] = await Promise.all([
    readForEach(ids, (Values) => readInstances(api, [{ Name: 'image-id', Values }])),
    readForEach(ids, (Values) =>
      readAll(
        api,
        'DescribeLaunchTemplateVersions',
        { Versions: ['$Latest', '$Default'], Filters: filtersOf([{ Name: 'image-id', Values }]) },
        ({ LaunchTemplateVersions }) => LaunchTemplateVersions,
      ),
    ),
  ])
  for (const instance of instances) if (!isEnding(instance)) note(instance.ImageId, instance.InstanceId)
  for (const { LaunchTemplateData, LaunchTemplateId } of versions) note(LaunchTemplateData?.ImageId, LaunchTemplateId)
  return users
}
