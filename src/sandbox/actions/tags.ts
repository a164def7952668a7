import { metadataOf } from '../lifecycle/host-description.js'
import { kindOfId, notFound, resourceKinds } from '../model/ids.js'
import { checkKey, mergeTags, readTags, withoutTags } from '../model/tags.js'
import { ApiError, invalidValue } from '../wire/api-error.js'
import { compileFilters } from '../wire/filter.js'
import { paginate } from '../wire/pagination.js'
import { filterList, list, paging, required, string, tagList } from '../wire/shape.js'
import { digestOf } from '../../core/digest.js'
import { exists } from '../world/lookup.js'
import { isVisible } from '../world/visibility.js'
import type { World } from '../world/world.js'
import { defineAction, done } from './action.js'
import { pageRules } from './describe.js'

/** CreateTags takes at most this many resources at once (EC2 API reference). */
const resourcesMaximum = 1000

export const createTags = defineAction({
  name: 'CreateTags',
  effect: 'writes',
  members: { ResourceId: required(list(string)), Tag: required(tagList) },
  run: async ({ ResourceId, Tag }, world) => {
    const added = readTags(Tag)
    checkResources(world, ResourceId)
    const merged = ResourceId.map((id) => [id, mergeTags(world.tags.get(id), added)] as const)
    for (const [id, tags] of merged) world.tags.put(id, tags)
    await tellInstances(world, ResourceId)
    return done
  },
})

export const deleteTags = defineAction({
  name: 'DeleteTags',
  effect: 'writes',
  members: { ResourceId: required(list(string)), Tag: tagList },
  run: async ({ ResourceId, Tag }, world) => {
    for (const tag of Tag ?? []) checkKey(tag.Key)
    checkResources(world, ResourceId)
    for (const id of ResourceId) world.tags.put(id, withoutTags(world.tags.get(id), Tag))
    await tellInstances(world, ResourceId)
    return done
  },
})

/** An instance that may see its tags sees them change (EC2 User Guide, "Access instance tags in instance metadata"). */
async function tellInstances(world: World, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const instance = world.instances.get(id)
    if (instance?.metadataOptions.instanceMetadataTags !== 'enabled') continue
    await world.cloud.hosts.setMetadata(id, metadataOf(world, instance))
  }
}

function checkResources(world: World, ids: readonly string[]): void {
  if (ids.length > resourcesMaximum) throw invalidValue(`At most ${resourcesMaximum} resources can be tagged at once`)
  for (const id of ids) {
    const kind = kindOfId(id)
    if (!kind) throw new ApiError('InvalidID', `The ID '${id}' is not valid`)
    if (!exists(world, kind, id) || !isVisible(world, id, 'mutate')) throw notFound(resourceKinds[kind], [id])
  }
}

interface TagRow {
  readonly sequence: number
  readonly resourceId: string
  readonly resourceType: string
  readonly key: string
  readonly value: string
}

export const describeTags = defineAction({
  name: 'DescribeTags',
  effect: 'reads',
  members: { Filter: filterList, ...paging },
  run: (parameters, world) => {
    const rows = allRows(world)
    const matches = compileFilters<TagRow>(
      parameters.Filter,
      {
        key: ({ key }) => key,
        value: ({ value }) => value,
        'resource-id': ({ resourceId }) => resourceId,
        'resource-type': ({ resourceType }) => resourceType,
      },
      ({ key, value }) => ({ [key]: value }),
    )
    const page = paginate(rows.filter(matches), parameters, pageRules.tags, {
      fingerprint: digestOf(['DescribeTags', world.region.name, parameters.Filter ?? []]),
      withIds: false,
      empty: parameters.MaxResults !== undefined && world.cloud.faults.happens('emptyPages', 'DescribeTags'),
    })
    const tagSet = page.items.map(({ resourceId, resourceType, key, value }) => ({
      resourceId,
      resourceType,
      key,
      value,
    }))
    return { tagSet, nextToken: page.nextToken }
  },
})

function allRows(world: World): TagRow[] {
  const rows: TagRow[] = []
  for (const [resourceId, tags] of world.tags.entries()) {
    if (!isVisible(world, resourceId, 'filter')) continue
    const kind = kindOfId(resourceId)
    const resourceType = kind ? (resourceKinds[kind].tagType ?? '') : ''
    for (const [key, value] of Object.entries(tags)) {
      rows.push({ sequence: rows.length + 1, resourceId, resourceType, key, value })
    }
  }
  return rows
}
