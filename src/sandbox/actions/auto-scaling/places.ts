import type { ScalingGroup } from '../../model/auto-scaling/records.js'
import type { World } from '../../world/world.js'
import { invalid } from './found.js'

interface PlacesRequest {
  readonly AvailabilityZones?: readonly string[] | undefined
  readonly VPCZoneIdentifier?: string | undefined
}

/** The subnets and zones of a group: either follows from the other where one is left out. */
export function readPlaces(
  world: World,
  { AvailabilityZones: zones = [], VPCZoneIdentifier: text = '' }: PlacesRequest,
): Pick<ScalingGroup, 'zones' | 'subnetIds'> {
  const subnetIds = text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')
  const subnets = subnetIds.map((id) => {
    const subnet = world.subnets.get(id)
    if (subnet) return subnet
    throw invalid(`The subnet ID '${id}' does not exist`)
  })
  if (new Set(subnets.map(({ vpcId }) => vpcId)).size > 1) {
    throw invalid('The subnets of an Auto Scaling group must be in one VPC')
  }
  const unknown = zones.find((zone) => !world.region.zones.some(({ name }) => name === zone))
  if (unknown !== undefined) throw invalid(`Invalid availability zones: [${unknown}]`)
  const ofSubnets = [...new Set(subnets.map(({ zone }) => zone))]
  if (subnets.length > 0 && zones.length > 0 && [...zones].sort().join() !== [...ofSubnets].sort().join()) {
    throw invalid('The availability zones of the specified subnets and the Auto Scaling group do not match')
  }
  return { zones: subnets.length > 0 ? ofSubnets : zones, subnetIds }
}
