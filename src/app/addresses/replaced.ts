import { UsageError } from '../../core/errors.js'
import { parseAddress, type Address } from '../../model/address.js'
import { specLists, type ResourceKind } from '../../model/kinds/kinds.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { addressesNamed } from './named-addresses.js'

/** Why nothing takes the place of a resource of a kind, and what there is instead; those that are not here can be replaced. */
const irreplaceable: Readonly<Partial<Record<ResourceKind, readonly [why: string, hint: string]>>> = {
  keyPair: ['a key pair is what its public key is', 'another `publicKey` in the file replaces it'],
  network: [
    'the parts of a network change in place, or not at all',
    'a subnet of another name is another one: move the servers there, and take this one out',
  ],
  securityGroup: ['the rules of a security group change in place', 'an entry of another name is another group'],
  image: ['an image has versions', '`--rebuild` makes another one'],
  elasticIp: [
    'an elastic address that is released does not come back',
    'take `elasticIp` out, apply, and write it again',
  ],
  interface: [
    'a network interface stays when its server is replaced',
    'another `subnet` or `privateIp` in the file replaces it',
  ],
  scalingGroup: ['Auto Scaling replaces its members', 'another image or type in the file has all of them replaced'],
  loadBalancer: [
    'a load balancer has one name for its clients',
    'another `kind` or `internal` in the file replaces it',
  ],
  sync: ['a rule is nothing that stands anywhere', '`evenkeel sync` copies what differs'],
  archive: ['an archive has versions, and none is taken back', 'a change of its directory makes the next one'],
}

/** The servers and volumes of the file that patterns name (`--replace`). Throws a UsageError for what is none, or is nothing in the file. */
export function replacedByName(patterns: readonly string[] = [], spec: StackSpec): readonly Address[] {
  if (patterns.length === 0) return []
  const known = specLists.flatMap((list): readonly Address[] => (spec[list] ?? []).map(({ address }) => address))
  const named = addressesNamed(patterns, known, `in the stack file of ${spec.stack}`)
  for (const address of named) {
    const kind = parseAddress(address)?.kind
    const reason = kind && irreplaceable[kind]
    if (reason)
      throw new UsageError('REPLACE_IMPOSSIBLE', `${address} is not replaced: ${reason[0]}`, { hint: reason[1] })
  }
  return named
}
