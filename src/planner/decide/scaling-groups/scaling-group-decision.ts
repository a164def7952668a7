import type { LiveScalingGroup, RefreshSpec } from '../../../model/kinds/scaling-group.js'
import type { PlannedScaling } from '../../../model/steps/step.js'
import type { Address } from '../../../model/address.js'
import type { Tags } from '../../../model/tags.js'
import type { TagWork } from '../../compare/desired-tags.js'
import type { Decided, Leave, Refuse } from '../decided.js'

/** What becomes of a scaling group. */
export type ScalingGroupDecision =
  | CreateScalingGroupDecision
  | StandingScalingGroupDecision
  | RemoveScalingGroupDecision
  | Refuse
  | Leave

export interface CreateScalingGroupDecision extends Decided, Scaling {
  readonly kind: 'create'
  readonly tags: Tags
  /** Written once its members are in service. */
  readonly tagging: Pick<TagWork, 'tags' | 'removeTags'>
}

export interface StandingScalingGroupDecision extends Decided, Scaling {
  readonly kind: 'keep' | 'update'
  readonly live: LiveScalingGroup
  /** Whether anything of it is to be made as the file says, beside its tags and what its members are launched from, or waited for. */
  readonly modifies: boolean
  /** Whether its members are replaced. */
  readonly refreshes: RefreshSpec | undefined
  readonly tagging: Pick<TagWork, 'tags' | 'removeTags'>
}

export interface RemoveScalingGroupDecision extends Decided {
  readonly kind: 'remove'
  readonly live: LiveScalingGroup
}

/** What one that stays, or comes, is to be. */
interface Scaling {
  readonly wish: PlannedScaling
  /** The image of the file that members are launched from, where it has one. */
  readonly image: Address | undefined
  readonly keyPair: Address | undefined
  /** Templates that go once nothing is launched from them any more. */
  readonly leftovers: readonly string[]
}
