import type { Tags } from '../../model/tags.js'
import type { Created, Once, Owned, Owner } from './cloud-words.js'
import type { Effect } from './effect.js'

/** What can be done with elastic addresses. */
export interface ElasticIpCloud {
  allocateAddress(request: { readonly tags: Tags } & Once): Promise<AllocatedAddress>
  /** Lets it lead to an instance. Rejects where it leads elsewhere, or the instance has another elastic address: nothing is taken from anybody. */
  associateAddress(request: Owned & AssociationTarget): Promise<Association & { readonly publicIp: string }>
  /** Ends its association with this instance, and no other. Resolves with the public address that the instance has then. */
  disassociateAddress(request: Owned & { readonly instanceId: string }): Promise<Association>
  /** Gives it back for good. Rejects where it leads anywhere. */
  releaseAddress(request: Owned): Promise<Effect>
}

export interface AllocatedAddress extends Created {
  readonly publicIp: string
}

/** The instance that it is to lead to, which must be ours too. */
interface AssociationTarget {
  readonly instanceId: string
  readonly server: Owner
}

/** What an observation asks of elastic addresses. */
export interface ElasticIpQuery {
  /** Ask for the stack's; they are asked for in any case where its ledger names one. */
  readonly elasticIps?: boolean
}

/** The public address that the instance has now, and EC2's name of it, where it was told. */
export interface Association {
  readonly effect: Effect
  readonly publicIp: string | undefined
  readonly publicDns?: string | undefined
}
