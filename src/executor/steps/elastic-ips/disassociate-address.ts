import type { DisassociateAddress } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { addressChanged } from './address-changed.js'
import { ownerOf, type StepContext } from '../step-context.js'

/** The server is entered at its own address again, where it has one. */
export async function disassociateAddress(step: DisassociateAddress, context: StepContext): Promise<Effect> {
  const { allocationId: id, server, instanceId } = step
  const owner = ownerOf(step.address, context)
  const left = await context.ports.cloud.disassociateAddress({ id, owner, instanceId })
  if (context.bindings.get(server)?.id === instanceId) addressChanged(server, left, context)
  context.bindings.moveInstance(instanceId, left.publicIp)
  return left.effect
}
