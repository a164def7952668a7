import type { DeleteSecurityGroup } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { ownerOf, type StepContext } from './step-context.js'

export function deleteSecurityGroup(step: DeleteSecurityGroup, context: StepContext): Promise<Effect> {
  return context.ports.cloud.deleteSecurityGroup({ id: step.groupId, owner: ownerOf(step.address, context) })
}
