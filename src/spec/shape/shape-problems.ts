import type { ErrorObject } from 'ajv'
import { didYouMean, nearest } from '../nearest.js'
import { describeValue, quoted, shortened } from '../problem.js'
import type { Path, Problem, Report } from '../problem.js'

/** The form that a file is to have, and what helps those who write it. */
export interface Shape {
  /** `the stack file`. */
  readonly what: string
  /** How it starts. */
  readonly beginning: string
  /** As scripts/generate-validator.mjs makes them. */
  readonly validate: { (root: unknown): boolean; readonly errors?: readonly ErrorObject[] | null }
  readonly expectations: Readonly<Record<string, string>>
  readonly knownKeys: Readonly<Record<string, readonly string[]>>
  readonly mistakesMax: number
  /** What helps where a key of the root is missing. */
  readonly rootHints: Readonly<Record<string, string>>
  /** The key that was most likely meant by one that is not known. */
  meantKey(key: string, known: readonly string[]): string | undefined
  /** What is to be said of a key that stands there in vain. */
  memberHint(path: Path, key: string): string | undefined
  /** What helps where a value cannot stand. */
  valueHint(path: Path, value: unknown): string | undefined
}

/**
 * Whether a root has the shape; every mistake is reported and taken out: what is not well formed is undefined afterwards, in
 * place. Members that are undefined already were told before. `undefined` where there are so many that not all were found.
 */
export function checkShapeOf(shape: Shape, root: unknown, report: Report): object | undefined {
  if (root === null || typeof root !== 'object' || Array.isArray(root)) {
    const message =
      root === null || root === undefined ? `${shape.what} is empty` : `${shape.what} is ${describeValue(root)}`
    const hint = `it starts with ${shape.beginning}`
    report({ code: 'SPEC_INVALID', message, path: [], at: 'value', hint })
    return {}
  }
  if (shape.validate(root)) return root
  const errors = shape.validate.errors ?? []
  const told = new Set<string>()
  // As pointers: of hundreds of thousands of mistakes no path is kept.
  const unreadable: string[] = []
  for (const error of byRank(errors)) {
    const problem = problemOf(shape, error, root)
    if (!problem) continue
    const { instancePath, keyword } = error
    const place = keysOwn.has(keyword) ? `${instancePath}/${String(problem.path.at(-1))}` : instancePath
    if (told.has(place)) continue
    told.add(place)
    report(problem)
    // What a merge key would have brought is unknown, and so is the whole mapping.
    if (problem.path.at(-1) === '<<') unreadable.push(instancePath)
    if (keyword === 'additionalProperties') forgetUnknown(shape, root, problem.path, error)
    else if (!keysOwn.has(keyword)) unreadable.push(instancePath)
  }
  if (errors.length >= shape.mistakesMax) return undefined
  for (const pointer of unreadable) markUnreadable(root, pathOf(pointer))
  return root
}

/** Keywords that speak of a key of the mapping at their path, not of what stands there. */
const keysOwn: ReadonlySet<string> = new Set(['additionalProperties', 'required', 'propertyNames'])

/** Unknown keys come first: a misspelt key explains the one that is missing. */
function byRank(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const ranks: [ErrorObject[], ErrorObject[], ErrorObject[]] = [[], [], []]
  for (const error of errors) {
    ranks[error.keyword === 'additionalProperties' ? 0 : error.keyword === 'type' ? 1 : 2].push(error)
  }
  return ranks.flat()
}

function problemOf(shape: Shape, error: ErrorObject, root: unknown): Problem | undefined {
  const path = pathOf(error.instancePath)
  const schemaPath = error.schemaPath.slice(0, error.schemaPath.lastIndexOf('/'))
  const value = valueAt(root, path)
  if (value === undefined) return undefined
  const tell = tellers[error.keyword]
  if (!tell) return undefined
  return tell({ shape, error, path, schemaPath, value })
}

interface Told {
  readonly shape: Shape
  readonly error: ErrorObject
  readonly path: Path
  readonly schemaPath: string
  readonly value: unknown
}

/** One teller per keyword of the schema; a keyword without one only repeats what another tells. */
const tellers: Readonly<Record<string, (told: Told) => Problem | undefined>> = {
  additionalProperties: ({ shape, error, path, schemaPath }) => {
    const key = String(error.params['additionalProperty'])
    const known = shape.knownKeys[schemaPath] ?? []
    return {
      code: 'SPEC_UNKNOWN_KEY',
      message: `unknown key \`${shortened(key)}\`${placeOf(path)}`,
      path: [...path, key],
      at: 'key',
      hint: () =>
        shape.memberHint(path, key) ?? unknownKeyHint(key, shape.meantKey(key, known) ?? nearest(key, known), known),
    }
  },
  required: ({ shape, error, path, value }) => {
    const key = String(error.params['missingProperty'])
    if (key in (value as object)) return undefined
    const hint = path.length === 0 ? shape.rootHints[key] : undefined
    return {
      code: 'SPEC_MISSING_KEY',
      message: `\`${key}\` is missing${placeOf(path)}`,
      path: [...path, key],
      at: 'key',
      hint,
    }
  },
  propertyNames: ({ shape, error, path, schemaPath }) => {
    const name = String(error.params['propertyName'])
    return {
      code: 'SPEC_BAD_NAME',
      message: `${quoted(name)} is not ${shape.expectations[`${schemaPath}/propertyNames`]}`,
      path: [...path, name],
      at: 'key',
    }
  },
  type: ({ shape, error, path, schemaPath, value }) => ({
    code: 'SPEC_WRONG_TYPE',
    message: `${placeName(path)} must be ${wordsOf(error.params['type'])}, not ${describeValue(value)}`,
    path,
    at: 'value',
    hint:
      shape.valueHint(path, value) ?? typeHint(wordsOf(error.params['type']), value, shape.expectations[schemaPath]),
  }),
  pattern: ({ shape, error, path, schemaPath, value }) =>
    error.propertyName === undefined
      ? {
          code: 'SPEC_INVALID_VALUE',
          message: `${placeName(path)} must be ${shape.expectations[schemaPath] ?? error.params['pattern']}, not ${describeValue(value)}`,
          path,
          at: 'value',
        }
      : undefined,
  enum: ({ shape, error, path, value }) => {
    const allowed = (error.params['allowedValues'] as unknown[]).map(String)
    return {
      code: 'SPEC_INVALID_VALUE',
      message: `${placeName(path)} must be one of ${allowed.join(', ')}, not ${describeValue(value)}`,
      path,
      at: 'value',
      hint: () =>
        typeof value === 'string' ? (shape.valueHint(path, value) ?? didYouMean(value, allowed)) : undefined,
    }
  },
  const: ({ error, path, value }) => ({
    code: 'SPEC_INVALID_VALUE',
    message: `${placeName(path)} must be ${JSON.stringify(error.params['allowedValue'])}, not ${describeValue(value)}`,
    path,
    at: 'value',
  }),
  minimum: ({ shape, error, path, value }) => outOfRange(shape, path, `at least ${error.params['limit']}`, value),
  maximum: ({ shape, error, path, value }) => outOfRange(shape, path, `at most ${error.params['limit']}`, value),
  minItems: ({ path }) => ({
    code: 'SPEC_INVALID_VALUE',
    message: `${placeName(path)} must not be empty`,
    path,
    at: 'value',
  }),
  minProperties: ({ path }) => ({
    code: 'SPEC_INVALID_VALUE',
    message: `${placeName(path)} must not be empty`,
    path,
    at: 'value',
  }),
  maxProperties: ({ error, path }) => ({
    code: 'SPEC_INVALID_VALUE',
    message: `${placeName(path)} must have only ${error.params['limit']} key`,
    path,
    at: 'value',
  }),
}

function unknownKeyHint(key: string, meant: string | undefined, known: readonly string[]): string {
  if (key === '<<') return 'YAML 1.2 has no merge keys: write the keys out, or share whole values by an alias'
  return meant === undefined ? `known here: ${known.join(', ')}` : `did you mean \`${meant}\`?`
}

function outOfRange(shape: Shape, path: Path, limit: string, value: unknown): Problem {
  const message = `${placeName(path)} must be ${limit}, not ${String(value)}`
  return { code: 'SPEC_OUT_OF_RANGE', message, path, at: 'value', hint: shape.valueHint(path, value) }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a mapping',
  array: 'a list',
}

function wordsOf(type: unknown): string {
  const words = [type].flat().flatMap((name) => typeWords[String(name)] ?? [])
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : (words[0] ?? String(type))
}

/** A number or a boolean where a text is wanted is put in quotes; the source text is filled in where the position is known. */
function typeHint(words: string, value: unknown, expected: string | undefined): string | undefined {
  if (words.includes('a text') && (typeof value === 'number' || typeof value === 'boolean')) return quoteHint
  if (words === 'a list' && typeof value === 'string') return `write it as a list: [${quoted(value)}]`
  return expected === undefined ? undefined : `expected ${expected}`
}

/** Stands for "put it in quotes: "0755"", which takes the value as it was written. */
export const quoteHint = 'put it in quotes'

/** ` in volumes.music`, or nothing at the root. */
function placeOf(path: Path): string {
  return path.length === 0 ? '' : ` in ${placeName(path)}`
}

function placeName(path: Path): string {
  return (
    path
      .map((step, index) => (isIndex(step) ? `[${step}]` : `${index === 0 ? '' : '.'}${shortened(String(step))}`))
      .join('') || 'the file'
  )
}

function isIndex(step: string | number): boolean {
  return typeof step === 'number' || /^\d+$/.test(step)
}

function pathOf(pointer: string): Path {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}

function markUnreadable(root: unknown, path: Path): void {
  const container = valueAt(root, path.slice(0, -1))
  const key = path.at(-1)
  if (typeof container === 'object' && container !== null && key !== undefined) {
    ;(container as Record<string | number, unknown>)[key] = undefined
  }
}

/** Drops an unknown key; the known one that it most likely stood for counts as written but unreadable. */
function forgetUnknown(shape: Shape, root: unknown, path: Path, error: ErrorObject): void {
  const container = valueAt(root, path.slice(0, -1)) as Record<string, unknown>
  const key = String(path.at(-1))
  delete container[key]
  const schemaPath = error.schemaPath.slice(0, error.schemaPath.lastIndexOf('/'))
  const known = shape.knownKeys[schemaPath] ?? []
  const meant = shape.meantKey(key, known) ?? nearest(key, known)
  if (meant !== undefined && !Object.hasOwn(container, meant)) container[meant] = undefined
}
