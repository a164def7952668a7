import { existingKey } from '../../model/launch/existing.js'
import type { Address } from '../../model/address.js'
import type { StackSpec } from '../../model/stack-spec.js'
import type { CloudFacts, Ports } from '../ports.js'

/**
 * The public halves of the key pairs that the file names and does not own, as EC2 has them; those of this machine's private
 * halves that open servers are found by them from then on.
 */
export async function noteExistingKeys(
  spec: StackSpec,
  { existingKeyPairs }: Pick<CloudFacts, 'existingKeyPairs'>,
  keys: Ports['keys'],
): Promise<Readonly<Record<string, string>>> {
  const found: Record<Address, string> = {}
  if (!existingKeyPairs) return found
  for (const { keyPair, existingKeyPair } of [...spec.servers, ...spec.archives.map(({ server }) => server)]) {
    if (!existingKeyPair || found[keyPair] !== undefined) continue
    const [live] = existingKeyPairs[existingKey(existingKeyPair)] ?? []
    if (live?.publicKey === undefined) continue
    found[keyPair] = live.publicKey
    await keys.publicKey(keyPair, live.publicKey)
  }
  return found
}
