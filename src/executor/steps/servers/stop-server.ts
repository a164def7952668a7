import type { StopServer } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { instanceOf, ownerOf, type StepContext } from '../step-context.js'

export function stopServer(step: StopServer, context: StepContext): Promise<Effect> {
  const id = instanceOf(step.address, step.instanceId, context)
  context.ports.hosts.disconnect(id)
  return context.ports.cloud.stopServer({ id, owner: ownerOf(step.address, context) })
}
