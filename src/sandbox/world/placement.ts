import type { InstanceType } from '../model/instance-types.js'
import type { Instance } from '../model/instance.js'
import { nowhere, type Placement, type PlacementGroup, type Tenancy } from '../model/placement-group.js'
import { ApiError, invalidCombination, invalidValue } from '../wire/api-error.js'
import { isVisible } from './visibility.js'
import type { World } from './world.js'

/** EC2 User Guide, "Placement group rules and limitations": on racks, for each zone. */
const spreadPerZoneMaximum = 7

/** What a launch, or a change, asks for. */
export interface PlacementRequest {
  readonly groupName?: string | undefined
  readonly groupId?: string | undefined
  readonly partition?: number | undefined
  readonly tenancy?: Tenancy | undefined
}

/** The group of this name or id. Throws `InvalidPlacementGroup.Unknown`. */
export function findPlacementGroup(
  world: World,
  { name, id }: { readonly name?: string | undefined; readonly id?: string | undefined },
): PlacementGroup {
  const group = name === undefined ? world.placementGroups.get(id ?? '') : world.placementGroups.withKey(name)[0]
  if (group && isVisible(world, group.id, 'mutate')) return group
  throw new ApiError('InvalidPlacementGroup.Unknown', `The Placement Group '${name ?? id}' is unknown.`)
}

/** The instances that are in a group until they have ended. */
export function membersOf(world: World, groupId: string): readonly Instance[] {
  return world.instances
    .values()
    .filter(({ placement, state }) => placement?.groupId === groupId && state !== 'terminated')
}

/** Where so many instances of a type go, one after the other; throws where EC2 would not place them so. */
export function planPlacement(
  world: World,
  request: PlacementRequest,
  { type, zone, count }: { readonly type: InstanceType; readonly zone: string; readonly count: number },
): readonly Placement[] {
  const { groupName, groupId, partition, tenancy = 'default' } = request
  const isNamed = groupName !== undefined && groupName !== ''
  if (isNamed && groupId !== undefined) throw invalidCombination('Specify either GroupName or GroupId, not both.')
  if (!isNamed && groupId === undefined) {
    if (partition !== undefined) throw invalidCombination('A partition number needs a partition placement group.')
    return Array.from({ length: count }, () => ({ ...nowhere, tenancy }))
  }
  const group = findPlacementGroup(world, isNamed ? { name: groupName } : { id: groupId })
  const members = membersOf(world, group.id)
  checkStrategy(group, { members, type, zone, count, tenancy })
  const numbers = partitionNumbers(group, { members, zone, count, partition })
  return numbers.map((number) => ({ groupId: group.id, partition: number, tenancy }))
}

function checkStrategy(
  { strategy, name }: PlacementGroup,
  {
    members,
    type,
    zone,
    count,
    tenancy,
  }: {
    readonly members: readonly Instance[]
    readonly type: InstanceType
    readonly zone: string
    readonly count: number
    readonly tenancy: Tenancy
  },
): void {
  if (strategy === 'cluster') {
    if (type.burstable) {
      throw invalidCombination(
        `Cluster placement groups are not supported by the '${type.name}' instance type. Specify a supported instance type or change the placement group strategy, and try again.`,
      )
    }
    const elsewhere = members.find((member) => member.zone !== zone)
    if (elsewhere) {
      throw new ApiError(
        'InvalidPlacementGroup.InUse',
        `The placement group '${name}' is in use in another availability zone: ${elsewhere.zone}`,
      )
    }
  }
  if (strategy !== 'spread') return
  if (tenancy !== 'default') throw invalidCombination('Spread placement groups do not support dedicated tenancy.')
  const there = members.filter((member) => member.zone === zone && member.state !== 'stopped').length
  if (there + count > spreadPerZoneMaximum) {
    throw new ApiError(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient capacity to launch all of the additional requested instances into Placement Group '${name}': it holds ${there} of at most ${spreadPerZoneMaximum} in ${zone}.`,
    )
  }
}

/** The partition that was asked for, or those that hold the fewest (EC2 User Guide: EC2 "tries to evenly distribute"). */
function partitionNumbers(
  { strategy, partitions = 0 }: PlacementGroup,
  {
    members,
    zone,
    count,
    partition,
  }: {
    readonly members: readonly Instance[]
    readonly zone: string
    readonly count: number
    readonly partition: number | undefined
  },
): readonly (number | undefined)[] {
  if (strategy !== 'partition') {
    if (partition !== undefined) throw invalidCombination('A partition number needs a partition placement group.')
    return Array.from({ length: count }, () => undefined)
  }
  if (partition !== undefined) {
    if (partition < 1 || partition > partitions)
      throw invalidValue(
        `Value (${partition}) for parameter PartitionNumber is invalid. It must be 1 to ${partitions}.`,
      )
    return Array.from({ length: count }, () => partition)
  }
  const held = Array.from(
    { length: partitions },
    (_, index) => members.filter((member) => member.zone === zone && member.placement?.partition === index + 1).length,
  )
  return Array.from({ length: count }, () => {
    const least = held.indexOf(Math.min(...held))
    held[least] = (held[least] ?? 0) + 1
    return least + 1
  })
}
