import { addressOf, parseAddress, type Address } from '../address.js'
import { required } from '../../core/assert.js'
import type { Mutabilities } from '../property-change.js'
import type { Tagged, UserTags } from '../tags.js'

/** A fixed public address; it leads to one server of the stack, and is called as that server is. */
export interface ElasticIpSpec {
  readonly address: Address
  readonly server: Address
  /** It is not released; absent: it may be. */
  readonly protect?: true
  /** Its server's. */
  readonly tags: UserTags
}

export interface LiveElasticIp extends Tagged {
  readonly publicIp: string
  /** Where it leads; undefined: nowhere. */
  readonly association: { readonly id: string; readonly instanceId: string | undefined } | undefined
}

/** `server.web[0]` -> `elasticIp.web[0]`. */
export function elasticIpOf(server: Address): Address {
  const { name, index } = required(parseAddress(server), 'the parts of an address')
  return addressOf('elasticIp', name, index)
}

/** `elasticIp.web[0]` -> `server.web[0]`: the only server that it ever leads to. */
export function serverOfElasticIp(address: Address): Address {
  const { name, index } = required(parseAddress(address), 'the parts of an address')
  return addressOf('server', name, index)
}

/** The paths under which an elastic address's properties stand in changes. */
export type ElasticIpPath = 'publicIp' | 'association' | 'protect'

/** How each of them can change, with the source of the fact. */
export const elasticIpMutability: Mutabilities<ElasticIpPath> = {
  publicIp: { how: 'fixed', because: 'EC2 chooses the address', source: 'EC2 API, AllocateAddress' },
  association: { how: 'in-place', because: '', source: 'EC2 API, AssociateAddress' },
  protect: { how: 'in-place', because: '', source: 'a tag of evenkeel' },
}

/** What is recorded of an elastic address in its applied tag. */
export const elasticIpAppliedKeys = ['protect', 'server', 'tags'] as const
