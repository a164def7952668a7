import type { Ec2Api } from '../wire/api.js'
import { filtersOf } from '../wire/pages.js'

/** Names of the region's zones in state available, sorted. */
export async function readAvailableZones(api: Ec2Api): Promise<readonly string[]> {
  const output = await api.call('DescribeAvailabilityZones', {
    Filters: filtersOf([{ Name: 'state', Values: ['available'] }]),
  })
  return (output.AvailabilityZones ?? []).flatMap(({ ZoneName }) => ZoneName ?? []).sort()
}
