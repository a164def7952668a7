import type { Address } from '../../../model/address.js'
import type { NetworkPart } from '../../../model/kinds/network.js'
import type { NetworkMaking, NetworkWork } from '../../../model/kinds/network-work.js'
import type { Tags } from '../../../model/tags.js'
import type { Created, Once, Owned } from '../cloud-words.js'
import type { Effect } from '../effect.js'

/** What can be done with the parts of networks. Whatever these requests name besides is named by id. */
export interface NetworkCloud {
  /** Makes a part, and waits until it can be used. */
  createNetworkPart(request: { readonly making: NetworkMaking; readonly tags: Tags } & Once): Promise<Created>
  /** What is as asked already is left as it is. */
  changeNetworkPart(request: Owned & { readonly work: NetworkWork }): Promise<Effect>
  /** Waits out what is still going away, until it has gone itself. What stays in the way is named. */
  deleteNetworkPart(request: Owned & { readonly part: NetworkPart }): Promise<Effect>
}

/** What an observation asks of networks. */
export interface NetworkQuery {
  /** The parts that the file names; they are asked for in any case where the ledger names one. Left out: none. */
  readonly networks?: readonly Address[]
}
