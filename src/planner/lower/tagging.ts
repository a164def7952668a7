import type { Address } from '../../model/address.js'
import type { StepId } from '../../model/steps/step.js'
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
