import type { NetworkMaking, NetworkWork } from '../../../model/kinds/network-work.js'
import type { LiveNetwork, NetworkSpec } from '../../../model/kinds/network.js'
import type { Tags } from '../../../model/tags.js'
import type { TagWork } from '../../compare/desired-tags.js'
import type { Decided, Leave, Refuse } from '../decided.js'

/** What becomes of a part of a network. */
export type NetworkDecision = CreateNetworkDecision | StandingNetworkDecision | RemoveNetworkDecision | Refuse | Leave

export interface CreateNetworkDecision extends Decided {
  readonly kind: 'create'
  readonly spec: NetworkSpec
  readonly making: NetworkMaking
  readonly tags: Tags
  /** What is done of it once it is there. */
  readonly work: NetworkWork | undefined
  /** What is recorded after that. */
  readonly tagging: Pick<TagWork, 'tags' | 'removeTags'>
}

export interface StandingNetworkDecision extends Decided {
  readonly kind: 'keep' | 'update'
  readonly spec: NetworkSpec
  readonly live: LiveNetwork
  readonly work: NetworkWork | undefined
  readonly tagging: TagWork
}

export interface RemoveNetworkDecision extends Decided {
  readonly kind: 'remove'
  readonly live: LiveNetwork
}
