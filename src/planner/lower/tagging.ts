import type { Address } from '../../model/address.js'
import type { StepId } from '../../model/steps/step.js'
import { tagKeys, type Tagged } from '../../model/tags.js'
import type { TagWork } from '../compare/desired-tags.js'
import type { StepGraph } from '../graph/step-graph.js'

/** Writes an address's tags on its resource, where there is anything to write. */
export function addTagging(
  graph: StepGraph,
  address: Address,
  { tags, removeTags }: Pick<TagWork, 'tags' | 'removeTags'>,
  needs: readonly StepId[],
): void {
  if (Object.keys(tags).length === 0 && removeTags.length === 0) return
  graph.add('tag-resource', address, { target: address, tags, removeTags }, { needs })
}

/** Behind the id of the step by which something becomes the stack's that is changed in the same plan. */
const adopted = 'adopted'

/** What is adopted is the stack's before anything of it is changed: no call changes what carries no stack's tag. */
export function addAdoption(
  graph: StepGraph,
  {
    address,
    live,
    tagging,
  }: { readonly address: Address; readonly live: Tagged; readonly tagging: Pick<TagWork, 'tags'> },
): readonly StepId[] {
  if (live.tags[tagKeys.stack] !== undefined) return []
  const tags = Object.fromEntries([tagKeys.stack, tagKeys.address].map((key) => [key, tagging.tags[key] ?? '']))
  return [graph.add('tag-resource', address, { target: address, tags, removeTags: [] }, { suffix: adopted })]
}
