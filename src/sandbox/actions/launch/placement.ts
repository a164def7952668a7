import { required } from '../../../core/assert.js'
import { checkId, notFound, resourceKinds } from '../../model/ids.js'
import { instanceTypes, isOffered, type InstanceType } from '../../model/instance-types.js'
import type { Subnet } from '../../model/networks/network.js'
import { quotas } from '../../model/quotas.js'
import { ApiError, invalidCombination, invalidValue } from '../../wire/api-error.js'
import { findSecurityGroup } from '../../world/lookup.js'
import { checkDefaultVpc, defaultGroupOf, groupByName } from '../../world/vpc.js'
import type { World } from '../../world/world.js'

export interface PlacementRequest {
  readonly zone: string | undefined
  readonly zoneId: string | undefined
  readonly subnetId: string | undefined
}

/** The subnet for a launch: the one asked for, the zone's default, or the first whose zone offers the type. */
export function chooseSubnet(world: World, request: PlacementRequest, type: InstanceType): Subnet {
  const { subnetId } = request
  const zone = zoneName(world, request)
  if (subnetId !== undefined) {
    checkId(resourceKinds.subnet, subnetId)
    const subnet = world.subnets.get(subnetId)
    if (!subnet) throw notFound(resourceKinds.subnet, [subnetId])
    if (zone !== undefined && zone !== subnet.zone) {
      throw invalidValue(
        `The availability zone '${zone}' does not match the subnet's availability zone '${subnet.zone}'.`,
      )
    }
    return checkOffer(world, subnet, type)
  }
  if (zone !== undefined) {
    const isLocal = world.cloud.faults.current.localZones === true && zone === world.region.localZone?.name
    if (!isLocal && !world.region.zones.some(({ name }) => name === zone)) {
      throw invalidValue(`Invalid availability zone: [${zone}]`)
    }
    checkDefaultVpc(world)
    const subnet = defaultSubnets(world).find((candidate) => candidate.zone === zone)
    if (!subnet) throw new ApiError('MissingInput', `No default subnet for availability zone: '${zone}'.`)
    return checkOffer(world, subnet, type)
  }
  checkDefaultVpc(world)
  const subnets = defaultSubnets(world)
  if (subnets.length === 0) {
    throw new ApiError('MissingInput', 'No subnets found for the default VPC. Please specify a subnet.')
  }
  const subnet = subnets.find((candidate) => isOffered(type, candidate.zone))
  if (!subnet)
    throw new ApiError('Unsupported', `The requested instance type (${type.name}) is not supported in this Region.`)
  return subnet
}

function defaultSubnets(world: World): readonly Subnet[] {
  return world.subnets.values().filter(({ isDefault }) => isDefault)
}

function zoneName(world: World, { zone, zoneId }: PlacementRequest): string | undefined {
  if (zoneId === undefined) return zone
  if (zone !== undefined) throw invalidCombination('Specify either AvailabilityZone or AvailabilityZoneId, not both.')
  const found = world.region.zones.find((candidate) => candidate.id === zoneId)
  if (!found) throw invalidValue(`Invalid availability zone: [${zoneId}]`)
  return found.name
}

function checkOffer(world: World, subnet: Subnet, type: InstanceType): Subnet {
  if (isOffered(type, subnet.zone)) return subnet
  const others = world.region.zones.filter((zone) => isOffered(type, zone.name)).map((zone) => zone.name)
  throw new ApiError(
    'Unsupported',
    `Your requested instance type (${type.name}) is not supported in your requested Availability Zone (${subnet.zone}). Please retry your request by not specifying an Availability Zone or choosing ${others.join(', ')}.`,
  )
}

/** The groups of a launch, by id and by name; the VPC's default group when none is given. */
export function chooseGroups(
  world: World,
  vpcId: string,
  ids: readonly string[] = [],
  names: readonly string[] = [],
): readonly string[] {
  const byId = ids.map((id) => {
    const group = findSecurityGroup(world, id)
    if (group.vpcId === vpcId) return group.id
    throw new ApiError('InvalidGroup.NotFound', `The security group '${id}' does not exist in VPC '${vpcId}'`)
  })
  const byName = names.map((name) => {
    if (vpcId !== world.defaultVpc?.id) {
      throw invalidCombination('The parameter groupName cannot be used with the parameter subnet')
    }
    return groupByName(world, name).id
  })
  const groups = [...new Set([...byId, ...byName])]
  if (groups.length > quotas.groupsPerInterface) {
    throw new ApiError(
      'SecurityGroupsPerInstanceLimitExceeded',
      `You have exceeded the number of security groups (${quotas.groupsPerInterface}) allowed per instance.`,
    )
  }
  return groups.length > 0 ? groups : [required(defaultGroupOf(world, vpcId), `the default group of ${vpcId}`).id]
}

/** A type that EC2 may well have, by its name: the sandbox's table has but some. */
const typeName = /^[a-z]+\d[a-z0-9-]*\.(?:nano|micro|small|medium|large|\d*xlarge|metal[a-z0-9-]*)$/

/** Throws for one that is not in the sandbox's table, and says whose limit it is where the name looks like a type's. */
export function findInstanceType(name: string): InstanceType {
  const type = instanceTypes.get(name)
  if (type) return type
  if (typeName.test(name)) {
    throw new ApiError('Unsupported', `The evenkeel sandbox does not have the instance type ${name}.`)
  }
  throw invalidValue(`Invalid value '${name}' for InstanceType.`)
}

/** The fault of a zone without capacity, in the words that EC2 has for it. */
export function checkCapacity(world: World, type: InstanceType, zone: string): void {
  const { faults } = world.cloud
  if (!faults.happens('capacity', type.name) && !(faults.current.capacity?.only && faults.happens('capacity', zone)))
    return
  const others = world.region.zones.map(({ name }) => name).filter((name) => name !== zone)
  throw new ApiError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${type.name} capacity in the Availability Zone you requested (${zone}). Our system will be working on provisioning additional capacity. You can currently get ${type.name} capacity by not specifying an Availability Zone in your request or choosing ${others.join(', ')}.`,
  )
}
