import type { Snapshot } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { readNamed } from '../../wire/named-ids.js'
import { filtersOf, readAll, type FilterList } from '../../wire/pages.js'
import { sharedById } from '../../wire/shared-reads.js'

/** The account's own snapshots that fit all filters; without OwnerIds EC2 looks through everything public. */
export function readOwnSnapshots(api: Ec2Api, filters: FilterList): Promise<readonly Snapshot[]> {
  return readAll(
    api,
    'DescribeSnapshots',
    { Filters: filtersOf(filters), OwnerIds: ['self'] },
    ({ Snapshots }) => Snapshots,
  )
}

/** Whoever owns them: a stack may name a snapshot that another account shares. */
export function readNamedSnapshots(api: Ec2Api, ids: readonly string[]): Promise<readonly Snapshot[]> {
  return readNamed(ids, async (SnapshotIds) => (await api.call('DescribeSnapshots', { SnapshotIds })).Snapshots)
}

export const readSnapshot = sharedById<Snapshot>(
  async (api, SnapshotIds, options) => (await api.call('DescribeSnapshots', { SnapshotIds }, options)).Snapshots,
  ({ SnapshotId }) => SnapshotId,
)
