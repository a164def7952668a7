import { ApiError, invalidValue } from './api-error.js'
import type { Filter } from './shape.js'

/** What a filter compares with: none, one, or several values, any of which may match. */
export type FilterValue = string | number | boolean | undefined | readonly (string | undefined)[]

/** Filter name -> what it reads of a record. */
export type FilterTable<T> = Readonly<Record<string, (record: T) => FilterValue>>

/** Limits of EC2 User Guide, "Filter your resources". */
const filtersMaximum = 50
const valuesMaximum = 200
const valueLengthMaximum = 255

/**
 * True when `text` matches `pattern`: `*` any run, `?` one character, `\*`, `\?` and `\\` themselves. Case-sensitive.
 *
 * @internal exported for its test
 */
export function matchesPattern(text: string, pattern: string): boolean {
  return compilePattern(pattern)(text)
}

/** True when a pattern has a wildcard or an escape, so that it is no plain text. */
export function isPattern(text: string): boolean {
  return /[*?\\]/.test(text)
}

function compilePattern(pattern: string): (text: string) => boolean {
  if (!isPattern(pattern)) return (text) => text === pattern
  const tokens = tokensOf(pattern)
  return (text) => matchTokens([...text], tokens)
}

const anyRun = Symbol('*')
const anyOne = Symbol('?')
type Token = string | typeof anyRun | typeof anyOne

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = []
  const characters = [...pattern]
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? ''
    const next = characters[index + 1]
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      tokens.push(next)
      index += 1
    } else if (character === '*') tokens.push(anyRun)
    else if (character === '?') tokens.push(anyOne)
    else tokens.push(character)
  }
  return tokens
}

/** Greedy matching that goes back to the last `*` alone: linear but for that, where a regular expression can explode. */
function matchTokens(text: readonly string[], tokens: readonly Token[]): boolean {
  let position = 0
  let token = 0
  let starToken = -1
  let starPosition = 0
  while (position < text.length) {
    const current = tokens[token]
    if (current === anyRun) {
      starToken = token
      starPosition = position
      token += 1
    } else if (current === anyOne || (current !== undefined && current === text[position])) {
      token += 1
      position += 1
    } else if (starToken >= 0) {
      starPosition += 1
      position = starPosition
      token = starToken + 1
    } else return false
  }
  while (tokens[token] === anyRun) token += 1
  return token === tokens.length
}

/**
 * Returns a predicate for `filters`: all must match, each by any of its values. `tagsOf` serves `tag:Key`, `tag-key`
 * and `tag-value`, which every Describe knows. Throws InvalidParameterValue for a filter that the table does not have.
 */
export function compileFilters<T>(
  filters: readonly Filter[] | undefined,
  table: FilterTable<T>,
  tagsOf: (record: T) => Readonly<Record<string, string>>,
): (record: T) => boolean {
  if (!filters || filters.length === 0) return () => true
  if (filters.length > filtersMaximum) {
    throw new ApiError('FilterLimitExceeded', `The maximum number of filters is ${filtersMaximum}`)
  }
  const tests = filters.map((filter) => compileFilter(filter, table, tagsOf))
  return (record) => tests.every((test) => test(record))
}

function compileFilter<T>(
  filter: Filter,
  table: FilterTable<T>,
  tagsOf: (record: T) => Readonly<Record<string, string>>,
): (record: T) => boolean {
  const name = filter.Name
  if (name === undefined || name === '') throw new ApiError('InvalidParameterValue', 'The filter name is missing')
  const values = filter.Value ?? []
  if (values.length === 0) throw new ApiError('InvalidParameterValue', `The filter '${name}' has no values`)
  if (values.length > valuesMaximum) {
    throw new ApiError(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${valuesMaximum}`,
    )
  }
  for (const value of values) {
    if (value.length > valueLengthMaximum)
      throw invalidValue(`Filter value for '${name}' is longer than ${valueLengthMaximum} characters`)
  }
  const plain = new Set(values.filter((value) => !isPattern(value)))
  const patterns = values.filter(isPattern).map(compilePattern)
  const matches = (text: string | undefined) =>
    text !== undefined && (plain.has(text) || patterns.some((pattern) => pattern(text)))

  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length)
    return (record) => {
      const tags = tagsOf(record)
      return Object.hasOwn(tags, key) && matches(tags[key])
    }
  }
  if (name === 'tag-key') return (record) => Object.keys(tagsOf(record)).some(matches)
  if (name === 'tag-value') return (record) => Object.values(tagsOf(record)).some(matches)
  const read = Object.hasOwn(table, name) ? table[name] : undefined
  if (!read) throw invalidValue(`The filter '${name}' is invalid`)
  return (record) => {
    const value = read(record)
    if (Array.isArray(value)) return (value as readonly (string | undefined)[]).some(matches)
    return matches(value === undefined ? undefined : String(value))
  }
}
