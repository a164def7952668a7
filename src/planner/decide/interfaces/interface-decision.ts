import type { Address } from '../../../model/address.js'
import type { InterfaceSpec, LiveInterface } from '../../../model/kinds/network-interface.js'
import type { LiveSubnet } from '../../../model/launch/subnet.js'
import type { Tags } from '../../../model/tags.js'
import type { TagWork } from '../../compare/desired-tags.js'
import type { Decided, Leave, Refuse } from '../decided.js'

/** What becomes of a network interface beside those that servers are launched with. */
export type InterfaceDecision =
  | NewInterfaceDecision
  | StandingInterfaceDecision
  | RemoveInterfaceDecision
  | Refuse
  | Leave

interface Wanted extends Decided {
  readonly spec: InterfaceSpec
  readonly subnet: LiveSubnet
  readonly existingGroupIds: readonly string[]
}

/** It is made; `ends`: one that goes before, as it cannot become what the file says. */
export interface NewInterfaceDecision extends Wanted {
  readonly kind: 'create' | 'replace'
  readonly ends: LiveInterface | undefined
  readonly tags: Tags
  readonly tagging: Pick<TagWork, 'tags' | 'removeTags'>
}

export interface StandingInterfaceDecision extends Wanted {
  readonly kind: 'keep' | 'update'
  readonly live: LiveInterface
  /** Whether anything of it differs but its tags. */
  readonly changes: boolean
  /** Whether it comes to another instance, or to one at all. */
  readonly attaches: boolean
  /** The instance of its server that it leaves for another one of that. */
  readonly leaves: string | undefined
  readonly tagging: TagWork
}

export interface RemoveInterfaceDecision extends Decided {
  readonly kind: 'remove'
  readonly live: LiveInterface
  /** The server that it is on, where that is one of the stack. */
  readonly server: Address | undefined
  /** That server ends in the plan, and is not left without it before: nothing else is to get one of its addresses. */
  readonly isLast: boolean
}
