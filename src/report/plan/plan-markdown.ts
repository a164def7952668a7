import { count } from '../../core/units.js'
import { isDenied, type CheckResult } from '../../model/checks/check-result.js'
import type { Change } from '../../model/change.js'
import { nowhere, type Locate } from '../../model/file-location.js'
import { hasErrors, type Plan } from '../../model/plan.js'
import { isLeft } from '../../model/plan-verdict.js'
import type { Problem } from '../../model/plan-problem.js'
import { shortText } from '../diff-value.js'
import { legibleData } from '../legible.js'
import { commentText, problemBlock } from '../markdown/comment.js'
import { inert, inertCode, inertCodeInTable } from '../markdown/inert.js'
import { differingKey, foldMembers, type FoldedBlock } from './fold-members.js'
import { placeSentence, type PlanHeading } from './plan-heading.js'
import { countsText, lossesText } from './plan-question.js'
import { inOrderOfHarm } from './plan-text-checks.js'
import { harmRank } from './plan-text-changes.js'
import { onlyLines } from './plan-text-only.js'
import { nothingText, planText } from './plan-text.js'

export interface PlanMarkdownOptions {
  /** Where the stack file speaks of what problems are about; left out: they are told without. */
  readonly locate?: Locate | undefined
  /** Whose plan it is; left out: the stack's name alone. */
  readonly heading?: PlanHeading | undefined
  /** What goes against a policy. */
  readonly checks?: readonly CheckResult[] | undefined
}

/**
 * A plan as a pull request's comment of at most 60,000 characters: a hidden line by which it is found again, whose it is, the sum,
 * a table of what destroys and removes first, and the text folded away. Nothing in it is obeyed by who renders it.
 */
export function planMarkdown(
  written: Plan,
  { locate = nowhere, heading, checks = [] }: PlanMarkdownOptions = {},
): string {
  const plan = { ...written, ...legibleData({ changes: written.changes, problems: written.problems }) }
  const { stack, changes, steps, problems, applyable } = plan
  const changing = changes.filter(({ kind, diffs }) => kind !== 'none' || diffs.some(isLeft))
  const isNothing = changing.length === 0 && steps.length === 0
  const sum =
    isNothing && !hasErrors(plan)
      ? inert(nothingText(plan))
      : `**${isNothing ? 'No changes' : countsText(plan)}${lossesText(plan)}** (${count(steps.length, 'step')})`
  const blocks = rowsOf(changing)
  return commentText({
    marker: { name: 'plan', stack },
    head: [
      `### Plan for \`${stack}\``,
      ...(heading ? [inert(placeSentence(heading))] : []),
      sum,
      ...onlyLines(plan).map(inert),
    ],
    problems: [...inOrderOfHarm(checks).map(checkBlock), ...problems.map((problem) => problemOf(problem, locate))],
    columns: ['', 'address', 'change', 'impact'],
    rows: blocks.map(({ cells }) => cells),
    leftOut: (from) => leftOutText(blocks.slice(from).map(({ change }) => change)),
    details: isNothing ? undefined : planText(plan, { color: false, verbose: false, locate }),
    foot: [
      ...(applyable ? [] : ['**It cannot be applied until the errors are solved.**']),
      ...(isDenied(checks) ? ['**The policy forbids it.**'] : []),
    ],
  })
}

/** A problem of a plan, with its place in the file. */
export function problemOf({ severity, message, hint, address, path }: Problem, locate: Locate): string {
  const place = address === undefined ? undefined : locate(address, path)
  return problemBlock(severity, { message, hint, place: place && `${place.file}:${place.line}:${place.column}` })
}

function checkBlock({ rule, severity, address, message }: CheckResult): string {
  const where = address === null ? '' : `${inertCode(address)}: `
  return `> **${severity === 'deny' ? 'Forbidden' : 'Warning'}:** ${where}${inert(message)} (${inertCode(rule)})`
}

function leftOutText(changes: readonly Change[]): string {
  const losing = changes.filter((change) => harmRank(change) < 2).length
  return `and ${changes.length} more${losing === 0 ? ', none of which removes anything' : `, of which ${losing} remove or replace`}`
}

interface Row {
  readonly change: Change
  readonly cells: readonly string[]
}

/** What destroys first, then what removes; members of a count of which the same is said in one row. */
function rowsOf(changes: readonly Change[]): readonly Row[] {
  const sorted = [...changes].sort((left, right) => harmRank(left) - harmRank(right))
  const blocks = sorted.map((change) => ({ change, address: change.address, inner: [] }))
  return foldMembers(
    blocks,
    ({ path, before, after }) => `${shortText(path, before)} → ${shortText(path, after)}`,
  ).flatMap(({ change, title, differing }) => (change ? [{ change, cells: cellsOf(change, title, differing) }] : []))
}

function cellsOf(change: Change, title: string, differing: FoldedBlock['differing']): readonly string[] {
  const impact = change.impact === 'none' ? '' : change.impact === 'data-loss' ? '**DATA LOSS**' : change.impact
  const kind = change.kind === 'none' ? 'stays' : change.kind
  return [kind, inertCodeInTable(title), inert(whatOf(change, differing)), impact]
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
