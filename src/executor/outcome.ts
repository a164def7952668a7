import type { EvenkeelError } from '../core/errors.js'
import type { StepId } from '../model/steps/step.js'

/** How one step ended. `unchanged`: it was so already. `blocked`: a step that it needs did not get done. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly error: EvenkeelError }
  | { readonly kind: 'blocked'; readonly by: StepId }
  | { readonly kind: 'cancelled' }

/** `converged`: every step done or unchanged, and nothing left that the plan had no step for. `partial`: some failed, or something is left. */
export interface ApplyResult {
  readonly status: 'converged' | 'partial' | 'failed' | 'cancelled'
  /** In plan order; one for each step. */
  readonly outcomes: readonly { readonly stepId: StepId; readonly outcome: Outcome }[]
  /** What went wrong beside the steps: the stack's ledger could not be written. */
  readonly error?: EvenkeelError
}
