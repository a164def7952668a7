import { count } from '../../core/units.js'
import type { Change } from '../../model/change.js'
import { nowhere, type Locate } from '../../model/file-location.js'
import { hasErrors, type Plan } from '../../model/plan.js'
import { isLeft } from '../../model/plan-verdict.js'
import { valueText } from '../diff-value.js'
import { longest } from '../longest.js'
import { summaryOfPlan } from './plan-json.js'
import { nothingText, planText } from './plan-text.js'

const rowsMax = 50
/** GitHub refuses comments of more than 65,536 characters; chosen with room for what stands around it. */
const detailsMax = 50_000

/** A plan as a pull request's comment: a line, a short table, and the whole text folded away. */
export function planMarkdown(plan: Plan, locate: Locate = nowhere): string {
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
    for (const change of changes.slice(0, rowsMax)) lines.push(rowOf(change))
    if (changes.length > rowsMax) lines.push(`| | … | and ${changes.length - rowsMax} more | |`)
  }
  if (changes.length > 0 || plan.steps.length > 0) {
    const text = planText(plan, { color: false, verbose: false, locate })
    const shown = text.length > detailsMax ? `${text.slice(0, detailsMax)}\n…\n` : text
    const fence = '`'.repeat(Math.max(3, 1 + longest([...shown.matchAll(/`+/g)].map(([run]) => run))))
    lines.push(
      '',
      '<details><summary>Details and steps</summary>',
      '',
      `${fence}text`,
      shown.trimEnd(),
      fence,
      '',
      '</details>',
    )
  }
  if (!plan.applyable) lines.push('', '**It cannot be applied until the errors are solved.**')
  return `${lines.join('\n')}\n`
}

function rowOf(change: Change): string {
  const impact = change.impact === 'none' ? '' : change.impact === 'data-loss' ? '**DATA LOSS**' : change.impact
  return `| ${change.kind === 'none' ? 'stays' : change.kind} | \`${change.address}\` | ${escaped(whatOf(change))} | ${impact} |`
}

function whatOf({ kind, diffs, reason }: Change): string {
  if (kind !== 'update' && kind !== 'none') return reason
  const parts = diffs
    .slice(0, 4)
    .map(
      ({ path, before, after, cause, left }) =>
        `${path}: ${valueText(path, before)} → ${valueText(path, after)}${cause === 'drift' ? ' (drift)' : ''}${left === undefined ? '' : ` stays: ${left}`}`,
    )
  return diffs.length > 4 ? `${parts.join('; ')}; …` : parts.join('; ') || reason
}

function escaped(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll(/\s*\n\s*/g, ' ')
}
