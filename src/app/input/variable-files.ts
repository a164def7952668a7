import { UsageError } from '../../core/errors.js'
import { linePlacesOf } from '../../spec/yaml/line-places.js'
import { sizeOfText } from '../../spec/yaml/text-size.js'
import { readValues } from '../../spec/yaml/yaml-values.js'
import { readText } from './read-text.js'

/** What was said of variables on a command line. */
export interface CommandLineVariables {
  readonly variables: Readonly<Record<string, string>>
  /** The names of those whose values stood there themselves. */
  readonly spoken: readonly string[]
}

/**
 * `@path` is what the file has, but for the line break at its end; `@@` begins a value that begins with `@`; everything else is
 * the value.
 */
export function readCommandLine(written: Readonly<Record<string, string>>): CommandLineVariables {
  const entries = Object.entries(written).map(([name, word]) => {
    if (!word.startsWith('@')) return { name, value: word, isSpoken: true }
    if (word.startsWith('@@')) return { name, value: word.slice(1), isSpoken: true }
    return { name, value: readText(word.slice(1)).replace(/\r?\n$/, ''), isSpoken: false }
  })
  return {
    variables: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
    spoken: entries.flatMap(({ name, isSpoken }) => (isSpoken ? name : [])),
  }
}

/** Values of variables from YAML or JSON files, as texts; those of a later file win. */
export function readVariableFiles(
  paths: readonly string[],
): Readonly<Record<string, { readonly text: string; readonly origin: string }>> {
  const variables = new Map<string, { readonly text: string; readonly origin: string }>()
  for (const path of paths) {
    const text = readText(path)
    const { tooManyFrom } = sizeOfText(text)
    if (tooManyFrom !== undefined) throw tooManyParts(path, text, tooManyFrom)
    const values = readValues(text)?.value
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new UsageError(
        'STACK_FILE_UNREADABLE',
        `the file ${path} is not a YAML or JSON mapping of variables to values`,
      )
    }
    for (const [name, value] of Object.entries(values)) {
      variables.set(name, { text: textOf(path, name, value), origin: path })
    }
  }
  return Object.fromEntries(variables)
}

function tooManyParts(path: string, text: string, offset: number): UsageError {
  const { line, column } = linePlacesOf(text.slice(0, offset))(offset)
  const message = `the file ${path}:${line}:${column} has more parts up to here than any file of variables, and it goes on`
  return new UsageError('STACK_FILE_TOO_LARGE', message, { hint: 'is this the right file?' })
}

/** A list, a mapping or nothing is the value of no variable; `String([1])` would be 1. */
function textOf(path: string, name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  const what = Array.isArray(value)
    ? 'a list'
    : value === null
      ? 'nothing'
      : typeof value === 'object'
        ? 'a mapping'
        : 'no finite number'
  throw new UsageError('SPEC_VARIABLE_INVALID', `the file ${path} gives variable \`${name}\` ${what}`, {
    hint: 'a variable is a text, a number, or true or false',
  })
}
