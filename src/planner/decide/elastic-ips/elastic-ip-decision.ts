import type { Address } from '../../../model/address.js'
import type { LiveElasticIp } from '../../../model/kinds/elastic-ip.js'
import type { Tags } from '../../../model/tags.js'
import type { TagWork } from '../../compare/desired-tags.js'
import type { Decided, Leave, Refuse } from '../decided.js'

/** What becomes of an elastic address. */
export type ElasticIpDecision =
  | CreateElasticIpDecision
  | StandingElasticIpDecision
  | RemoveElasticIpDecision
  | Refuse
  | Leave

/** It is allocated, and leads to its server from then on. */
export interface CreateElasticIpDecision extends Decided {
  readonly kind: 'create'
  readonly server: Address
  /** That it leads to its server is recorded once it does. */
  readonly tags: Tags
  readonly tagging: Pick<TagWork, 'tags' | 'removeTags'>
}

export interface StandingElasticIpDecision extends Decided {
  readonly kind: 'keep' | 'update'
  readonly server: Address
  readonly live: LiveElasticIp
  /** Where it leads and must not. */
  readonly frees: Freeing | undefined
  /** Whether it does not lead to its server yet. */
  readonly associates: boolean
  readonly tagging: TagWork
}

export interface RemoveElasticIpDecision extends Decided {
  readonly kind: 'remove'
  readonly live: LiveElasticIp
  readonly frees: Freeing | undefined
}

/** An association with an instance of the stack that ends. */
export interface Freeing {
  readonly server: Address
  readonly instanceId: string
  /**
   * `after-server`: the instance goes, and is entered at this address until then. `handed-over`: it goes last, so the
   * address leaves it once its volumes have, for the instance that takes its place. `at-once`: it stays, or goes last
   * although the address is another server's.
   */
  readonly when: 'at-once' | 'after-server' | 'handed-over'
}

/** The association that ends by a decision. */
export function freeingOf(decision: ElasticIpDecision): Freeing | undefined {
  return 'frees' in decision ? decision.frees : undefined
}
