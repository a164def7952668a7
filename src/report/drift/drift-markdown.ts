import { nowhere, type Locate } from '../../model/file-location.js'
import type { DriftEntry, DriftReport } from '../../model/drift-report.js'
import { shortText } from '../diff-value.js'
import { legibleData } from '../legible.js'
import { commentText } from '../markdown/comment.js'
import { inert, inertCodeInTable } from '../markdown/inert.js'
import { placeSentence, type PlanHeading } from '../plan/plan-heading.js'
import { problemOf } from '../plan/plan-markdown.js'
import { driftConclusion, driftText } from './drift-text.js'

export interface DriftMarkdownOptions {
  /** Where the stack file speaks of what problems are about; left out: they are told without. */
  readonly locate?: Locate | undefined
  /** Whose drift it is; left out: the stack's name alone. */
  readonly heading?: PlanHeading | undefined
}

/**
 * A drift report as an issue or a comment of at most 60,000 characters: a hidden line by which it is found again, whose it is, what
 * it comes to, a table of what is gone, what moved, what waits and what could not be read, and the text folded away.
 */
export function driftMarkdown(observed: DriftReport, { locate = nowhere, heading }: DriftMarkdownOptions = {}): string {
  const report = legibleData(observed)
  const { stack, drifted, pending, unreadable, problems } = report
  const rows = [
    ...drifted.filter(isGone).map((entry) => cellsOf('**gone**', entry)),
    ...drifted.filter((entry) => !isGone(entry)).map((entry) => cellsOf('changed', entry)),
    ...pending.map((entry) => cellsOf('waits', entry)),
    ...unreadable.map(({ address, reason }) => ['not read', inertCodeInTable(address), inert(reason)]),
  ]
  return commentText({
    marker: { name: 'drift', stack },
    head: [
      `### Drift of \`${stack}\``,
      ...(heading ? [inert(placeSentence(heading))] : []),
      `**${inert(driftConclusion(report))}**`,
    ],
    problems: problems.map((problem) => problemOf(problem, locate)),
    columns: ['', 'address', 'what'],
    rows,
    leftOut: (from) => `and ${rows.length - from} more`,
    details: rows.length === 0 ? undefined : driftText(report, { color: false, locate }),
    foot: [],
  })
}

function isGone({ diffs }: DriftEntry): boolean {
  return diffs.some(({ path, after }) => path === 'exists' && after === false)
}

function cellsOf(kind: string, { address, diffs, reason = '' }: DriftEntry): readonly string[] {
  const parts = diffs.slice(0, 4).map(({ path, before, after, left }) => {
    return `${path}: ${shortText(path, before)} → ${shortText(path, after)}${left === undefined ? '' : ` stays: ${left}`}`
  })
  const what = diffs.length > 4 ? `${parts.join('; ')}; …` : parts.join('; ') || reason
  return [kind, inertCodeInTable(address), inert(what)]
}
