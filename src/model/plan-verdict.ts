import type { Address } from './address.js'
import type { Diff } from './change.js'
import type { Problem } from './plan-problem.js'
import { hasErrors, type Plan } from './plan.js'

/** A difference that stays, whatever an apply of the plan does. */
export interface LeftDifference {
  readonly address: Address
  readonly diff: Diff & { readonly left: string }
}

/** What differs, and no step of the plan changes: it cannot be changed back, or has to wait. In the plan's order. */
export function leftIn({ changes }: Pick<Plan, 'changes'>): readonly LeftDifference[] {
  return changes.flatMap(({ address, diffs }) => diffs.flatMap((diff) => (isLeft(diff) ? [{ address, diff }] : [])))
}

export function isLeft(diff: Diff): diff is LeftDifference['diff'] {
  return diff.left !== undefined
}

/**
 * What a plan comes to, worst first: an error stands in it; not everything could be read, so that nobody can say that
 * nothing differs; something differs, also where no step changes it; nothing. Plan, drift and apply go by this one answer.
 */
export function verdictOf(plan: Plan): 'error' | 'unknown' | 'changes' | 'nothing' {
  if (hasErrors(plan)) return 'error'
  if (!plan.complete) return 'unknown'
  return isChanging(plan) || leftIn(plan).length > 0 ? 'changes' : 'nothing'
}

/** Whether an apply does anything that a plan shows. */
function isChanging({ steps, changes }: Plan): boolean {
  return steps.length > 0 || changes.some(({ kind }) => kind !== 'none')
}

/** Whether the stack is as the file says once every step of the plan is done, as far as the plan can tell. */
export function canConverge(plan: Plan): boolean {
  return !hasErrors(plan) && leftIn(plan).length === 0
}

/** Whether something of the file cannot be done before a server that is to be stopped runs again. */
export function waitsForServer(problems: readonly Problem[]): boolean {
  return problems.some(({ code }) => code === 'PLAN_SERVER_CLOSED' || code === 'PLAN_KEY_REPLACED')
}
