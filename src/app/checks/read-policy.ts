import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Scalar } from 'yaml'
import type { Code } from '../../core/codes.js'
import { SpecError, type Diagnostic } from '../../core/errors.js'
import { codeFrame } from '../../spec/yaml/code-frame.js'
import { nearest } from '../../spec/nearest.js'
import { readText } from '../input/read-text.js'
import { readExpression, type Expression } from './rule-language.js'

/** What a team forbids, or wants to be told of. */
export interface Policy {
  readonly path: string
  readonly rules: readonly Rule[]
}

/** It is violated by each change, or by a plan, of which its expression is true. */
export interface Rule {
  readonly name: string
  readonly message: string
  readonly severity: 'warn' | 'deny'
  readonly expression: Expression
}

/** Chosen: a policy is read by people. */
const bytesMax = 1024 * 1024

/** Reads a policy. Throws a SpecError with every mistake in it, each at its place, and a UsageError for what cannot be read. */
export function readPolicy(path: string): Policy {
  const { rules, mistakes } = parsePolicy(path, readText(path, bytesMax))
  if (mistakes.length > 0) throw new SpecError(mistakes)
  return { path, rules }
}

const keysOfPolicy = ['checks', 'rules']
const keysOfRule = ['name', 'message', 'when', 'severity']

/** @internal exported for its test */
export function parsePolicy(file: string, text: string): { rules: readonly Rule[]; mistakes: readonly Diagnostic[] } {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const lines = text.split('\n')
  const mistakes: Diagnostic[] = []
  const tell = (code: Code, message: string, start: number, length = 1, hint?: string) => {
    const { line, col } = lineCounter.linePos(Math.min(start, text.length))
    const frame = codeFrame(lines, line, col, length)
    mistakes.push({ code, message, file, line, column: col, frame, ...(hint !== undefined && { hint }) })
  }
  for (const { message, pos } of [...document.errors, ...document.warnings]) tell('CHECKS_INVALID', message, pos[0])
  const rules = mistakes.length > 0 ? [] : rulesIn(document.contents)
  return { rules, mistakes: mistakes.sort((left, right) => left.line - right.line || left.column - right.column) }

  function rulesIn(root: unknown): readonly Rule[] {
    const members = membersOf(root, keysOfPolicy, 'a policy', 0)
    if (!members) return []
    const { checks, rules: list } = members
    if (!isScalar(checks) || checks.value !== 1) {
      tell('CHECKS_INVALID', 'a policy says its format: `checks: 1`', startOf(checks), lengthOf(checks))
    }
    if (!isSeq(list) || list.items.length === 0) {
      tell('CHECKS_INVALID', '`rules` is a list of at least one rule', startOf(list), lengthOf(list))
      return []
    }
    const names = new Set<string>()
    return list.items.flatMap((item) => {
      const rule = ruleIn(item)
      if (!rule) return []
      if (names.has(rule.name)) tell('CHECKS_INVALID', `two rules are called \`${rule.name}\``, startOf(item))
      names.add(rule.name)
      return [rule]
    })
  }

  function ruleIn(item: unknown): Rule | undefined {
    const members = membersOf(item, keysOfRule, 'a rule', startOf(item))
    if (!members) return undefined
    const name = textOf(members['name'], 'name', item)
    const message = textOf(members['message'], 'message', item)
    const when = textOf(members['when'], 'when', item)
    const { severity } = members
    const said = severity === undefined ? 'deny' : isScalar(severity) ? severity.value : undefined
    if (said !== 'deny' && said !== 'warn') {
      tell('CHECKS_INVALID', '`severity` is deny or warn', startOf(severity), lengthOf(severity))
    }
    if (name !== undefined && !/^[a-z0-9][a-z0-9-]{0,79}$/.test(name.value)) {
      tell('CHECKS_INVALID', 'a rule’s name has lower-case letters, digits and dashes', startOf(name), lengthOf(name))
    }
    const expression = when && expressionIn(when)
    if (name === undefined || message === undefined || expression === undefined) return undefined
    return { name: name.value, message: message.value, severity: said === 'warn' ? 'warn' : 'deny', expression }
  }

  function expressionIn(when: Scalar<string>): Expression | undefined {
    const read = readExpression(when.value)
    if ('holds' in read) return read
    const start = offsetIn(when, read.start)
    const isWithin = start !== undefined
    tell(
      'CHECKS_EXPRESSION',
      `\`when\`: ${read.message}`,
      start ?? startOf(when),
      isWithin ? read.length : lengthOf(when),
    )
    return undefined
  }

  /** Where a character of a value stands in the file; undefined where what is written differs from what it means. */
  function offsetIn(scalar: Scalar<string>, at: number): number | undefined {
    const [start, end] = scalar.range ?? [0, 0]
    const written = text.slice(start, end)
    const before = scalar.value.slice(0, at)
    const lineOfIt = scalar.value.split('\n')[before.split('\n').length - 1] ?? ''
    const column = before.length - (before.lastIndexOf('\n') + 1)
    const place = written.indexOf(lineOfIt)
    const isAlone = lineOfIt.trim() !== '' && place >= 0 && !written.includes(lineOfIt, place + 1)
    return isAlone ? start + place + column : undefined
  }

  function textOf(value: unknown, key: string, rule: unknown): Scalar<string> | undefined {
    if (isScalar(value) && typeof value.value === 'string' && value.value.trim() !== '') return value as Scalar<string>
    const what = value === undefined ? `\`${key}\` is missing` : `\`${key}\` is a text`
    tell('CHECKS_INVALID', `${what} in a rule`, value === undefined ? startOf(rule) : startOf(value), lengthOf(value))
    return undefined
  }

  function membersOf(
    node: unknown,
    known: readonly string[],
    what: string,
    start: number,
  ): Readonly<Record<string, unknown>> | undefined {
    if (!isMap(node)) {
      tell('CHECKS_INVALID', `${what} is a mapping with ${known.join(', ')}`, start)
      return undefined
    }
    const members: Record<string, unknown> = {}
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (!known.includes(name)) {
        const near = nearest(name, known)
        const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean \`${near}\`?`
        tell('CHECKS_INVALID', `unknown key \`${name}\` in ${what}`, startOf(key), lengthOf(key), hint)
      } else members[name] = value ?? key
    }
    return members
  }
}

function startOf(node: unknown): number {
  return (node as Node | undefined)?.range?.[0] ?? 0
}

function lengthOf(node: unknown): number {
  const [start, end] = (node as Node | undefined)?.range ?? [0, 1]
  return Math.max(1, end - start)
}
