import type { Snapshot } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll, readForEach } from '../../wire/pages.js'

/** The account's images by the snapshots that they start from; ids sorted. EC2 deletes no snapshot that an image uses. */
export async function readSnapshotImages(
  api: Ec2Api,
  snapshots: readonly Snapshot[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = snapshots.map(({ SnapshotId }) => SnapshotId ?? '')
  const images = await readForEach(ids, (Values) =>
    readAll(
      api,
      'DescribeImages',
      { Owners: ['self'], Filters: filtersOf([{ Name: 'block-device-mapping.snapshot-id', Values }]) },
      ({ Images }) => Images,
    ),
  )
  const found = new Map<string, string[]>()
  for (const { ImageId = '', BlockDeviceMappings = [] } of images) {
    for (const { Ebs } of BlockDeviceMappings) {
      const id = Ebs?.SnapshotId
      if (id !== undefined) found.set(id, [...(found.get(id) ?? []), ImageId].sort())
    }
  }
  return found
}
