import { structuredPatch } from 'diff'
import type { Colors } from './colors.js'

/** Chosen: what stands around a change, without the rest of a long text. */
const contextLines = 2

/** Two texts of several lines as people compare them: what goes, what comes, and the lines around, each with its sign. */
export function lineDiff(before: string, after: string, colors: Colors): readonly string[] {
  const { hunks } = structuredPatch('', '', ended(before), ended(after), undefined, undefined, {
    context: contextLines,
  })
  return hunks.flatMap(({ lines }, index) => [
    ...(index === 0 ? [] : [colors.dim('  …')]),
    ...lines.map((line) => painted(`${line.charAt(0)} ${line.slice(1)}`.trimEnd(), colors)),
  ])
}

/** Whether texts are to be compared line by line. */
export function hasLines(text: unknown): text is string {
  return typeof text === 'string' && text.trimEnd().includes('\n')
}

function painted(line: string, colors: Colors): string {
  if (line.startsWith('+')) return colors.green(line)
  return line.startsWith('-') ? colors.red(line) : colors.dim(line)
}

/** A last line without an end is no change of that line. */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
