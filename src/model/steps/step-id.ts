import type { Address, Batch } from '../address.js'
import type { StepId } from './step-base.js'
import type { StepKind } from './step.js'

/** The id that a step of this kind has for this address: how steps name what they need, planned or not. For a batch: of what its steps share. */
export function stepId(kind: StepKind, address: Address | Batch, suffix?: string): StepId {
  return (suffix === undefined ? `${kind}:${address}` : `${kind}:${address}#${suffix}`) as StepId
}
