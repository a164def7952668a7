import type { DeleteKeyPair } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { ownerOf, type StepContext } from '../step-context.js'

/** Deletes it in EC2, then the generated half on this machine. */
export async function deleteKeyPair(step: DeleteKeyPair, context: StepContext): Promise<Effect> {
  const { cloud, keys } = context.ports
  const effect = await cloud.deleteKeyPair({ id: step.keyPairId, owner: ownerOf(step.address, context) })
  await keys.forget(step.address)
  return effect
}
