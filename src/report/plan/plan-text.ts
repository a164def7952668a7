import { createColors } from 'picocolors'
import { count } from '../../core/units.js'
import type { CheckResult } from '../../model/checks/check-result.js'
import type { Locate } from '../../model/file-location.js'
import { hasErrors, type Plan } from '../../model/plan.js'
import { leftIn, waitsForServer } from '../../model/plan-verdict.js'
import type { Colors } from '../colors.js'
import { legibleData } from '../legible.js'
import { headingLines, type PlanHeading } from './plan-heading.js'
import { changeLines } from './plan-text-changes.js'
import { onlyLines } from './plan-text-only.js'
import { checkLines } from './plan-text-checks.js'
import { problemLines } from './plan-text-problems.js'
import { rollLines } from './plan-text-rolls.js'
import { stepLines } from './plan-text-steps.js'
import { summaryOfPlan } from './plan-json.js'

export interface PlanTextOptions {
  readonly color: boolean
  /** Show what stays as it is, what nobody asked for, and every step. */
  readonly verbose: boolean
  /** List the steps. */
  readonly steps?: boolean | undefined
  /** Whose plan it is; left out: the text begins with the changes. */
  readonly heading?: PlanHeading | undefined
  /** A plan of `destroy`: an empty one means that nothing is left. */
  readonly destroying?: boolean
  /** Where the stack file speaks of what problems are about; left out: they are told without. */
  readonly locate?: Locate | undefined
  /** What goes against a policy; left out: none was asked for, or nothing does. */
  readonly checks?: readonly CheckResult[] | undefined
}

/** A plan for people: whose it is; what changes, grouped by server; on request the steps; problems; one line that sums it up. Ends with a line break. */
export function planText(written: Plan, options: PlanTextOptions): string {
  const colors = createColors(options.color)
  const plan = legiblePlan(written)
  const sections = [
    options.heading === undefined ? [] : headingLines(legibleData(options.heading), colors),
    changeLines(plan, colors, options.verbose),
    stepLines(plan, colors, options),
    rollLines(plan),
    problemLines(plan, colors, options.locate),
    checkLines(options.checks ?? [], colors),
    onlyLines(plan),
    summaryLines(plan, options, colors),
  ].filter((lines) => lines.length > 0)
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** What is shown of a plan, as it can be shown, laid over the plan: a copy would work out its digests. */
function legiblePlan(plan: Plan): Plan {
  const { stack, changes, problems, unreadable, impossible } = plan
  const shown = legibleData({ stack, changes, problems, unreadable, impossible })
  return Object.assign(Object.create(plan) as Plan, shown)
}

function summaryLines(plan: Plan, options: PlanTextOptions, colors: Colors): readonly string[] {
  const { create, update, replace, remove, adopt } = summaryOfPlan(plan.changes)
  const lines: string[] = []
  const adopted = adopt > 0 ? `, ${adopt} to adopt` : ''
  const isEmpty = plan.steps.length === 0 && create + update + replace + remove + adopt === 0
  const left = leftIn(plan).length
  if (isEmpty && !hasErrors(plan) && left === 0) lines.push(colors.green(nothingText(plan, options)))
  else if (isEmpty && !hasErrors(plan)) {
    lines.push(
      colors.magenta(`${count(left, 'difference')}, and no apply can do anything about ${left === 1 ? 'it' : 'them'}.`),
    )
  } else {
    const steps = count(plan.steps.length, 'step')
    lines.push(
      `${colors.bold('Plan:')} ${create} to create, ${update} to update, ${replace} to replace, ${remove} to remove${adopted} (${steps}).`,
    )
  }
  if (left > 0 && (!isEmpty || hasErrors(plan))) {
    lines.push(
      colors.magenta(`${count(left, 'difference')} ${left === 1 ? 'stays' : 'stay'}: above stands what to do.`),
    )
  }
  if (!plan.complete) {
    const names = plan.unreadable.map(({ address }) => address)
    const shown = names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
    lines.push(colors.yellow(`Not everything was looked at: ${shown}.`))
  }
  if (!plan.applyable) lines.push(colors.red('It cannot be applied until the errors above are solved.'))
  else if (hasErrors(plan))
    lines.push(colors.yellow('What the errors above name is left alone; the rest can be applied.'))
  return lines
}

/** That nothing is to be done, and how far that goes. */
export function nothingText(
  { complete, impossible, problems, isPart }: Pick<Plan, 'complete' | 'impossible' | 'problems' | 'isPart'>,
  { destroying }: Pick<PlanTextOptions, 'destroying'> = {},
): string {
  if (!complete) return 'No changes in what could be read.'
  if (destroying === true) return 'Nothing to destroy.'
  if (isPart) return 'No changes in what was asked for.'
  if (waitsForServer(problems)) return 'No changes now. What waits until a server can be entered is told above.'
  if (impossible.length === 0) return 'No changes. The live stack is as the file says.'
  return `No changes in what is possible here: ${count(impossible.length, 'step')} of the file cannot be carried out.`
}
