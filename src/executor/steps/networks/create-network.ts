import type { CreateNetwork } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import type { StepContext } from '../step-context.js'
import { withIds } from './with-ids.js'

/** Makes a part of a network, and binds its address to it. */
export async function createNetwork(step: CreateNetwork, { ports, bindings, once }: StepContext): Promise<Effect> {
  const making = withIds(step.making, bindings)
  const { id } = await ports.cloud.createNetworkPart({ making, tags: step.tags, once })
  bindings.bind(step.address, { id })
  return 'done'
}
