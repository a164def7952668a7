import { createColors } from 'picocolors'
import type { EvenkeelError } from '../../core/errors.js'
import { SpecError } from '../../core/errors.js'
import { count } from '../../core/units.js'
import { legible, legibleJson } from '../legible.js'
import { fitting } from '../markdown/comment.js'
import { inert, inertCode, inertCodeInTable } from '../markdown/inert.js'
import { tableLines } from '../tables/table.js'

const stacksFormatVersion = 1

/** What was found of one of several stacks. */
export type StackSection = {
  /** As it was named, or found in its folder. */
  readonly file: string
} & (
  | {
      readonly kind: 'told'
      readonly stack: string
      /** `music in us-east-1`: two files that say the same are about the same thing. */
      readonly place: string
      /** As the command prints it for this stack alone: text, Markdown, or JSON. */
      readonly text: string
      /** The same in a few words. */
      readonly words: string
    }
  | { readonly kind: 'failed'; readonly error: EvenkeelError; readonly text: string }
)

/** Several stacks for people: a section each, then a line each. */
export function sectionsText(sections: readonly StackSection[], color: boolean): string {
  const colors = createColors(color)
  const parts = sections.map((section) => {
    const text = section.text.trimEnd()
    return `${colors.bold(`── ${legible(section.file)} ──`)}\n\n${text}`
  })
  const rows = tableLines(
    sections.map((section) => [`  ${legible(section.file)}`, nameOf(section), legible(wordsOf(section))]),
  )
  const lines = rows.map((row, at) => (sections[at]?.kind === 'failed' ? colors.red(row) : row))
  const twice = sharedPlaces(sections).map((line) => colors.yellow(legible(line)))
  return `${[...parts, [colors.bold(`${count(sections.length, 'stack')}:`), ...lines, ...twice].join('\n')].join('\n\n')}\n`
}

/** GitHub takes comments of up to 65,536 characters, with a job's own words around this one; the table of stacks gets a third. */
const charactersMax = 60_000
const tableCharactersMax = 20_000
const errorCharactersMax = 10_000

/**
 * The same as Markdown of at most 60,000 characters: a table, then a section each; where these have no room together, without what
 * is folded away, and then as many as have.
 */
export function sectionsMarkdown(sections: readonly StackSection[]): string {
  const rows = sections.map(
    (section) => `| ${inertCodeInTable(section.file)} | ${inert(nameOf(section))} | ${inert(wordsOf(section))} |`,
  )
  const shown = fitting(rows, tableCharactersMax)
  const more = rows.length > shown.length ? [`| … | and ${count(rows.length - shown.length, 'more', 'more')} | |`] : []
  const warnings = sharedPlaces(sections).map((line) => `> **Warning:** ${inert(line)}`)
  const twice = fitting(warnings, errorCharactersMax)
  const head = [
    `| file | stack | |`,
    '|---|---|---|',
    ...shown,
    ...more,
    ...(twice.length > 0 ? ['', ...twice] : []),
  ].join('\n')
  const room = charactersMax - head.length - 200
  const whole = sections.map((section) => sectionMarkdown(section, (text) => text))
  const parts = fitting(whole, room).length === whole.length ? whole : sections.map((one) => sectionMarkdown(one, bare))
  const told = fitting(parts, room)
  const left = parts.length - told.length
  const rest =
    left > 0 ? [`${count(left, 'stack')} more ${left === 1 ? 'is' : 'are'} left out here: call it for each.`] : []
  return `${legible([head, ...told, ...rest].join('\n\n'))}\n`
}

function sectionMarkdown(section: StackSection, shortened: (text: string) => string): string {
  const body = section.kind === 'told' ? shortened(section.text.trimEnd()) : fenced(cut(section.text))
  return [`## ${inertCode(section.file)}`, '', body].join('\n')
}

/** A comment without what is folded away in it. */
function bare(text: string): string {
  const start = text.indexOf('<details><summary>')
  const end = text.lastIndexOf('</details>')
  return start < 0 || end < start ? text : `${text.slice(0, start)}${text.slice(end + '</details>'.length)}`.trimEnd()
}

/** The same as data; `name` is the member that holds what the command prints for one stack. */
export function sectionsJson(sections: readonly StackSection[], name: string): string {
  const stacks = sections.map((section) =>
    section.kind === 'told'
      ? { file: section.file, stack: section.stack, [name]: JSON.parse(section.text) as unknown, error: null }
      : { file: section.file, stack: null, [name]: null, error: errorMembers(section.error) },
  )
  return `${legibleJson({ formatVersion: stacksFormatVersion, stacks }, 2)}\n`
}

function errorMembers(error: EvenkeelError): object {
  const { code, message, hint } = error
  const { diagnostics = [], total = 0 } = error instanceof SpecError ? error : {}
  return {
    code,
    message,
    hint: hint ?? null,
    mistakes: diagnostics.map((mistake) => ({
      code: mistake.code,
      message: mistake.message,
      file: mistake.file,
      line: mistake.line,
      column: mistake.column,
      hint: mistake.hint ?? null,
    })),
    mistakesInAll: total,
  }
}

function nameOf(section: StackSection): string {
  return section.kind === 'told' ? section.stack : '-'
}

function wordsOf(section: StackSection): string {
  if (section.kind === 'told') return section.words
  const { error } = section
  return error instanceof SpecError ? `${count(error.total, 'mistake')} in the file` : `error ${error.code}`
}

/** Files that name one stack in one place: a plan of either removes what the other has. */
function sharedPlaces(sections: readonly StackSection[]): readonly string[] {
  const files = new Map<string, string[]>()
  for (const section of sections) {
    if (section.kind === 'told') files.set(section.place, [...(files.get(section.place) ?? []), section.file])
  }
  return [...files].flatMap(([place, names]) =>
    names.length < 2
      ? []
      : [`${names.join(' and ')} name one stack, ${place}: an apply of one undoes what the others say.`],
  )
}

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text.trimEnd()}\n${fence}`
}

function cut(text: string): string {
  if (text.length <= errorCharactersMax) return text
  const whole = text.slice(0, errorCharactersMax)
  return `${whole.slice(0, whole.lastIndexOf('\n'))}\n… and more`
}
