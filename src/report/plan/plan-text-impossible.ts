import type { Plan } from '../../model/plan.js'
import type { Colors } from '../colors.js'

/** Chosen: what fits on two screens; `--verbose` shows all. */
const shownMax = 80

/** What the file asks for and the target cannot carry out, with the reason. */
export function impossibleLines(
  { impossible }: Pick<Plan, 'impossible'>,
  colors: Colors,
  verbose: boolean,
): readonly string[] {
  const [first] = impossible
  if (!first) return []
  const shown = verbose ? impossible : impossible.slice(0, shownMax)
  const left = impossible.length - shown.length
  return [
    `${colors.bold('Not possible here')}: ${first.reason}`,
    ...shown.map(({ id }) => colors.dim(`     ${id}`)),
    ...(left > 0 ? [colors.dim(`     and ${left} more`)] : []),
  ]
}
