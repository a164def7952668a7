import type { EvenkeelError } from '../core/errors.js'
import type { Address } from '../model/address.js'
import type { ShownOutput } from '../model/outputs/stack-output.js'
import type { StepId } from '../model/steps/step.js'

/** How one step ended. `unchanged`: it was so already. `blocked`: a step that it needs did not get done. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly error: EvenkeelError }
  | { readonly kind: 'blocked'; readonly by: StepId }
  | { readonly kind: 'cancelled' }

export interface MadeResource {
  readonly address: Address
  readonly id: string
  readonly publicIp?: string
  readonly privateIp?: string
  /** On a server for which EC2 had no room as the file names it first: as what it was launched. */
  readonly alternative?: string
}

/** `converged`: every step done or unchanged, and nothing left that the plan had no step for. `partial`: some failed, or something is left. */
export interface ApplyResult {
  readonly status: 'converged' | 'partial' | 'failed' | 'cancelled'
  /** In plan order; one for each step. */
  readonly outcomes: readonly { readonly stepId: StepId; readonly outcome: Outcome }[]
  /** What is new, or has another address, since the plan was made; with the public address of servers that have one. */
  readonly made: readonly MadeResource[]
  /** By name, sensitive ones without their values; absent where the plan has none. */
  readonly outputs?: readonly ShownOutput[]
  /** What went wrong beside the steps: the stack's ledger could not be written. */
  readonly error?: EvenkeelError
  /** What some calls came to is not known, and that could not be written down: the stack's lock is to stay, for the next run to find it. */
  readonly isUnsettled?: true
}
