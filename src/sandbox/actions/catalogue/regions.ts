import { invalidValue } from '../../wire/api-error.js'
import { compileFilters } from '../../wire/filter.js'
import { findRegion, regions, type Region, type Zone } from '../../model/regions.js'
import { noTags } from '../../model/tags.js'
import { boolean, filterList, list, string } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
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
  run: ({ ZoneName = [], ZoneId = [], AllAvailabilityZones, Filter }, world) => {
    const zones = zonesOf(world).filter(({ optIn }) => optIn !== 'not-opted-in' || AllAvailabilityZones === true)
    for (const name of ZoneName) {
      if (!zones.some((zone) => zone.name === name)) throw invalidValue(`Invalid availability zone: [${name}]`)
    }
    for (const id of ZoneId) {
      if (!zones.some((zone) => zone.id === id)) throw invalidValue(`Invalid availability zone-id: [${id}]`)
    }
    const { region } = world
    const matches = compileFilters<ShownZone>(
      Filter,
      {
        'group-name': ({ group }) => group,
        'opt-in-status': ({ optIn }) => optIn,
        'region-name': () => region.name,
        state: () => 'available',
        'zone-id': ({ id }) => id,
        'zone-name': ({ name }) => name,
        'zone-type': ({ type }) => type,
      },
      () => noTags,
    )
    const shown = zones.filter(
      (zone) =>
        (ZoneName.length === 0 || ZoneName.includes(zone.name)) &&
        (ZoneId.length === 0 || ZoneId.includes(zone.id)) &&
        matches(zone),
    )
    return {
      availabilityZoneInfo: shown.map(({ name, id, type, group, optIn }) => ({
        zoneName: name,
        zoneId: id,
        zoneState: 'available',
        zoneType: type,
        regionName: region.name,
        groupName: group,
        groupLongName: region.longName,
        networkBorderGroup: group,
        optInStatus: optIn,
        messageSet: [],
      })),
    }
  },
})

interface ShownZone extends Pick<Zone, 'name' | 'id'> {
  readonly type: 'availability-zone' | 'local-zone'
  readonly group: string
  readonly optIn: 'opt-in-not-required' | 'opted-in' | 'not-opted-in'
}

function zonesOf({ region, cloud }: World): readonly ShownZone[] {
  const { name: group, zones, localZone } = region
  const optIn = cloud.faults.current.localZones === true ? 'opted-in' : 'not-opted-in'
  return [
    ...zones.map(({ name, id }): ShownZone => ({
      name,
      id,
      type: 'availability-zone',
      group,
      optIn: 'opt-in-not-required',
    })),
    ...(localZone ? [{ ...localZone, type: 'local-zone', optIn } as const] : []),
  ]
}

export const describeAccountAttributes = defineAction({
  name: 'DescribeAccountAttributes',
  effect: 'reads',
  members: { AttributeName: list(string) },
  run: ({ AttributeName = [] }, world) => {
    const values: Readonly<Record<string, readonly string[]>> = {
      'supported-platforms': ['VPC'],
      'default-vpc': [world.defaultVpc?.id ?? 'none'],
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
