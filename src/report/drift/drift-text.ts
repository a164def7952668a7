import { createColors } from 'picocolors'
import { count } from '../../core/units.js'
import type { DriftEntry, DriftReport } from '../../model/drift-report.js'
import { valueText } from '../diff-value.js'
import type { Colors } from '../colors.js'
import { longest } from '../longest.js'

/** A drift report for people: what moved, from what was applied to what is live; what waits in the file; what could not be read. */
export function driftText(report: DriftReport, options: { readonly color: boolean }): string {
  const colors = createColors(options.color)
  const lines: string[] = []
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
  lines.push(conclusion(report, colors))
  return `${lines.join('\n')}\n`
}

function entryLines(entries: readonly DriftEntry[], colors: Colors, symbol: string): readonly string[] {
  return entries.flatMap(({ address, diffs }) => {
    const width = longest(diffs.map(({ path }) => path))
    return [
      `  ${symbol} ${colors.bold(address)}`,
      ...diffs.map(
        ({ path, before, after }) =>
          `      ${path.padEnd(width)}  ${valueText(path, before)} ${colors.dim('->')} ${valueText(path, after)}`,
      ),
    ]
  })
}

function conclusion({ status, drifted, pending, unreadable, stack }: DriftReport, colors: Colors): string {
  switch (status) {
    case 'in-sync':
      return colors.green(`In sync: ${stack} is as it was last applied, and as the file says.`)
    case 'drift':
      return colors.magenta(
        `Drift: ${count(drifted.length, 'entry', 'entries')} changed since the last apply. evenkeel apply puts ${drifted.length === 1 ? 'it' : 'them'} back.`,
      )
    case 'pending':
      return colors.yellow(
        `No drift. ${count(pending.length, 'entry', 'entries')} of the file ${pending.length === 1 ? 'waits' : 'wait'} for evenkeel apply.`,
      )
    case 'unknown':
      return colors.red(
        `Unknown: no drift was seen, and ${count(unreadable.length, 'entry', 'entries')} could not be read.`,
      )
  }
}
