import { leftIn } from '../../model/plan-verdict.js'
import type { Plan } from '../../model/plan.js'
import { valueText } from '../diff-value.js'

/**
 * Why a stack is not as the file says although no step of the plan failed: what an error of the plan is about, and what
 * differs and no step changes. Empty where every step that is done brings the stack there.
 */
export function leftLines(plan: Plan): readonly string[] {
  const errors = plan.problems.filter(({ severity }) => severity === 'error')
  return [
    ...errors.map(({ message, hint }) => `Left alone: ${message}${hint === undefined ? '' : ` (${hint})`}.`),
    ...leftIn(plan).map(({ address, diff: { path, before, after, left } }) => {
      return `Left as it is: ${path} of ${address} is ${valueText(path, before)}, not ${valueText(path, after)}: ${left}.`
    }),
  ]
}

/** What could not be read, each with its reason. */
export function unreadLine({ unreadable }: Pick<Plan, 'unreadable'>): string {
  const unread = unreadable.map(({ address, reason }) => `${address} (${reason})`)
  return `What could not be read may still differ: ${unread.join(', ')}.`
}
