import type { CreatePlacementGroup } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import type { StepContext } from '../step-context.js'

export async function createPlacementGroup(step: CreatePlacementGroup, context: StepContext): Promise<Effect> {
  const { ports, bindings } = context
  const { groupName, strategy, partitions, spreadLevel, tags } = step
  const { id } = await ports.cloud.createPlacementGroup({ groupName, strategy, partitions, spreadLevel, tags })
  bindings.bind(step.address, { id })
  return 'done'
}
