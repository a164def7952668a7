import type { AuthorizeIngress } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { withIds } from './planned-rule.js'
import type { StepContext } from './step-context.js'

export function authorizeIngress(step: AuthorizeIngress, { ports, bindings }: StepContext): Promise<Effect> {
  return ports.cloud.authorizeIngress({
    groupId: bindings.idOf(step.address),
    rules: step.rules.map((rule) => withIds(rule, bindings)),
  })
}
