import type { Plan } from '../../model/plan.js'
import type { Problem } from '../../model/plan-problem.js'
import type { Colors } from '../colors.js'

/** Errors, then warnings, each with its hint; the same said of several addresses is said once for each. */
export function problemLines(plan: Plan, colors: Colors): readonly string[] {
  return plan.problems.flatMap((problem) => linesOf(problem, colors))
}

function linesOf({ severity, code, message, hint }: Problem, colors: Colors): readonly string[] {
  const mark = severity === 'error' ? colors.red('Error:') : colors.yellow('Warning:')
  const lines = [`${mark} ${message} ${colors.dim(`[${code}]`)}`]
  if (hint !== undefined) lines.push(`  ${hint}`)
  return lines
}
