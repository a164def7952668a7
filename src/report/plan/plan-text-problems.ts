import type { Locate } from '../../model/file-location.js'
import type { Plan } from '../../model/plan.js'
import type { Problem } from '../../model/plan-problem.js'
import type { Colors } from '../colors.js'
import { placesIn, type PlaceLines } from '../places.js'

/** Errors, then warnings, each with its place in the file and its hint; the same said of several addresses is said once for each. */
export function problemLines(plan: Pick<Plan, 'problems'>, colors: Colors, locate?: Locate): readonly string[] {
  const placeLines = placesIn(locate, colors)
  return plan.problems.flatMap((problem) => linesOf(problem, colors, placeLines))
}

function linesOf(problem: Problem, colors: Colors, placeLines: PlaceLines): readonly string[] {
  const { severity, code, message, hint } = problem
  const mark = severity === 'error' ? colors.red('Error:') : colors.yellow('Warning:')
  const lines = [`${mark} ${message} ${colors.dim(`[${code}]`)}`, ...placeLines(problem).map((line) => `  ${line}`)]
  if (hint !== undefined) lines.push(`  ${hint}`)
  return lines
}
