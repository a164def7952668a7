import { invalidValue } from '../../wire/api-error.js'
import { compileFilters } from '../../wire/filter.js'
import { findRegion, regions, type Region, type Zone } from '../../model/regions.js'
import { noTags } from '../../model/tags.js'
import { boolean, filterList, list, string } from '../../wire/shape.js'
import { defineAction } from '../action.js'

export const describeRegions = defineAction({
  name: 'DescribeRegions',
  effect: 'reads',
  members: { RegionName: list(string), AllRegions: boolean, Filter: filterList },
  run: ({ RegionName = [], Filter }) => {
    for (const name of RegionName) {
      if (!findRegion(name)) throw invalidValue(`Invalid region name: ${name}`)
    }
    const matches = compileFilters<Region>(
      Filter,
      {
        endpoint: ({ name }) => endpointOf(name),
        'opt-in-status': () => 'opt-in-not-required',
        'region-name': ({ name }) => name,
      },
      () => noTags,
    )
    const shown = regions.filter(
      (region) => (RegionName.length === 0 || RegionName.includes(region.name)) && matches(region),
    )
    return {
      regionInfo: shown.map(({ name }) => ({
        regionName: name,
        regionEndpoint: endpointOf(name),
        optInStatus: 'opt-in-not-required',
      })),
    }
  },
})

function endpointOf(name: string): string {
  return `ec2.${name}.amazonaws.com`
}

export const describeAvailabilityZones = defineAction({
  name: 'DescribeAvailabilityZones',
  effect: 'reads',
  members: { ZoneName: list(string), ZoneId: list(string), AllAvailabilityZones: boolean, Filter: filterList },
  run: ({ ZoneName = [], ZoneId = [], Filter }, world) => {
    const { region } = world
    for (const name of ZoneName) {
      if (!region.zones.some((zone) => zone.name === name)) throw invalidValue(`Invalid availability zone: [${name}]`)
    }
    for (const id of ZoneId) {
      if (!region.zones.some((zone) => zone.id === id)) throw invalidValue(`Invalid availability zone-id: [${id}]`)
    }
    const matches = compileFilters<Zone>(
      Filter,
      {
        'group-name': () => region.name,
        'opt-in-status': () => 'opt-in-not-required',
        'region-name': () => region.name,
        state: () => 'available',
        'zone-id': ({ id }) => id,
        'zone-name': ({ name }) => name,
        'zone-type': () => 'availability-zone',
      },
      () => noTags,
    )
    const shown = region.zones.filter(
      (zone) =>
        (ZoneName.length === 0 || ZoneName.includes(zone.name)) &&
        (ZoneId.length === 0 || ZoneId.includes(zone.id)) &&
        matches(zone),
    )
    return {
      availabilityZoneInfo: shown.map((zone) => ({
        zoneName: zone.name,
        zoneId: zone.id,
        zoneState: 'available',
        zoneType: 'availability-zone',
        regionName: region.name,
        groupName: region.name,
        groupLongName: region.longName,
        networkBorderGroup: region.name,
        optInStatus: 'opt-in-not-required',
        messageSet: [],
      })),
    }
  },
})

export const describeAccountAttributes = defineAction({
  name: 'DescribeAccountAttributes',
  effect: 'reads',
  members: { AttributeName: list(string) },
  run: ({ AttributeName = [] }, world) => {
    const values: Readonly<Record<string, readonly string[]>> = {
      'supported-platforms': ['VPC'],
      'default-vpc': [world.vpc.id],
      'max-instances': ['20'],
      'vpc-max-security-groups-per-interface': ['5'],
      'max-elastic-ips': ['5'],
      'vpc-max-elastic-ips': ['5'],
    }
    for (const name of AttributeName) {
      if (!Object.hasOwn(values, name))
        throw invalidValue(`Value ( ${name} ) for parameter attributeName is invalid. Unknown attribute name.`)
    }
    const shown = Object.entries(values).filter(([name]) => AttributeName.length === 0 || AttributeName.includes(name))
    return {
      accountAttributeSet: shown.map(([attributeName, all]) => ({
        attributeName,
        attributeValueSet: all.map((attributeValue) => ({ attributeValue })),
      })),
    }
  },
})
