import type { AllocateAddress } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import type { StepContext } from '../step-context.js'

export async function allocateAddress(step: AllocateAddress, context: StepContext): Promise<Effect> {
  const { ports, bindings, once } = context
  const { id, publicIp } = await ports.cloud.allocateAddress({ tags: step.tags, once })
  bindings.bind(step.address, { id, publicIp })
  return 'done'
}
