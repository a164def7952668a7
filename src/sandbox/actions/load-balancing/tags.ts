import { ApiError } from '../../wire/api-error.js'
import { list, required, string, tagList } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { findBalancer, findGroup, findListener } from './found.js'
import { readTagList } from './names.js'

/** DescribeTags takes at most this many (ELB API reference). */
const resourcesMaximum = 20

export const describeTags = defineAction({
  name: 'DescribeTags',
  effect: 'reads',
  members: { ResourceArns: required(list(string)) },
  run: ({ ResourceArns }, world) => {
    if (ResourceArns.length > resourcesMaximum) {
      throw new ApiError(
        'ValidationError',
        `The number of resources '${ResourceArns.length}' exceeds '${resourcesMaximum}'`,
      )
    }
    return {
      TagDescriptions: ResourceArns.map((arn) => {
        checkResource(world, arn)
        return { ResourceArn: arn, Tags: Object.entries(world.tags.get(arn)).map(([Key, Value]) => ({ Key, Value })) }
      }),
    }
  },
})

export const addTags = defineAction({
  name: 'AddTags',
  effect: 'writes',
  members: { ResourceArns: required(list(string)), Tags: required(tagList) },
  run: ({ ResourceArns, Tags }, world) => {
    for (const arn of ResourceArns) checkResource(world, arn)
    for (const arn of ResourceArns) world.tags.put(arn, readTagList(Tags, world.tags.get(arn)))
    return {}
  },
})

export const removeTags = defineAction({
  name: 'RemoveTags',
  effect: 'writes',
  members: { ResourceArns: required(list(string)), TagKeys: required(list(string)) },
  run: ({ ResourceArns, TagKeys }, world) => {
    for (const arn of ResourceArns) checkResource(world, arn)
    for (const arn of ResourceArns) {
      const kept = Object.entries(world.tags.get(arn)).filter(([key]) => !TagKeys.includes(key))
      world.tags.put(arn, Object.fromEntries(kept))
    }
    return {}
  },
})

function checkResource(world: World, arn: string): void {
  if (arn.includes(':loadbalancer/')) findBalancer(world, arn)
  else if (arn.includes(':targetgroup/')) findGroup(world, arn)
  else if (arn.includes(':listener/')) findListener(world, arn)
  else throw new ApiError('ValidationError', `'${arn}' is not a valid resource ARN`)
}
