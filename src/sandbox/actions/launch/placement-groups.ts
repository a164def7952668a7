import { newId, resourceKinds } from '../../model/ids.js'
import type { PlacementGroup } from '../../model/placement-group.js'
import { quotas } from '../../model/quotas.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderTags } from '../../render/tags.js'
import { ApiError, invalidCombination, invalidValue, missingParameter } from '../../wire/api-error.js'
import type { FilterTable } from '../../wire/filter.js'
import { filterList, integer, list, oneOf, oneOfMore, required, string, tagSpecifications } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import { findPlacementGroup, membersOf } from '../../world/placement.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { describeRecords } from '../describe.js'

/** EC2 User Guide, "Placement groups": a partition placement group has at most seven partitions in a zone. */
const partitionsMaximum = 7
/** What EC2 takes where none is named (EC2 User Guide, "Create a placement group"). */
const partitionsDefault = 2

export const createPlacementGroup = defineAction({
  name: 'CreatePlacementGroup',
  effect: 'writes',
  members: {
    GroupName: string,
    Strategy: oneOfMore(['cluster', 'spread', 'partition'], ['precision-time']),
    PartitionCount: integer,
    SpreadLevel: oneOf('rack', 'host'),
    TagSpecification: tagSpecifications,
  },
  run: ({ GroupName: name, Strategy: strategy = 'cluster', PartitionCount, SpreadLevel, TagSpecification }, world) => {
    const tags = readTagSpecifications(TagSpecification, ['placement-group'])
    if (name === undefined || name === '') throw missingParameter('groupName')
    if (!/^[\x20-\x7e]{1,255}$/.test(name)) throw invalidValue(`Value (${name}) for parameter groupName is invalid.`)
    if (PartitionCount !== undefined && strategy !== 'partition')
      throw invalidCombination('The parameter PartitionCount can be used with the partition strategy only.')
    if (SpreadLevel !== undefined && strategy !== 'spread')
      throw invalidCombination('The parameter SpreadLevel can be used with the spread strategy only.')
    if (PartitionCount !== undefined && (PartitionCount < 1 || PartitionCount > partitionsMaximum))
      throw invalidValue(`Value (${PartitionCount}) for parameter PartitionCount is invalid. It must be 1 to 7.`)
    if (SpreadLevel === 'host')
      throw new ApiError(
        'UnsupportedOperation',
        'The spread level host is for AWS Outposts, which the account has none of.',
      )
    if (world.placementGroups.withKey(name).length > 0)
      throw new ApiError('InvalidPlacementGroup.Duplicate', `The placement group '${name}' already exists.`)
    if (world.placementGroups.size >= quotas.placementGroups)
      throw new ApiError('PlacementGroupLimitExceeded', 'You have reached the limit on the number of placement groups.')
    const group = world.placementGroups.put({
      id: newId('pg'),
      sequence: world.nextSequence(),
      name,
      strategy,
      partitions: strategy === 'partition' ? (PartitionCount ?? partitionsDefault) : undefined,
      spreadLevel: strategy === 'spread' ? (SpreadLevel ?? 'rack') : undefined,
    })
    world.tags.put(group.id, tags['placement-group'])
    noteCreation(world, group.id)
    return { placementGroup: render(world, group) }
  },
})

export const deletePlacementGroup = defineAction({
  name: 'DeletePlacementGroup',
  effect: 'writes',
  members: { GroupName: required(string) },
  run: ({ GroupName }, world) => {
    const group = findPlacementGroup(world, { name: GroupName })
    if (membersOf(world, group.id).length > 0) {
      throw new ApiError(
        'InvalidPlacementGroup.InUse',
        `The placement group '${group.name}' is in use and may not be deleted.`,
      )
    }
    world.placementGroups.delete(group.id)
    world.tags.delete(group.id)
    return done
  },
})

const filters = (world: World): FilterTable<PlacementGroup> => ({
  'group-name': ({ name }) => name,
  'group-arn': (group) => arnOf(world, group),
  'spread-level': ({ spreadLevel }) => spreadLevel,
  state: () => 'available',
  strategy: ({ strategy }) => strategy,
})

export const describePlacementGroups = defineAction({
  name: 'DescribePlacementGroups',
  effect: 'reads',
  members: { GroupId: list(string), GroupName: list(string), Filter: filterList },
  run: (parameters, world) => {
    const named = parameters.GroupName?.map((name) => findPlacementGroup(world, { name }).id)
    const page = describeRecords(world, {
      action: 'DescribePlacementGroups',
      kind: resourceKinds.placementGroup,
      source: world.placementGroups,
      ids: parameters.GroupId ?? named,
      request: parameters,
      filters: filters(world),
    })
    return { placementGroupSet: page.items.map((group) => render(world, group)) }
  },
})

function arnOf({ region, accountId }: World, { name }: PlacementGroup): string {
  return `arn:aws:ec2:${region.name}:${accountId}:placement-group/${name}`
}

function render(world: World, group: PlacementGroup): XmlRecord {
  return {
    groupId: group.id,
    groupName: group.name,
    groupArn: arnOf(world, group),
    state: 'available',
    strategy: group.strategy,
    partitionCount: group.partitions,
    spreadLevel: group.spreadLevel,
    tagSet: renderTags(world.tags.get(group.id)),
  }
}
