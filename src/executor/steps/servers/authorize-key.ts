import { displayName } from '../../../model/address.js'
import type { AuthorizeKey } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { accessTo, type StepContext } from '../step-context.js'

/** Lets the key pair's key in, and the stack's older ones out, once it is proven to open the server. */
export async function authorizeKey(step: AuthorizeKey, context: StepContext): Promise<Effect> {
  const { bindings, ports, stack } = context
  const { address, keyPair, former } = step
  const publicKey = step.publicKey ?? (await ports.keys.generate(keyPair))
  const effect = await ports.hosts.authorizeKey(await accessTo(address, context), {
    stack,
    name: displayName(keyPair),
    publicKey,
    privateKeyPath: await ports.keys.privateKeyPath(keyPair, publicKey),
    former,
  })
  bindings.amend(address, { keyPair, formerKeys: [] })
  return effect
}
