import { isAfterDoubt } from '../core/doubt.js'
import { ProviderError } from '../core/errors.js'
import type { Outcome } from './outcome.js'

/** EC2's answers after which it is not known whether something was made. */
const unknownClasses: ReadonlySet<ProviderError['errorClass']> = new Set(['ambiguous', 'unreachable', 'fatal'])

/**
 * Whether a step that was begun may have made something that nobody has noted: its answer never came, what it was refused came after
 * an attempt without one, or it was left in the middle. The next run then goes on with the same epoch.
 */
export function leavesDoubt(outcome: Outcome): boolean {
  if (outcome.kind === 'cancelled') return true
  if (outcome.kind !== 'failed') return false
  const { error } = outcome
  return (
    error.kind === 'bug' ||
    error.kind === 'lock' ||
    isAfterDoubt(error) ||
    (error instanceof ProviderError && unknownClasses.has(error.errorClass))
  )
}
