import type { StartServer } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { instanceOf, ownerOf, type StepContext } from '../step-context.js'

/** Starts, waits until it runs, and notes the addresses: a public one changes over a stop and a start. */
export async function startServer(step: StartServer, context: StepContext): Promise<Effect> {
  const id = instanceOf(step.address, step.instanceId, context)
  const running = await context.ports.cloud.startServer({ id, owner: ownerOf(step.address, context) })
  context.bindings.amend(step.address, {
    ...(running.privateIp !== undefined && { privateIp: running.privateIp }),
    ...(running.publicIp !== undefined && { publicIp: running.publicIp }),
    ...(running.privateDns !== undefined && { privateDns: running.privateDns }),
    ...(running.publicDns !== undefined && { publicDns: running.publicDns }),
  })
  return running.effect
}
