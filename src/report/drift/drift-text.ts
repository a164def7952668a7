import { createColors } from 'picocolors'
import { count } from '../../core/units.js'
import type { Locate } from '../../model/file-location.js'
import type { DriftEntry, DriftReport } from '../../model/drift-report.js'
import { waitsForServer } from '../../model/plan-verdict.js'
import { shortText } from '../diff-value.js'
import type { Colors } from '../colors.js'
import { legibleData } from '../legible.js'
import { hasLines, lineDiff } from '../line-diff.js'
import { longest } from '../longest.js'
import { headingLines, type PlanHeading } from '../plan/plan-heading.js'
import { problemLines } from '../plan/plan-text-problems.js'
import { impossibleLines } from '../plan/plan-text-impossible.js'

/** A drift report for people: what moved, from what was applied to what is live; what waits in the file; what could not be read. */
export function driftText(
  observed: DriftReport,
  options: {
    readonly color: boolean
    readonly locate?: Locate
    /** Whose drift it is; left out: the text begins with what moved. */
    readonly heading?: PlanHeading | undefined
  },
): string {
  const colors = createColors(options.color)
  const report = legibleData(observed)
  const lines: string[] = options.heading ? [...headingLines(legibleData(options.heading), colors), ''] : []
  if (report.drifted.length > 0) {
    lines.push(
      colors.bold('Changed since the last apply'),
      ...entryLines(report.drifted, colors, colors.magenta('!')),
      '',
    )
  }
  if (report.pending.length > 0) {
    lines.push(
      colors.bold('Asked for by the file, and not applied yet'),
      ...entryLines(report.pending, colors, colors.yellow('~')),
      '',
    )
  }
  if (report.unreadable.length > 0) {
    lines.push(colors.bold('Could not be read'))
    for (const { address, reason } of report.unreadable) lines.push(`  ${colors.red('?')} ${address}  ${reason}`)
    lines.push('')
  }
  const problems = problemLines(report, colors, options.locate)
  if (problems.length > 0) lines.push(...problems, '')
  const impossible = impossibleLines(report, colors, false)
  if (impossible.length > 0) lines.push(...impossible, '')
  lines.push(paintOf(report, colors)(driftConclusion(report)))
  return `${lines.join('\n')}\n`
}

/** The same in a few words. */
export function driftWords({ status, drifted, pending, unreadable }: DriftReport): string {
  const parts = [
    ...(drifted.length === 0 ? [] : [`${drifted.length} drifted`]),
    ...(pending.length === 0 ? [] : [`${pending.length} pending`]),
    ...(unreadable.length === 0 ? [] : [`${unreadable.length} unreadable`]),
  ]
  const named = {
    'in-sync': 'in sync',
    drift: 'drift',
    pending: 'pending changes',
    unknown: 'unknown',
    error: 'not in order',
  }
  return parts.length === 0 ? named[status] : `${named[status]}: ${parts.join(', ')}`
}

function entryLines(entries: readonly DriftEntry[], colors: Colors, symbol: string): readonly string[] {
  return entries.flatMap(({ address, diffs, reason }) => {
    const width = longest(diffs.map(({ path }) => path))
    const why = reason === undefined ? '' : `  ${colors.dim(`# ${reason}`)}`
    return [
      `  ${symbol} ${colors.bold(address)}${why}`,
      ...diffs.flatMap(({ path, before, after, left }) => {
        const tail = left === undefined ? '' : `  ${colors.red(`# stays: ${left}`)}`
        if (typeof before === 'string' && typeof after === 'string' && (hasLines(before) || hasLines(after))) {
          return [`      ${path}${tail}`, ...lineDiff(before, after, colors).map((line) => `          ${line}`)]
        }
        const change = `${shortText(path, before)} ${colors.dim('->')} ${shortText(path, after)}`
        return [`      ${path.padEnd(width)}  ${change}${tail}`]
      }),
    ]
  })
}

function paintOf({ status }: DriftReport, colors: Colors): (text: string) => string {
  switch (status) {
    case 'in-sync':
      return colors.green
    case 'drift':
      return colors.magenta
    case 'pending':
      return colors.yellow
    case 'unknown':
    case 'error':
      return colors.red
  }
}

/** What a report comes to, in a sentence or two. */
export function driftConclusion(report: DriftReport): string {
  const { status, drifted, pending, unreadable, problems, impossible, stack } = report
  switch (status) {
    case 'in-sync':
      if (waitsForServer(problems)) {
        return `In sync: ${stack} is as it was last applied. What waits until a server can be entered is told above.`
      }
      return impossible.length === 0
        ? `In sync: ${stack} is as it was last applied, and as the file says.`
        : `In sync as far as is possible here: ${count(impossible.length, 'step')} of the file cannot be carried out.`
    case 'drift':
      return movedText(drifted)
    case 'pending':
      return `No drift. ${count(pending.length, 'entry', 'entries')} of the file ${pending.length === 1 ? 'waits' : 'wait'} for evenkeel apply.`
    case 'unknown':
      return `Unknown: no drift was seen, and ${count(unreadable.length, 'entry', 'entries')} could not be read.`
    case 'error': {
      const errors = problems.filter(({ severity }) => severity === 'error')
      const also =
        drifted.length === 0 ? '' : ` ${count(drifted.length, 'entry', 'entries')} changed since the last apply.`
      return `Not in order: ${count(errors.length, 'error')} must be solved first.${also}`
    }
  }
}

/** How many an apply puts back, and how many no apply can. */
function movedText(drifted: readonly DriftEntry[]): string {
  const stuck = drifted.filter(({ diffs }) => diffs.every(({ left }) => left !== undefined)).length
  const healed = drifted.length - stuck
  const head = `Drift: ${count(drifted.length, 'entry', 'entries')} changed since the last apply.`
  const them = (some: number) => (some === 1 ? 'it' : 'them')
  const left = drifted.flatMap(({ diffs }) => diffs).filter((diff) => diff.left !== undefined).length
  const partly = left === 0 ? '' : ` but for ${count(left, 'difference')}: above stands what to do`
  if (stuck === 0) return `${head} evenkeel apply puts ${them(healed)} back${partly}.`
  if (healed === 0) return `${head} No apply can put ${them(stuck)} back: above stands what to do.`
  return `${head} evenkeel apply puts ${healed} back; no apply can put ${stuck} back: above stands what to do.`
}
