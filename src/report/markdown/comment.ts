import { count } from '../../core/units.js'
import { legible } from '../legible.js'
import { longest } from '../longest.js'
import { inert, inertCode } from './inert.js'

/** GitHub takes comments of up to 65,536 characters, with a job's own words around this one. */
const commentLengthMax = 60_000

/** Chosen: what stands in the way is told in full, and leaves room for what is to be reviewed. */
const problemsLengthMax = 15_000
const tableLengthMax = 25_000

/** Chosen: longer ones are files, not lines. */
const lineLengthMax = 2_000

/** What a comment is made of. Texts are Markdown, but for those of `details`. */
export interface Comment {
  /** What the comment is of: a bot finds by it the one that it wrote before. */
  readonly marker: { readonly name: 'plan' | 'drift' | 'diff'; readonly stack: string }
  /** A heading, whose it is, the sum: a paragraph each. */
  readonly head: readonly string[]
  /** What stands in the way: a paragraph each. */
  readonly problems: readonly string[]
  /** Cells, the most harmful first; and what is said of those that are left out. */
  readonly rows: readonly (readonly string[])[]
  readonly columns: readonly string[]
  readonly leftOut: (from: number) => string
  /** Plain text that is folded away. */
  readonly details: string | undefined
  /** A paragraph each. */
  readonly foot: readonly string[]
}

/**
 * A comment of at most 60,000 characters, with a line break at the end. What does not fit is left out by whole paragraphs, rows
 * and lines, from the end, and said.
 */
export function commentText({ marker, head, problems, rows, columns, leftOut, details, foot }: Comment): string {
  const told = fitting(problems, problemsLengthMax)
  const shown = fitting(
    rows.map((cells) => `| ${cells.join(' | ')} |`),
    tableLengthMax,
  )
  const blocks = [`<!-- evenkeel:${marker.name} stack=${marker.stack} -->`, ...head, ...told]
  if (told.length < problems.length) blocks.push(`> and ${count(problems.length - told.length, 'problem')} more`)
  if (rows.length > 0) {
    const left =
      shown.length < rows.length
        ? [`| | … | ${leftOut(shown.length)} ${'| '.repeat(columns.length - 2)}`.trimEnd()]
        : []
    blocks.push([`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`, ...shown, ...left].join('\n'))
  }
  const used = [...blocks, ...foot].join('\n\n').length
  if (details !== undefined) blocks.push(...detailsBlock(details, commentLengthMax - used, marker))
  return `${legible([...blocks, ...foot].join('\n\n'))}\n`
}

/** A problem as a quotation: what it is, what to do, and where the file speaks of it. */
export function problemBlock(
  severity: 'error' | 'warning',
  {
    message,
    hint,
    place,
  }: { readonly message: string; readonly hint?: string | undefined; readonly place?: string | undefined },
): string {
  const advice = hint === undefined ? '' : ` – ${inert(hint)}`
  const where = place === undefined ? '' : ` (${inertCode(place)})`
  return `> **${severity === 'error' ? 'Error' : 'Warning'}:** ${inert(message)}${advice}${where}`
}

/** So many lines of a text as there is room for, in a block of code that nothing in them ends. */
function detailsBlock(text: string, room: number, { name }: Comment['marker']): readonly string[] {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => (line.length > lineLengthMax ? `${line.slice(0, lineLengthMax)}…` : line))
  const fence = '`'.repeat(Math.max(3, 1 + longest(lines.join('\n').match(/`+/g) ?? [])))
  const around = 200 + 2 * fence.length
  const shown = fitting(lines, room - around)
  const left = lines.length - shown.length
  const code = [`${fence}text`, ...shown, fence].join('\n')
  return [
    '<details><summary>Details</summary>',
    code,
    ...(left > 0 ? [`${count(left, 'line')} more are left out here; \`evenkeel ${name}\` prints them.`] : []),
    '</details>',
  ]
}

/** The first texts that have room together, a line break or two after each. */
export function fitting(texts: readonly string[], room: number): readonly string[] {
  let used = 0
  const end = texts.findIndex((text) => (used += text.length + 2) > room)
  return end < 0 ? texts : texts.slice(0, end)
}
