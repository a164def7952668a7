import type { ImportKeyPair } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import type { StepContext } from '../step-context.js'

/** Imports the public half; without one in the file, a pair is made on this machine first. */
export async function importKeyPair(step: ImportKeyPair, { ports, bindings, once }: StepContext): Promise<Effect> {
  const { keyName, tags } = step
  const publicKey = step.publicKey ?? (await ports.keys.generate(step.address))
  const { id } = await ports.cloud.importKeyPair({ keyName, publicKey, tags, once })
  bindings.bind(step.address, { id })
  return 'done'
}
