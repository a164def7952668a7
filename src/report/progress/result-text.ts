import { createColors } from 'picocolors'
import { count, formatDuration } from '../../core/units.js'
import type { ApplyResult, MadeResource, Outcome } from '../../executor/outcome.js'
import type { Locate } from '../../model/file-location.js'
import type { Plan } from '../../model/plan.js'
import type { Step, StepId } from '../../model/steps/step.js'
import { addressSortKey, compareText } from '../../model/address-order.js'
import type { Colors } from '../colors.js'
import { errorParagraph } from '../error-text.js'
import { placesIn } from '../places.js'
import { legible } from '../legible.js'
import { outputsSection } from '../tables/outputs-text.js'
import { tableLines } from '../tables/table.js'
import { summaryOf } from './progress-json.js'
import { leftLines } from './left-lines.js'

/** Chosen: enough to see what kind of work waits. */
const blockedMax = 8

/** Chosen: a screen. */
const madeMax = 24

export interface ResultTextOptions {
  readonly color: boolean
  readonly durationMs: number
  /** The command to run again, e.g. `evenkeel apply stack.yaml`. */
  readonly again: string
  /** `apply` or `destroy`. */
  readonly verb: 'apply' | 'destroy'
  /** Where the stack file speaks of what failed; left out: that is told without. */
  readonly locate?: Locate | undefined
}

/** What was done, what failed and why, what that blocked, and what to run next. Ends with a line break. */
export function resultText(plan: Plan, result: ApplyResult, options: ResultTextOptions): string {
  const colors = createColors(options.color)
  const outcomes = new Map(result.outcomes.map(({ stepId, outcome }) => [stepId, outcome]))
  const outcomeOf = ({ id }: Step): Outcome => outcomes.get(id) ?? { kind: 'cancelled' }
  const placeLines = placesIn(options.locate, colors)
  const lines: string[] = []

  const blockedBy = new Map<StepId, StepId[]>()
  for (const { stepId, outcome } of result.outcomes) {
    if (outcome.kind !== 'blocked') continue
    const known = blockedBy.get(outcome.by)
    if (known) known.push(stepId)
    else blockedBy.set(outcome.by, [stepId])
  }
  for (const step of plan.steps) {
    const outcome = outcomeOf(step)
    if (outcome.kind !== 'failed') continue
    lines.push(`${colors.red('✗')} ${colors.bold(step.address)}  ${step.kind}`)
    lines.push(indent(errorParagraph(outcome.error)))
    lines.push(...placeLines(step).map(indent))
    const blocked = blockedBy.get(step.id) ?? []
    const left = blocked.length > blockedMax ? ` and ${blocked.length - blockedMax} more` : ''
    if (blocked.length > 0) {
      lines.push(indent(`not done because of it: ${blocked.slice(0, blockedMax).join(', ')}${left}`))
    }
    lines.push('')
  }
  if (result.error) lines.push(`${colors.red('✗')} ${errorParagraph(result.error)}`, '')

  lines.push(...madeLines(result.made, colors))
  if (result.outputs) lines.push(...outputsSection(result.outputs), '')
  const summary = summaryOf(plan.steps.map(outcomeOf))
  const counts = (['done', 'unchanged', 'failed', 'blocked', 'cancelled'] as const)
    .filter((kind) => summary[kind] > 0 || kind === 'done')
    .map((kind) => `${summary[kind]} ${kind}`)
  const sentence = `${headline(options.verb, result.status)}: ${counts.join(', ')}, in ${formatDuration(options.durationMs)}.`
  lines.push(result.status === 'converged' ? colors.green(sentence) : colors.yellow(sentence))
  if (result.error || result.status === 'cancelled' || summary.failed + summary.blocked > 0) {
    lines.push(nextText(result, summary, options))
  }
  if (result.status !== 'cancelled') lines.push(...leftLines(plan).map(legible))
  const [impossible] = plan.impossible
  if (impossible) {
    lines.push(`${count(plan.impossible.length, 'step')} of the file cannot be carried out here: ${impossible.reason}.`)
  }
  return `${lines.join('\n')}\n`
}

/** What was made: by address, with id and what one connects to. */
function madeLines(made: readonly MadeResource[], colors: Colors): readonly string[] {
  if (made.length === 0) return []
  const sorted = [...made].sort((left, right) =>
    compareText(addressSortKey(left.address), addressSortKey(right.address)),
  )
  const rows = sorted.slice(0, madeMax).map(({ address, id, publicIp, privateIp, alternative }) => {
    const told = alternative === undefined ? [] : [`launched as ${alternative}: EC2 had no room for what comes first`]
    return [address, id, publicIp ?? privateIp ?? '', ...told]
  })
  const left = made.length > madeMax ? [colors.dim(`and ${made.length - madeMax} more: evenkeel show lists all`)] : []
  return [...tableLines(rows), ...left, '']
}

function headline(verb: ResultTextOptions['verb'], status: ApplyResult['status']): string {
  const name = verb === 'apply' ? 'Apply' : 'Destroy'
  const words = { converged: 'complete', partial: 'incomplete', failed: 'failed', cancelled: 'interrupted' } as const
  return `${name} ${words[status]}`
}

function nextText(
  { status }: ApplyResult,
  summary: Readonly<Record<Outcome['kind'], number>>,
  { again }: ResultTextOptions,
): string {
  if (status === 'cancelled') return `What was in flight is done. Next: \`${again}\` goes on from here.`
  const left = summary.blocked > 0 ? ` and the ${count(summary.blocked, 'step')} behind it` : ''
  return `Next: solve what failed, then \`${again}\` does that${left}; what is done stays done.`
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
