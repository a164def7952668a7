import type { CreateSecurityGroup } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import type { StepContext } from '../step-context.js'

export async function createSecurityGroup(
  step: CreateSecurityGroup,
  { ports, bindings, once }: StepContext,
): Promise<Effect> {
  const { groupName, description, network, tags } = step
  const vpcId = network === undefined ? step.vpcId : bindings.idOf(network)
  const { id } = await ports.cloud.createSecurityGroup({ groupName, description, vpcId, tags, once })
  bindings.bind(step.address, { id })
  return 'done'
}
