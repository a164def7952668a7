import { isMap, isScalar, parseDocument } from 'yaml'

/** One key of the outermost mapping with all that is below it. */
export interface FilePart {
  readonly key: string
  /** The comments right above it, from its first column; each line with its end. */
  readonly lead: string
  readonly body: string
  /** Whether a blank line stands above. */
  readonly hasGap: boolean
}

/** A file by the keys of its outermost mapping. All texts together say what the file says. */
export interface FileParts {
  /** What is told of the whole file, with the blank line behind it. */
  readonly head: string
  readonly parts: readonly FilePart[]
  /** What comes last, with the blank line before it. */
  readonly tail: string
}

/** Undefined for a text whose keys do not each begin a line; `braces` where one pair of them is around everything. */
export function partsOf(source: string): FileParts | 'braces' | undefined {
  const text = source.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n')
  const { contents } = parseDocument(text, { logLevel: 'error', uniqueKeys: false })
  const lines = text.split('\n')
  if (contents === null || (isScalar(contents) && contents.source === '')) {
    return { head: joined(withoutEnds(lines)), parts: [], tail: '' }
  }
  if (!isMap(contents)) return undefined
  if (contents.flow === true) return 'braces'
  const starts = contents.items.map(({ key }) => startLineOf(text, isScalar(key) ? key.range?.[0] : undefined))
  if (starts.some((start) => start === undefined)) return undefined
  /** Where the comments above a key begin. */
  const leads = [...(starts as number[]), lines.length].map((start) => leadStart(lines, start))
  const firstLead = (starts[0] ?? 0) - gluedAbove(lines, starts[0] ?? 0)
  const parts = contents.items.map(({ key }, index): FilePart => {
    const start = starts[index] ?? 0
    const from = index === 0 ? firstLead : (leads[index] ?? 0)
    const lead = lines.slice(from, start)
    return {
      key: isScalar(key) ? String(key.value) : '',
      lead: joined(withoutEnds(lead)) + (lead.at(-1)?.trim() === '' && lead.some(isComment) ? '\n' : ''),
      body: joined(lines.slice(start, leads[index + 1])),
      hasGap: lead[0]?.trim() === '',
    }
  })
  const head = joined(withoutEnds(lines.slice(0, firstLead)))
  const tail = joined(withoutEnds(lines.slice(leads.at(-1))))
  return { head: head && `${head}\n`, parts, tail: tail && `\n${tail}` }
}

/** The number of the line that begins at an offset, from 0. */
function startLineOf(text: string, offset: number | undefined): number | undefined {
  if (offset === undefined || (offset > 0 && text[offset - 1] !== '\n')) return undefined
  return text.slice(0, offset).split('\n').length - 1
}

function leadStart(lines: readonly string[], start: number): number {
  let first = start
  while (first > 0 && (isBlank(lines[first - 1]) || isComment(lines[first - 1]))) first -= 1
  return first
}

/** How many comments stand above a line without a blank one between. */
function gluedAbove(lines: readonly string[], start: number): number {
  let first = start
  while (first > 0 && isComment(lines[first - 1])) first -= 1
  // A comment of the first line is about the file.
  return start - (first === 0 && isComment(lines[0]) ? start : first)
}

function isBlank(line: string | undefined): boolean {
  return line?.trim() === ''
}

function isComment(line: string | undefined): boolean {
  return line?.startsWith('#') === true
}

/** Without blank lines at both ends, and one for each stretch of them. */
function withoutEnds(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => !isBlank(line))
  if (first < 0) return []
  const last = lines.findLastIndex((line) => !isBlank(line))
  const inner = lines.slice(first, last + 1).map((line) => line.trimEnd())
  return inner.filter((line, index) => line !== '' || inner[index - 1] !== '')
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
