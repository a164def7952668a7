import type { Secret } from '../../model/template.js'
import { environmentName, givenFor, type GivenValue, type VariableInput } from './given.js'
import { literalHint, mayInterpolate, piecesOf } from './interpolation.js'
import { didYouMean } from '../nearest.js'
import { nearMisses } from './near-misses.js'
import { describeValue, quoted } from '../problem.js'
import type { Path, Problem, Report } from '../problem.js'

export type Scalar = string | number | boolean
type VariableType = 'string' | 'integer' | 'number' | 'boolean'

/**
 * The variables that a stack file declares: each with its value, or undefined where its mistake was told already. Of a
 * sensitive one there is the name alone.
 */
export type Variables = ReadonlyMap<string, Scalar | Secret | undefined>

export function isSecret(value: Scalar | Secret | undefined): value is Secret {
  return typeof value === 'object'
}

/** What is known of the variables of a stack file. */
export interface ResolvedVariables {
  readonly values: Variables
  /** What was given for declared variables that are not sensitive, as text. */
  readonly given: Readonly<Record<string, string>>
  readonly sensitive: readonly SensitiveVariable[]
  /** Sentences for people about names that may be slips. */
  readonly notices: readonly string[]
}

/** A variable whose value nobody is to see. */
export interface SensitiveVariable {
  readonly name: string
  /** What was given for it; undefined: nothing. */
  readonly value: string | undefined
  /** The parameter of Systems Manager that has it where nothing is given. */
  readonly ssm: string | undefined
  /** What is wrong with a value, to be read after it: "is not a number". */
  mistakeIn(value: string): string | undefined
}

const typeNames: Readonly<Record<VariableType, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

const converters: Readonly<Record<VariableType, (text: string) => Scalar | undefined>> = {
  string: (text) => text,
  integer: (text) => (/^[-+]?\d{1,15}$/.test(text) ? Number(text) : undefined),
  number: (text) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined),
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
}

/** The value of every declared variable: what was given for it, else its default. `section` need not be well formed. */
export function resolveVariables(section: unknown, input: VariableInput, report: Report): ResolvedVariables {
  const values = new Map<string, Scalar | Secret | undefined>()
  const texts: [string, string][] = []
  const sensitive: SensitiveVariable[] = []
  const declarations = Object.entries(isMapping(section) ? section : {})
  for (const [name, declaration] of declarations) {
    if (isMapping(declaration) && declaration['sensitive'] === true) {
      const resolved = resolveSensitive(name, declaration, givenFor(name, input), report)
      values.set(name, resolved.secret)
      sensitive.push(resolved.variable)
      continue
    }
    const given = givenFor(name, input.isSettled === true ? { variables: input.variables } : input)
    values.set(name, resolveVariable(name, declaration ?? {}, given, report))
    if (given) texts.push([name, given.text])
  }
  reportClashes(
    declarations.map(([name]) => name),
    report,
  )
  for (const name of Object.keys(input.variables ?? {})) {
    if (values.has(name)) continue
    const hint = () => didYouMean(name, values.keys()) ?? 'declare it under `variables` in the stack file'
    const message = `the stack file declares no variable \`${name}\``
    report({ code: 'SPEC_UNKNOWN_VARIABLE', message, path: [], at: 'value', hint, origin: '--var' })
  }
  return { values, given: Object.fromEntries(texts), sensitive, notices: nearMisses(values, input) }
}

/** Two names for which one variable of the environment would stand. */
function reportClashes(names: readonly string[], report: Report): void {
  const known = new Map<string, string>()
  for (const name of names) {
    const inEnvironment = environmentName(name)
    const other = known.get(inEnvironment)
    known.set(inEnvironment, other ?? name)
    if (other === undefined) continue
    const message = `\`${name}\` and \`${other}\` are both called ${inEnvironment} in the environment`
    report({ code: 'SPEC_VARIABLE_CLASH', message, path: ['variables', name], at: 'key', hint: 'rename one of them' })
  }
}

/** Chosen: every line of every output is searched for all of it. */
const sensitiveCharactersMax = 64 * 1024

/** Checked without a word of it in any message. */
function resolveSensitive(
  name: string,
  declaration: Record<string, unknown>,
  given: GivenValue | undefined,
  report: Report,
): { readonly secret: Secret; readonly variable: SensitiveVariable } {
  const { type: written = 'string', version, valueFrom } = declaration
  const type = isVariableType(written) ? written : 'string'
  const rules = rulesOf(name, declaration, type, report)
  if ((declaration['default'] ?? '') !== '') {
    const message = 'a sensitive variable has no default: what stands in the file is no secret'
    const hint = `give it as ${environmentName(name)}, or in a file that is not in the repository`
    report({ code: 'SPEC_SENSITIVE_DEFAULT', message, path: ['variables', name, 'default'], at: 'value', hint })
  }
  const mistakeOf = (text: string) => {
    // Of a NUL a shell makes nothing, and half of a character has no bytes.
    if (/\0|[\ud800-\udfff]/u.test(text)) return 'has characters that cannot be written anywhere'
    if (text.length > sensitiveCharactersMax) return `has more than ${sensitiveCharactersMax} characters`
    const converted = converters[type](text)
    return converted === undefined ? `is not ${typeNames[type]}` : mistakeIn(converted, type, rules)
  }
  const tell = (code: Problem['code'], what: string, hint?: string) =>
    report({
      code,
      message: `the value given for variable \`${name}\` ${what}`,
      ...placeless,
      hint,
      origin: given?.origin,
    })
  if (given?.isOnCommandLine === true) {
    const hint = `give it as ${environmentName(name)}, in a file with --var ${name}=@file, or in a --var-file`
    tell('SPEC_SENSITIVE_SPOKEN', 'is sensitive, and everybody on this machine can read a command line', hint)
  } else if (given) {
    const mistake = mistakeOf(given.text)
    if (mistake !== undefined) tell('SPEC_VARIABLE_INVALID', mistake)
  }
  const parameter = isMapping(valueFrom) ? valueFrom['ssm'] : undefined
  return {
    secret: { secret: name, ...(typeof version === 'number' && { version }) },
    variable: {
      name,
      value: given?.text ?? (declaration['default'] === '' ? '' : undefined),
      ssm: typeof parameter === 'string' ? parameter : undefined,
      mistakeIn: mistakeOf,
    },
  }
}

const placeless = { path: [], at: 'value' } as const

function resolveVariable(name: string, declaration: unknown, given: GivenValue | undefined, report: Report) {
  if (!isMapping(declaration)) return undefined
  for (const key of ['valueFrom', 'version']) {
    if (!Object.hasOwn(declaration, key)) continue
    const message = `\`${key}\` is for variables that are \`sensitive: true\``
    report({ code: 'SPEC_CONFLICTING_KEYS', message, path: ['variables', name, key], at: 'key' })
  }
  const type = declaration['type'] ?? 'string'
  if (!isVariableType(type)) return undefined
  const rules = rulesOf(name, declaration, type, report)
  const fallback = plainDefault(name, declaration['default'], report)
  let value: Scalar | undefined
  if (fallback !== undefined) {
    const mistake = isScalar(fallback) ? mistakeIn(fallback, type, rules) : undefined
    if (mistake) report(defaultProblem(name, fallback, mistake))
    else if (isScalar(fallback)) value = fallback
  }
  if (given !== undefined) {
    const { text, origin } = given
    const converted = converters[type](text)
    const mistake = converted === undefined ? `is not ${typeNames[type]}` : mistakeIn(converted, type, rules)
    if (!mistake) return converted
    const message = `the value ${quoted(text)} given for variable \`${name}\` ${mistake}`
    report({ code: 'SPEC_VARIABLE_INVALID', message, ...placeless, origin })
    return undefined
  }
  if (!('default' in declaration)) {
    report({
      code: 'SPEC_VARIABLE_MISSING',
      message: `variable \`${name}\` has no default and no value was given`,
      path: ['variables', name],
      at: 'key',
      hint: `give one with --var ${name}=…, as ${environmentName(name)}, or in a --var-file`,
    })
  }
  return value
}

/** A default with its escapes undone; undefined where it names another variable, or is absent. */
function plainDefault(name: string, written: unknown, report: Report): unknown {
  if (typeof written !== 'string' || !mayInterpolate(written)) return written
  const pieces = piecesOf(written)
  for (const piece of pieces) {
    if (piece.kind === 'text') continue
    const message = 'a variable cannot be declared by way of another'
    const path = ['variables', name, 'default']
    report({ code: 'SPEC_BAD_REFERENCE', message, path, at: 'value', within: piece.source, hint: literalHint })
    return undefined
  }
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('')
}

interface Rules {
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  readonly pattern: RegExp | undefined
  readonly allowed: readonly Scalar[] | undefined
}

function rulesOf(name: string, declaration: Record<string, unknown>, type: VariableType, report: Report): Rules {
  const { minimum, maximum, pattern, enum: allowed } = declaration
  return {
    minimum: typeof minimum === 'number' ? minimum : undefined,
    maximum: typeof maximum === 'number' ? maximum : undefined,
    pattern: typeof pattern === 'string' && type === 'string' ? compile(name, pattern, report) : undefined,
    allowed: Array.isArray(allowed) ? allowed.filter(isScalar) : undefined,
  }
}

function compile(name: string, pattern: string, report: Report): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    const path = ['variables', name, 'pattern']
    report({ code: 'SPEC_VARIABLE_INVALID', message: `${quoted(pattern)} is no regular expression`, path, at: 'value' })
    return undefined
  }
}

/** What is wrong with a value, to be read after it: "is more than 100". */
function mistakeIn(value: Scalar, type: VariableType, rules: Rules): string | undefined {
  if (!hasType(value, type)) return `is not ${typeNames[type]}`
  if (typeof value === 'number' && rules.minimum !== undefined && value < rules.minimum)
    return `is less than ${rules.minimum}`
  if (typeof value === 'number' && rules.maximum !== undefined && value > rules.maximum)
    return `is more than ${rules.maximum}`
  if (typeof value === 'string' && rules.pattern && !rules.pattern.test(value))
    return `does not match ${rules.pattern.source}`
  if (rules.allowed && !rules.allowed.includes(value)) return `is none of ${rules.allowed.join(', ')}`
  return undefined
}

function hasType(value: Scalar, type: VariableType): boolean {
  if (type === 'integer') return Number.isSafeInteger(value)
  if (type === 'number') return Number.isFinite(value)
  return typeof value === type
}

function defaultProblem(name: string, value: unknown, mistake: string): Problem {
  const path: Path = ['variables', name, 'default']
  return {
    code: 'SPEC_VARIABLE_INVALID',
    message: `the default, ${describeValue(value)}, ${mistake}`,
    path,
    at: 'value',
  }
}

function isVariableType(type: unknown): type is VariableType {
  return typeof type === 'string' && Object.hasOwn(converters, type)
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
