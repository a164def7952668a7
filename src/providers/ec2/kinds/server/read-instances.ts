import type { Instance } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll, type FilterList } from '../../wire/pages.js'
import { sharedById } from '../../wire/shared-reads.js'

/** The instances that fit all filters, those that have ended lately included. */
export function readInstances(api: Ec2Api, filters: FilterList): Promise<readonly Instance[]> {
  return readAll(api, 'DescribeInstances', { Filters: filtersOf(filters) }, ({ Reservations }) =>
    Reservations?.flatMap(({ Instances }) => Instances ?? []),
  )
}

/** The instance of that id, also one that is ending or has ended. */
export const readInstance = sharedById<Instance>(
  async (api, InstanceIds, options) => {
    const { Reservations } = await api.call('DescribeInstances', { InstanceIds }, options)
    return Reservations?.flatMap(({ Instances }) => Instances ?? [])
  },
  ({ InstanceId }) => InstanceId,
)

export function isEnding(instance: Instance): boolean {
  return instance.State?.Name === 'shutting-down' || instance.State?.Name === 'terminated'
}

/** The id of the volume that an instance starts from; undefined while EC2 does not show it. */
export function rootVolumeId(instance: Instance): string | undefined {
  const mappings = instance.BlockDeviceMappings ?? []
  return mappings.find(({ DeviceName }) => DeviceName === instance.RootDeviceName)?.Ebs?.VolumeId
}
