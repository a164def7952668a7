import { count } from '../../core/units.js'
import type { Outcome } from '../../executor/outcome.js'
import type { StepId } from '../../model/steps/step.js'

/** Counts the steps that never began: after a failure or Ctrl-C there may be thousands, and a line each says nothing more. */
export interface FoldedEnds {
  /** Whether this end is told by `takeLines`, and not by a line of its own. */
  folds(outcome: Outcome): boolean
  /** `84 steps not started`, `12 steps blocked by create-server:server.web`, since the last time. */
  takeLines(): readonly string[]
}

export function foldedEnds(): FoldedEnds {
  let cancelled = 0
  const blocked = new Map<StepId, number>()
  return {
    folds(outcome) {
      if (outcome.kind === 'cancelled') cancelled += 1
      else if (outcome.kind === 'blocked') blocked.set(outcome.by, (blocked.get(outcome.by) ?? 0) + 1)
      else return false
      return true
    },
    takeLines() {
      const lines = [...blocked].map(([by, amount]) => `${count(amount, 'step')} blocked by ${by}`)
      if (cancelled > 0) lines.push(`${count(cancelled, 'step')} not started`)
      cancelled = 0
      blocked.clear()
      return lines
    },
  }
}
