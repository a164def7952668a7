import type { ScalingGroup, ScalingTag } from '../../model/auto-scaling/records.js'
import { readTags } from '../../model/tags.js'
import { ApiError } from '../../wire/api-error.js'
import { compileFilters } from '../../wire/filter.js'
import { boolean, integer, list, required, string, structure } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { findGroup, invalid, pageOf } from './found.js'

export const scalingTags = list(
  structure({ ResourceId: string, ResourceType: string, Key: string, Value: string, PropagateAtLaunch: boolean }),
)

interface TagRequest {
  readonly ResourceId?: string | undefined
  readonly ResourceType?: string | undefined
  readonly Key?: string | undefined
  readonly Value?: string | undefined
  readonly PropagateAtLaunch?: boolean | undefined
}

/** Auto Scaling User Guide, "Quotas". */
const tagsMaximum = 50

/** Tags in a call that makes a group; where they name one, it is that. */
export function readScalingTags(given: readonly TagRequest[] = [], name: string): readonly ScalingTag[] {
  const stranger = given.find(({ ResourceId }) => ResourceId !== undefined && ResourceId !== name)
  if (stranger) throw invalid(`The tag ${stranger.Key} is of another resource: ${stranger.ResourceId}`)
  return mergeScalingTags([], given)
}

function mergeScalingTags(before: readonly ScalingTag[], given: readonly TagRequest[]): readonly ScalingTag[] {
  try {
    readTags(given)
  } catch (error) {
    throw error instanceof ApiError ? invalid(error.message) : error
  }
  const added = given.map(({ Key = '', Value = '', PropagateAtLaunch = false }) => ({
    key: Key,
    value: Value,
    isPropagated: PropagateAtLaunch,
  }))
  const merged = [...before.filter(({ key }) => !added.some((tag) => tag.key === key)), ...added]
  if (merged.length > tagsMaximum) {
    throw new ApiError('LimitExceeded', 'The maximum number of tags on the group has been reached.')
  }
  return merged
}

function groupOf(world: World, { ResourceId = '', ResourceType = 'auto-scaling-group' }: TagRequest): ScalingGroup {
  if (ResourceType !== 'auto-scaling-group') throw invalid(`Invalid resource type: ${ResourceType}`)
  return findGroup(world, ResourceId)
}

export const createOrUpdateTags = defineAction({
  name: 'CreateOrUpdateTags',
  effect: 'writes',
  members: { Tags: required(scalingTags) },
  run: ({ Tags }, world) => {
    for (const tag of Tags) {
      const group = groupOf(world, tag)
      world.scalingGroups.put({ ...group, tags: mergeScalingTags(group.tags, [tag]) })
    }
    return {}
  },
})

export const deleteTags = defineAction({
  name: 'DeleteTags',
  effect: 'writes',
  members: { Tags: required(scalingTags) },
  run: ({ Tags }, world) => {
    for (const tag of Tags) {
      const group = groupOf(world, tag)
      const isMeant = ({ key, value }: ScalingTag) =>
        key === tag.Key && (tag.Value === undefined || tag.Value === value)
      world.scalingGroups.put({ ...group, tags: group.tags.filter((one) => !isMeant(one)) })
    }
    return {}
  },
})

export function renderScalingTag({ name }: Pick<ScalingGroup, 'name'>, { key, value, isPropagated }: ScalingTag) {
  return {
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key: key,
    Value: value,
    PropagateAtLaunch: isPropagated,
  }
}

export const scalingFilters = list(structure({ Name: string, Values: list(string) }))

/** The filters of Auto Scaling in the form of EC2's. */
export function ec2Filters(
  filters: readonly { readonly Name?: string | undefined; readonly Values?: readonly string[] | undefined }[] = [],
) {
  return filters.map(({ Name, Values }) => ({ Name, Value: Values }))
}

export const describeTags = defineAction({
  name: 'DescribeTags',
  effect: 'reads',
  members: { Filters: scalingFilters, MaxRecords: integer, NextToken: string },
  run: ({ Filters, ...page }, world) => {
    const all = world.scalingGroups.values().flatMap((group) => group.tags.map((tag) => ({ group, tag })))
    const isMeant = compileFilters<(typeof all)[number]>(
      ec2Filters(Filters),
      {
        'auto-scaling-group': ({ group }) => group.name,
        key: ({ tag }) => tag.key,
        value: ({ tag }) => tag.value,
        'propagate-at-launch': ({ tag }) => tag.isPropagated,
      },
      () => ({}),
    )
    const { items, NextToken } = pageOf(all.filter(isMeant), page, { usual: 50, most: 100 })
    return { Tags: items.map(({ group, tag }) => renderScalingTag(group, tag)), NextToken }
  },
})
