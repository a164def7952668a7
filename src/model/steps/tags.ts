import type { Address } from '../address.js'
import type { StepBase } from './step-base.js'
import type { Tags } from '../tags.js'

export interface TagResource extends StepBase {
  readonly kind: 'tag-resource'
  /** Whose resource; differs from `address` for a sync rule, which is recorded on its server or volume. */
  readonly target: Address
  /** The resource itself, where its address stands for another one. */
  readonly resourceId?: string
  readonly tags: Tags
  readonly removeTags: readonly string[]
}

export interface RemoveTemporary extends StepBase {
  readonly kind: 'remove-temporary'
  readonly instanceIds: readonly string[]
  readonly volumeIds: readonly string[]
}
