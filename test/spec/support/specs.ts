import { expect } from 'vitest'
import { parseStack } from '../../../src/spec/parse.js'
import type { ParseInput } from '../../../src/spec/parse.js'
import type { StackSpec } from '../../../src/model/stack-spec.js'

export const head = 'evenkeel: 1\nstack: demo\ntarget: sandbox\n'

/** A server that has all it needs, as one line. */
export const server = 'image: ami-12345678, type: t3.small'

export type Options = Omit<ParseInput, 'file' | 'text'>

/** The specification of a text that must be without mistakes. */
export function specOf(text: string, options: Options = {}): StackSpec {
  const result = parseStack({ file: 'stack.yaml', text, ...options })
  if (!result.ok) expect.fail(result.diagnostics.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return result.spec
}

/** `line:column CODE` of every mistake, in the order of the report. */
export function mistakesIn(text: string, options: Options = {}): string[] {
  return diagnosticsOf(text, options).map(({ line, column, code }) => `${line}:${column} ${code}`)
}

export function diagnosticsOf(text: string, options: Options = {}) {
  const result = parseStack({ file: 'stack.yaml', text, ...options })
  return result.ok ? [] : result.diagnostics
}
