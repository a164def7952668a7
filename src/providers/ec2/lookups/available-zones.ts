import type { CloudFacts } from '../../../executor/ports.js'
import type { Ec2Api } from '../wire/api.js'
import { filtersOf } from '../wire/pages.js'

/**
 * The region's zones in state available, sorted: Availability Zones, and beside them the Local and Wavelength Zones that
 * the account has opted into. In those nothing is put that does not name them: they have few types, and no default subnet.
 */
export async function readAvailableZones(api: Ec2Api): Promise<Pick<CloudFacts, 'zones' | 'edgeZones'>> {
  const output = await api.call('DescribeAvailabilityZones', {
    Filters: filtersOf([{ Name: 'state', Values: ['available'] }]),
  })
  const usable = (output.AvailabilityZones ?? []).filter(({ OptInStatus }) => OptInStatus !== 'not-opted-in')
  const named = (isEdge: boolean) =>
    usable
      .filter(({ ZoneType = 'availability-zone' }) => (ZoneType !== 'availability-zone') === isEdge)
      .flatMap(({ ZoneName }) => ZoneName ?? [])
      .sort()
  const edgeZones = named(true)
  return { zones: named(false), ...(edgeZones.length > 0 && { edgeZones }) }
}
