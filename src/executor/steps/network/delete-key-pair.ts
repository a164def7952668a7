import type { DeleteKeyPair } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { ownerOf, type StepContext } from '../step-context.js'

/** Deletes it in EC2, then moves the generated half on this machine aside: a server somewhere may know no other. */
export async function deleteKeyPair(step: DeleteKeyPair, context: StepContext): Promise<Effect> {
  const { cloud, keys } = context.ports
  const effect = await cloud.deleteKeyPair({ id: step.keyPairId, owner: ownerOf(step.address, context) })
  const kept = await keys.retire(step.address)
  if (kept !== undefined) context.output(`the private half is kept as ${kept}`)
  return effect
}
