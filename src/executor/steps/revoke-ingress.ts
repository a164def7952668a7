import type { RevokeIngress } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { withIds } from './planned-rule.js'
import { ownerOf, type StepContext } from './step-context.js'

export function revokeIngress(step: RevokeIngress, context: StepContext): Promise<Effect> {
  return context.ports.cloud.revokeIngress({
    groupId: step.groupId,
    rules: step.rules.map((rule) => withIds(rule, context.bindings)),
    owner: ownerOf(step.address, context),
  })
}
