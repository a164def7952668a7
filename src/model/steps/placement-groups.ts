import type { PlacementStrategy, SpreadLevel } from '../kinds/placement-group.js'
import type { StepBase } from './step-base.js'
import type { Tags } from '../tags.js'

export interface CreatePlacementGroup extends StepBase {
  readonly kind: 'create-placement-group'
  readonly groupName: string
  readonly strategy: PlacementStrategy
  readonly partitions: number | undefined
  readonly spreadLevel: SpreadLevel | undefined
  readonly tags: Tags
}

export interface DeletePlacementGroup extends StepBase {
  readonly kind: 'delete-placement-group'
  readonly groupId: string
}
