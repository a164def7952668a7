import type { Diagnostic } from '../core/errors.js'
import { codeFrame, linesOf } from './yaml/code-frame.js'
import type { Problem } from './problem.js'
import { quoteHint } from './shape/check-shape.js'
import type { Span, StackDocument } from './yaml/yaml-document.js'

/** Of more mistakes than people read, the first ones are told, and the rest counted. */
const diagnosticsMax = 100

export interface Diagnosis {
  /** The first mistakes, in file order; those that stand in no file come before. */
  readonly diagnostics: readonly Diagnostic[]
  /** How many were found in all. */
  readonly total: number
  /** Whether the file was not looked at any further after them. */
  readonly isCut?: boolean
}

/** Problems and syntax errors with their positions. */
export function diagnosticsOf(file: string, document: StackDocument, problems: readonly Problem[]): Diagnosis {
  const found: Placed[] = document.syntax.map((mistake) => ({
    problem: {
      code: mistake.isDuplicateKey ? 'SPEC_DUPLICATE_KEY' : 'SPEC_SYNTAX',
      message: mistake.message,
      hint: mistake.hint,
    },
    span: mistake,
  }))
  const told = new Set<string>()
  for (const problem of problems) {
    const key = [problem.code, problem.message, problem.within ?? '', ...problem.path].join('\0')
    if (told.has(key)) continue
    told.add(key)
    found.push({ problem, span: problem.origin === undefined ? spanOf(document, problem) : undefined })
  }
  const first = found.toSorted((left, right) => startOf(left) - startOf(right)).slice(0, diagnosticsMax)
  const lines = linesOf(document.text)
  return { diagnostics: first.map((one) => diagnosticOf(file, document, lines, one)), total: found.length }
}

/** A mistake, and where it stands in the file, if it does. */
interface Placed {
  readonly problem: Told | Problem
  readonly span: Span | undefined
}

type Told = Pick<Problem, 'code' | 'message' | 'hint'>

function startOf({ span }: Placed): number {
  return span?.start ?? -1
}

function diagnosticOf(
  file: string,
  document: StackDocument,
  lines: readonly string[],
  { problem, span }: Placed,
): Diagnostic {
  const told = { code: problem.code, message: problem.message, ...hintMember(document, problem) }
  if (!span) return { ...told, file: ('origin' in problem && problem.origin) || file, line: 1, column: 1 }
  const { line, column } = document.positionOf(span.start)
  return { ...told, file, line, column, frame: codeFrame(lines, line, column, span.end - span.start) }
}

function hintMember(document: StackDocument, problem: Told | Problem): { readonly hint?: string } {
  const hint = typeof problem.hint === 'function' ? problem.hint() : problem.hint
  const source = hint === quoteHint && 'path' in problem ? document.sourceOf(problem.path) : undefined
  if (source !== undefined) return { hint: `${quoteHint}: "${source}"` }
  return hint === undefined ? {} : { hint }
}

function spanOf(document: StackDocument, problem: Problem): Span {
  const span = document.spanOf(problem.path, problem.at)
  if (problem.within === undefined) return span
  const offset = document.text.slice(span.start, span.end).indexOf(problem.within)
  if (offset < 0) return span
  return { start: span.start + offset, end: span.start + offset + problem.within.length }
}
