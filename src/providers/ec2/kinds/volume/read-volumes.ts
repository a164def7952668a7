import type { Volume } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll, type FilterList } from '../../wire/pages.js'
import { sharedById } from '../../wire/shared-reads.js'

/** The volumes that fit all filters. */
export function readVolumes(api: Ec2Api, filters: FilterList): Promise<readonly Volume[]> {
  return readAll(api, 'DescribeVolumes', { Filters: filtersOf(filters) }, ({ Volumes }) => Volumes)
}

/** The volume of that id, also one that is being deleted. Rejects with class `absent` for no volume. */
export const readVolume = sharedById<Volume>(
  async (api, VolumeIds, options) => (await api.call('DescribeVolumes', { VolumeIds }, options)).Volumes,
  ({ VolumeId }) => VolumeId,
)

/** The volume of that id; undefined for one that is being deleted. Rejects with class `absent` for no volume. */
export async function readLastingVolume(api: Ec2Api, id: string): Promise<Volume | undefined> {
  const volume = await readVolume(api, id)
  return volume?.State === 'deleting' || volume?.State === 'deleted' ? undefined : volume
}
