import type { TagResource } from '../../model/steps/step.js'
import type { Effect } from '../ports.js'
import { ownerOf, type StepContext } from './step-context.js'

export async function tagResource(step: TagResource, context: StepContext): Promise<Effect> {
  const { cloud } = context.ports
  const id = step.resourceId ?? context.bindings.idOf(step.target)
  const effects: Effect[] = []
  if (Object.keys(step.tags).length > 0) effects.push(await cloud.setTags({ id, tags: step.tags }))
  if (step.removeTags.length > 0) {
    effects.push(await cloud.removeTags({ id, keys: step.removeTags, owner: ownerOf(step.target, context) }))
  }
  return effects.includes('done') ? 'done' : 'unchanged'
}
