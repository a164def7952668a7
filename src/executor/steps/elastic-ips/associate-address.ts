import type { AssociateAddress } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { addressChanged } from './address-changed.js'
import { ownerOf, type StepContext } from '../step-context.js'

/** From then on the server is entered at this address. */
export async function associateAddress(step: AssociateAddress, context: StepContext): Promise<Effect> {
  const { bindings, ports } = context
  const associated = await ports.cloud.associateAddress({
    id: step.allocationId ?? bindings.idOf(step.address),
    owner: ownerOf(step.address, context),
    instanceId: bindings.idOf(step.server),
    server: ownerOf(step.server, context),
  })
  addressChanged(step.server, associated, context)
  return associated.effect
}
