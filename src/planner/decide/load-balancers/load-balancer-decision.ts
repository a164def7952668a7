import type { Address } from '../../../model/address.js'
import type { LiveLoadBalancer } from '../../../model/kinds/load-balancer.js'
import type { PlannedBalancing } from '../../../model/steps/step.js'
import type { Tags } from '../../../model/tags.js'
import type { TagWork } from '../../compare/desired-tags.js'
import type { Decided, Leave, Refuse } from '../decided.js'

/** What becomes of a load balancer. */
export type LoadBalancerDecision =
  | CreateLoadBalancerDecision
  | StandingLoadBalancerDecision
  | RemoveLoadBalancerDecision
  | Refuse
  | Leave

/** It is made; of a replacement under another name, before the one that was there goes. */
export interface CreateLoadBalancerDecision extends Decided, Balancing {
  readonly kind: 'create' | 'replace'
}

export interface StandingLoadBalancerDecision extends Decided, Balancing {
  readonly kind: 'keep' | 'update'
  readonly live: LiveLoadBalancer
  /** Whether anything of it beside its targets is to be made as the file says. */
  readonly modifies: boolean
  /** The instances that serve now, and do so in another target group too until each has come, stays or goes as the plan says. */
  readonly carried: readonly string[]
}

export interface RemoveLoadBalancerDecision extends Decided {
  readonly kind: 'remove'
  readonly ends: BalancerParts
}

/** What one that stays, or comes, is to be. */
export interface Balancing {
  readonly wish: PlannedBalancing
  /** Of what is made. */
  readonly tags: Tags
  readonly tagging: Pick<TagWork, 'tags' | 'removeTags'>
  /** The servers that get traffic once the plan is carried out. */
  readonly members: readonly Address[]
  /** Those of them that are registered in the plan, when they are ready. */
  readonly registers: readonly Address[]
  /** Those that are registered, and that nobody has seen get traffic since they came. */
  readonly awaits: readonly Address[]
  readonly deregisters: readonly Deregistration[]
  /** What another takes the place of. */
  readonly ends: BalancerParts
}

/** An instance that gets no traffic any more. */
export interface Deregistration {
  readonly targetGroupIds: readonly string[]
  readonly instanceId: string
  /** Of one that stays, and is not to be asked at this port; left out: at all. */
  readonly port?: number
  /** The server that it is, or was; undefined: none of the stack. */
  readonly server: Address | undefined
}

export interface BalancerParts {
  readonly loadBalancerIds: readonly string[]
  readonly targetGroupIds: readonly string[]
}
