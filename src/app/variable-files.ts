import { UsageError } from '../core/errors.js'
import { readValues } from '../spec/yaml/yaml-values.js'
import { readText } from './read-text.js'

/** Values of variables from YAML or JSON files, as texts; those of a later file win. */
export function readVariableFiles(paths: readonly string[]): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {}
  for (const path of paths) {
    const values = readValues(readText(path))?.value
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new UsageError(
        'STACK_FILE_UNREADABLE',
        `the file ${path} is not a YAML or JSON mapping of variables to values`,
      )
    }
    for (const [name, value] of Object.entries(values)) variables[name] = textOf(path, name, value)
  }
  return variables
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
