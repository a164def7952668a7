import type { Instance, Snapshot, Volume, VolumeModification } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../wire/api.js'
import { chunksOf, filterValuesMax, filtersOf, readAll } from '../wire/pages.js'
import { createWatcher, type Watcher } from './waiters.js'

/** One watcher for each kind of thing that changes state: who waits for the same kind shares its Describe calls. */
export interface Watchers {
  readonly instances: Watcher<Instance>
  readonly volumes: Watcher<Volume>
  readonly snapshots: Watcher<Snapshot>
  readonly modifications: Watcher<VolumeModification>
}

/** All of them read by id as a filter: a missing id leaves a gap in the answer then, where `InstanceIds` would fail it whole. */
export function createWatchers(api: Ec2Api): Watchers {
  const { clock, pollScale, timeoutScale } = api.settings
  const watch = <Item>(
    filter: string,
    read: (Filters: ReturnType<typeof filtersOf>) => Promise<readonly Item[]>,
    idOf: (item: Item) => string | undefined,
  ) =>
    createWatcher<Item>({
      clock,
      pollScale,
      timeoutScale,
      read: async (ids) => {
        const chunks = await Promise.all(
          chunksOf(ids, filterValuesMax).map((Values) => read(filtersOf([{ Name: filter, Values }]))),
        )
        return new Map(chunks.flat().map((item) => [idOf(item) ?? '', item]))
      },
    })
  return {
    instances: watch(
      'instance-id',
      (Filters) =>
        readAll(api, 'DescribeInstances', { Filters }, ({ Reservations }) =>
          Reservations?.flatMap(({ Instances }) => Instances ?? []),
        ),
      ({ InstanceId }) => InstanceId,
    ),
    volumes: watch(
      'volume-id',
      (Filters) => readAll(api, 'DescribeVolumes', { Filters }, ({ Volumes }) => Volumes),
      ({ VolumeId }) => VolumeId,
    ),
    snapshots: watch(
      'snapshot-id',
      (Filters) => readAll(api, 'DescribeSnapshots', { Filters, OwnerIds: ['self'] }, ({ Snapshots }) => Snapshots),
      ({ SnapshotId }) => SnapshotId,
    ),
    modifications: watch(
      'volume-id',
      (Filters) =>
        readAll(api, 'DescribeVolumesModifications', { Filters }, ({ VolumesModifications }) => VolumesModifications),
      ({ VolumeId }) => VolumeId,
    ),
  }
}
