import type { EvenkeelError } from '../core/errors.js'
import type { Wait } from '../core/wait-sink.js'
import type { Plan } from '../model/plan.js'
import type { Step, StepId } from '../model/steps/step.js'
import type { ApplyResult, Outcome } from './outcome.js'

/** What happens during an apply, in order. Times are milliseconds since the epoch. */
export type RunEvent =
  | { readonly kind: 'run-started'; readonly at: number; readonly run: string; readonly plan: Plan }
  | { readonly kind: 'step-started'; readonly at: number; readonly step: Step }
  /** `fraction` between 0 and 1 where it is known; `text` like `12 MiB of 40 MiB`. */
  | {
      readonly kind: 'step-progress'
      readonly at: number
      readonly stepId: StepId
      readonly fraction: number | undefined
      readonly text: string
    }
  /** A step waits for something for longer than some seconds; told again every ten seconds or so. */
  | { readonly kind: 'step-waiting'; readonly at: number; readonly stepId: StepId; readonly wait: Wait }
  /** A line that a command in a server printed. */
  | { readonly kind: 'step-output'; readonly at: number; readonly stepId: StepId; readonly line: string }
  | {
      readonly kind: 'step-retried'
      readonly at: number
      readonly stepId: StepId
      readonly attempt: number
      readonly error: EvenkeelError
      readonly delayMs: number
    }
  | {
      readonly kind: 'step-finished'
      readonly at: number
      readonly step: Step
      readonly outcome: Outcome
      readonly durationMs: number
    }
  /** By the operator; or the stack's lock is lost, and what runs is ended rather than waited for. */
  | {
      readonly kind: 'interrupted'
      readonly at: number
      readonly inFlight: readonly StepId[]
      readonly isLockLost?: true
    }
  | { readonly kind: 'run-finished'; readonly at: number; readonly result: ApplyResult; readonly durationMs: number }

/** Receives events one after another; must not throw. */
export type EventSink = (event: RunEvent) => void
