import type { TerminateServer } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { ownerOf, type StepContext } from '../step-context.js'

export function terminateServer(step: TerminateServer, context: StepContext): Promise<Effect> {
  const { cloud, hosts } = context.ports
  if (context.bindings.get(step.address)?.id === step.instanceId) hosts.disconnect(step.address)
  return cloud.terminateServer({ id: step.instanceId, owner: ownerOf(step.address, context) })
}
