import { count } from '../../core/units.js'
import type { Change } from '../../model/change.js'
import { nowhere, type Locate } from '../../model/file-location.js'
import { hasErrors, type Plan } from '../../model/plan.js'
import { isLeft } from '../../model/plan-verdict.js'
import { shortText } from '../diff-value.js'
import { legible } from '../legible.js'
import { longest } from '../longest.js'
import { differingKey, foldMembers, type FoldedBlock } from './fold-members.js'
import { placeSentence, type PlanHeading } from './plan-heading.js'
import { summaryOfPlan } from './plan-json.js'
import { harmRank } from './plan-text-changes.js'
import { nothingText, planText } from './plan-text.js'

const rowsMax = 50
/** GitHub refuses comments of more than 65,536 characters; chosen with room for what stands around it. */
const detailsMax = 50_000

export interface PlanMarkdownOptions {
  /** Where the stack file speaks of what problems are about; left out: they are told without. */
  readonly locate?: Locate | undefined
  /** Whose plan it is; left out: the stack's name alone. */
  readonly heading?: PlanHeading | undefined
}

/** A plan as a pull request's comment: whose it is, a line, a short table of what destroys and removes first, and the text folded away. */
export function planMarkdown(plan: Plan, { locate = nowhere, heading }: PlanMarkdownOptions = {}): string {
  const { create, update, replace, remove, adopt } = summaryOfPlan(plan.changes)
  const changes = plan.changes.filter(({ kind, diffs }) => kind !== 'none' || diffs.some(isLeft))
  const counts: readonly (readonly [number, string])[] = [
    [create, 'create'],
    [update, 'update'],
    [replace, 'replace'],
    [remove, 'remove'],
    [adopt, 'adopt'],
  ]
  const summary = counts.filter(([amount]) => amount > 0).map(([amount, verb]) => `${amount} to ${verb}`)
  const lines = [`### Plan for \`${plan.stack}\``, '']
  if (heading) lines.push(escaped(placeSentence(heading)), '')
  if (changes.length === 0 && plan.steps.length === 0 && !hasErrors(plan)) lines.push(nothingText(plan))
  else lines.push(`**${summary.join(', ') || 'No changes'}** (${count(plan.steps.length, 'step')})`)
  for (const { severity, message, hint, address, path } of plan.problems) {
    const place = address === undefined ? undefined : locate(address, path)
    lines.push(
      '',
      `> **${severity === 'error' ? 'Error' : 'Warning'}:** ${escaped(message)}${hint === undefined ? '' : ` – ${escaped(hint)}`}${place === undefined ? '' : ` (\`${place.file}:${place.line}:${place.column}\`)`}`,
    )
  }
  if (changes.length > 0) {
    lines.push('', '| | address | change | impact |', '|---|---|---|---|')
    const rows = rowsOf(changes)
    lines.push(...rows.slice(0, rowsMax))
    if (rows.length > rowsMax) lines.push(`| | … | and ${rows.length - rowsMax} more | |`)
  }
  if (changes.length > 0 || plan.steps.length > 0) {
    const text = planText(plan, { color: false, verbose: false, locate, heading })
    const shown = text.length > detailsMax ? `${text.slice(0, detailsMax)}\n…\n` : text
    const fence = '`'.repeat(Math.max(3, 1 + longest([...shown.matchAll(/`+/g)].map(([run]) => run))))
    lines.push('', '<details><summary>Details</summary>', '', `${fence}text`, shown.trimEnd(), fence, '', '</details>')
  }
  if (!plan.applyable) lines.push('', '**It cannot be applied until the errors are solved.**')
  return `${legible(lines.join('\n'))}\n`
}

/** What destroys first, then what removes; members of a count of which the same is said in one row. */
function rowsOf(changes: readonly Change[]): readonly string[] {
  const sorted = [...changes].sort((left, right) => harmRank(left) - harmRank(right))
  const blocks = sorted.map((change) => ({ change, address: change.address, inner: [] }))
  return foldMembers(
    blocks,
    ({ path, before, after }) => `${shortText(path, before)} → ${shortText(path, after)}`,
  ).flatMap(({ change, title, differing }) => (change ? [rowOf(change, title, differing)] : []))
}

function rowOf(change: Change, title: string, differing: FoldedBlock['differing']): string {
  const impact = change.impact === 'none' ? '' : change.impact === 'data-loss' ? '**DATA LOSS**' : change.impact
  return `| ${change.kind === 'none' ? 'stays' : change.kind} | \`${title}\` | ${escaped(whatOf(change, differing))} | ${impact} |`
}

function whatOf({ kind, address, diffs, reason }: Change, differing: FoldedBlock['differing']): string {
  if (kind !== 'update' && kind !== 'none') return reason
  const parts = diffs.slice(0, 4).map(({ path, before, after, cause, left }) => {
    const isOne = !differing.has(differingKey(address, path))
    const values = isOne ? `${shortText(path, before)} → ${shortText(path, after)}` : 'each its own'
    return `${path}: ${values}${cause === 'drift' ? ' (drift)' : ''}${left === undefined ? '' : ` stays: ${left}`}`
  })
  return diffs.length > 4 ? `${parts.join('; ')}; …` : parts.join('; ') || reason
}

function escaped(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll(/\s*\n\s*/g, ' ')
}
