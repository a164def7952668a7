import { count } from '../../core/units.js'
import type { Plan } from '../../model/plan.js'
import type { StepId } from '../../model/steps/step.js'
import { impactText } from './plan-text-changes.js'
import type { Colors } from '../colors.js'
import { legible } from '../legible.js'
import { longest } from '../longest.js'
import { impossibleLines } from './plan-text-impossible.js'
import { shortNeeds } from './short-needs.js'

/** Chosen: what fits on two screens; `--verbose` shows all. */
const stepsMax = 80
/** A step that waits for more than these says how many. */
const needsMax = 4

/**
 * Where they are asked for, the steps in order, each with its number and those of the steps that it waits for; in any case
 * those that cannot be done here.
 */
export function stepLines(
  plan: Plan,
  colors: Colors,
  { verbose, steps = false }: { readonly verbose: boolean; readonly steps?: boolean | undefined },
): readonly string[] {
  const lines: string[] = []
  const shown = verbose ? plan.steps : steps ? plan.steps.slice(0, stepsMax) : []
  if (shown.length > 0) {
    const numbers = new Map<StepId, number>(plan.steps.map(({ id }, index) => [id, index + 1]))
    const needsOf = shortNeeds(plan.steps)
    const digits = String(plan.steps.length).length
    const kindWidth = longest(shown.map(({ kind }) => kind))
    const addressWidth = longest(shown.map(({ address }) => address))
    lines.push(colors.bold('Steps'))
    shown.forEach((step, index) => {
      const { id, kind, address, impact } = step
      const number = `${String(index + 1).padStart(digits + 2)}.`
      const waits = waitText(
        needsOf(step).map((need) => numbers.get(need) ?? 0),
        verbose,
      )
      const mark = impactText(impact, colors)
      const old = id.includes('#') ? ` (${id.slice(id.indexOf('#') + 1)})` : ''
      const where = legible(address + old)
      const tail = [waits === '' ? '' : colors.dim(waits), mark].filter((part) => part !== '').join('  ')
      lines.push(
        `${number} ${kind.padEnd(kindWidth)}  ${tail === '' ? where : `${where.padEnd(addressWidth)}  ${tail}`}`,
      )
    })
    const left = plan.steps.length - shown.length
    if (left > 0)
      lines.push(colors.dim(`${' '.repeat(digits + 4)}and ${count(left, 'step')} more (--verbose shows them)`))
  }
  const impossible = impossibleLines(plan, colors, verbose)
  if (impossible.length > 0 && lines.length > 0) lines.push('')
  return [...lines, ...impossible]
}

function waitText(needs: readonly number[], verbose: boolean): string {
  if (needs.length === 0) return ''
  const sorted = [...needs].sort((left, right) => left - right)
  if (verbose || sorted.length <= needsMax) return `after ${sorted.join(', ')}`
  return `after ${sorted.slice(-needsMax).join(', ')} and ${sorted.length - needsMax} more`
}
