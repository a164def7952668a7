import type { CatalogueCloud } from '../../../executor/ports.js'
import { compareText } from '../../../model/address-order.js'
import type { Ec2Api } from '../wire/api.js'
import { findImages } from './find-images.js'
import { listTypes } from './list-types.js'

export function createCatalogueCalls(api: Ec2Api): CatalogueCloud {
  return {
    findImages: (wanted) => findImages(api, wanted),
    listTypes: () => listTypes(api),
    listZones: async () => {
      const { AvailabilityZones = [] } = await api.call('DescribeAvailabilityZones', { AllAvailabilityZones: true })
      return AvailabilityZones.map((zone) => ({
        name: zone.ZoneName ?? '',
        id: zone.ZoneId ?? '',
        type: zone.ZoneType ?? 'availability-zone',
        state: zone.State ?? '',
        optIn: zone.OptInStatus ?? 'opt-in-not-required',
        group: zone.GroupName ?? '',
      })).sort(byName)
    },
    listRegions: async () => {
      const { Regions = [] } = await api.call('DescribeRegions', { AllRegions: true })
      return Regions.map((region) => ({
        name: region.RegionName ?? '',
        endpoint: region.Endpoint ?? '',
        optIn: region.OptInStatus ?? 'opt-in-not-required',
      })).sort(byName)
    },
  }
}

function byName({ name: left }: { readonly name: string }, { name: right }: { readonly name: string }): number {
  return compareText(left, right)
}
