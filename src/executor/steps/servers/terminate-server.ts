import type { TerminateServer } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { ownerOf, type StepContext } from '../step-context.js'

export function terminateServer(step: TerminateServer, context: StepContext): Promise<Effect> {
  const { cloud, hosts } = context.ports
  hosts.disconnect(step.instanceId)
  return cloud.terminateServer({ id: step.instanceId, owner: ownerOf(step.address, context) })
}
