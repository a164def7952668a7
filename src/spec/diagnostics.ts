import type { Diagnostic } from '../core/errors.js'
import { codeFrame, linesOf } from './yaml/code-frame.js'
import type { Problem } from './problem.js'
import { quoteHint } from './shape/check-shape.js'
import type { Span, StackDocument } from './yaml/yaml-document.js'

/** Problems and syntax errors with their positions, in file order; those that stand in no file come first. */
export function diagnosticsOf(
  file: string,
  document: StackDocument,
  problems: readonly Problem[],
): readonly Diagnostic[] {
  const lines = linesOf(document.text)
  const found: Diagnostic[] = document.syntax.map((mistake) =>
    place(mistake, {
      code: mistake.isDuplicateKey ? 'SPEC_DUPLICATE_KEY' : 'SPEC_SYNTAX',
      message: mistake.message,
      hint: mistake.hint,
    }),
  )
  const told = new Set<string>()
  for (const problem of problems) {
    const key = [problem.code, problem.message, problem.within ?? '', ...problem.path].join('\0')
    if (told.has(key)) continue
    told.add(key)
    if (problem.origin === undefined) found.push(place(spanOf(document, problem), withSource(document, problem)))
    else found.push({ ...withHint(problem), file: problem.origin, line: 1, column: 1 })
  }
  return found.toSorted(
    (left, right) => rankOf(left) - rankOf(right) || left.line - right.line || left.column - right.column,
  )

  function place(span: Span, problem: Told): Diagnostic {
    const { line, column } = document.positionOf(span.start)
    return { ...withHint(problem), file, line, column, frame: codeFrame(lines, line, column, span.end - span.start) }
  }

  function rankOf(diagnostic: Diagnostic): number {
    return diagnostic.file === file ? 1 : 0
  }
}

type Told = Pick<Problem, 'code' | 'message' | 'hint'>

function withHint({ code, message, hint }: Told): Pick<Diagnostic, 'code' | 'message' | 'hint'> {
  return hint === undefined ? { code, message } : { code, message, hint }
}

function withSource(document: StackDocument, problem: Problem): Told {
  if (problem.hint !== quoteHint) return problem
  const source = document.sourceOf(problem.path)
  return source === undefined ? problem : { ...problem, hint: `${quoteHint}: "${source}"` }
}

function spanOf(document: StackDocument, problem: Problem): Span {
  const span = document.spanOf(problem.path, problem.at)
  if (problem.within === undefined) return span
  const offset = document.text.slice(span.start, span.end).indexOf(problem.within)
  if (offset < 0) return span
  return { start: span.start + offset, end: span.start + offset + problem.within.length }
}
