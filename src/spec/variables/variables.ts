import { literalHint, mayInterpolate, piecesOf } from './interpolation.js'
import { didYouMean } from '../nearest.js'
import { describeValue, quoted } from '../problem.js'
import type { Path, Problem, Report } from '../problem.js'

export type Scalar = string | number | boolean
type VariableType = 'string' | 'integer' | 'number' | 'boolean'

/** The variables that a stack file declares: each with its value, or undefined where its mistake was told already. */
export type Variables = ReadonlyMap<string, Scalar | undefined>

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
export function resolveVariables(section: unknown, given: Readonly<Record<string, string>>, report: Report): Variables {
  const declared = new Map<string, Scalar | undefined>()
  for (const [name, declaration] of Object.entries(isMapping(section) ? section : {})) {
    const text = Object.hasOwn(given, name) ? given[name] : undefined
    declared.set(name, resolveVariable(name, declaration ?? {}, text, report))
  }
  for (const name of Object.keys(given)) {
    if (declared.has(name)) continue
    const hint = () => didYouMean(name, declared.keys()) ?? 'declare it under `variables` in the stack file'
    report(givenProblem('SPEC_UNKNOWN_VARIABLE', `the stack file declares no variable \`${name}\``, hint))
  }
  return declared
}

function resolveVariable(name: string, declaration: unknown, given: string | undefined, report: Report) {
  if (!isMapping(declaration)) return undefined
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
    const converted = converters[type](given)
    const mistake = converted === undefined ? `is not ${typeNames[type]}` : mistakeIn(converted, type, rules)
    if (!mistake) return converted
    const message = `the value ${quoted(given)} given for variable \`${name}\` ${mistake}`
    report(givenProblem('SPEC_VARIABLE_INVALID', message, undefined))
    return undefined
  }
  if (!('default' in declaration)) {
    report({
      code: 'SPEC_VARIABLE_MISSING',
      message: `variable \`${name}\` has no default and no value was given`,
      path: ['variables', name],
      at: 'key',
      hint: `give one with --var ${name}=…`,
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

function givenProblem(code: Problem['code'], message: string, hint: Problem['hint']): Problem {
  return { code, message, path: [], at: 'value', hint, origin: '--var' }
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
