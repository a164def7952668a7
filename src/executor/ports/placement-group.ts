import type { PlacementStrategy, SpreadLevel } from '../../model/kinds/placement-group.js'
import type { Tags } from '../../model/tags.js'
import type { Created, Owned } from './cloud-words.js'
import type { Effect } from './effect.js'

/** What can be done with placement groups. */
export interface PlacementGroupCloud {
  /** Makes it, and waits until instances can be launched into it. A group of this name that is ours already is it. */
  createPlacementGroup(request: PlacementGroupRequest): Promise<Created>
  /** Rejects where an instance is in it that does not end. */
  deletePlacementGroup(request: Owned): Promise<Effect>
}

export interface PlacementGroupRequest {
  readonly groupName: string
  readonly strategy: PlacementStrategy
  readonly partitions: number | undefined
  readonly spreadLevel: SpreadLevel | undefined
  readonly tags: Tags
}

/** What an observation asks of placement groups. */
export interface PlacementGroupQuery {
  /** Ask for the stack's; they are asked for in any case where its ledger names one. */
  readonly placementGroups?: boolean
}
