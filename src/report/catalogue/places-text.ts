import type { FoundRegion, FoundZone } from '../../model/launch/on-offer.js'
import { legibleData, legibleJson } from '../legible.js'
import { listed } from './listed.js'

const zonesFormatVersion = 1
const regionsFormatVersion = 1

export function zonesText(zones: readonly FoundZone[], color: boolean): string {
  const rows = legibleData(zones).map(({ name, id, type, state, optIn, group }) => [
    name,
    id,
    type,
    state,
    optIn,
    group,
  ])
  return listed(['ZONE', 'ID', 'KIND', 'STATE', 'OPTED IN', 'GROUP'], rows, { color })
}

/** As `zones --json` prints them (schema/zones.schema.json). */
export function zonesJson(zones: readonly FoundZone[]): string {
  return `${legibleJson({ formatVersion: zonesFormatVersion, zones }, 2)}\n`
}

/** `here`: the region that was asked. */
export function regionsText(regions: readonly FoundRegion[], here: string, color: boolean): string {
  const rows = legibleData(regions).map(({ name, endpoint, optIn }) => [
    name,
    optIn,
    endpoint,
    name === here ? 'asked here' : '',
  ])
  return listed(['REGION', 'OPTED IN', 'ENDPOINT', ''], rows, { color })
}

/** As `regions --json` prints them (schema/regions.schema.json). */
export function regionsJson(regions: readonly FoundRegion[], here: string): string {
  return `${legibleJson({ formatVersion: regionsFormatVersion, region: here, regions }, 2)}\n`
}
