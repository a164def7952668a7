import type { Path, Problem } from '../problem.js'
import { linesOf } from '../yaml/code-frame.js'
import type { Span, StackDocument } from '../yaml/yaml-document.js'
import type { StackText } from './compose.js'
import { originAt, type Origin } from './merge.js'

/** One of the files that a stack is made of, with its positions: it is read when they are first asked for. */
export interface Source {
  readonly file: string
  readonly document: StackDocument
  readonly lines: readonly string[]
}

/** All files of a stack, from the one that was named down, and whose word stands where. */
export interface Sources {
  readonly files: readonly Source[]
  /** Whose word stands at a path, or whose the nearest thing around it is. */
  ownerOf(path: Path): Source
  /** Where a problem is told. */
  placeOf(problem: Problem): Place
}

export interface Place {
  readonly source: Source
  readonly span: Span
  /** Where the entry stands that lacks something, if that is another file. */
  readonly lacking?: string
}

export function sourcesOf(
  texts: readonly StackText[],
  origin: Origin,
  documentAt: (index: number) => StackDocument,
): Sources {
  const files = texts.map((text, index) => sourceOf(text, () => documentAt(index)))
  const [top] = files
  if (!top) throw new TypeError('a stack has a file')
  return {
    files,
    ownerOf: (path) => files[originAt(origin, path).layer] ?? top,
    placeOf: (problem) => {
      const { path, layer } = problem
      const found = originAt(origin, path)
      const owner = files[layer ?? found.layer] ?? top
      const isLeftOut = problem.code === 'SPEC_MISSING_KEY' && found.isRemoved !== true
      if (!isLeftOut || owner === top) return { source: owner, span: spanOf(owner.document, problem) }
      const { line, column } = owner.document.positionOf(owner.document.spanOf(path.slice(0, -1), 'key').start)
      const lacking = `${path.slice(0, -1).join('.')} stands in ${owner.file}:${line}:${column}`
      return { source: top, span: extendingSpan(top.document, path), lacking }
    },
  }
}

function sourceOf({ file, text }: StackText, read: () => StackDocument): Source {
  let document: StackDocument | undefined
  let lines: readonly string[] | undefined
  return {
    file,
    get document() {
      return (document ??= read())
    },
    get lines() {
      return (lines ??= linesOf(text))
    },
  }
}

function spanOf(document: StackDocument, problem: Problem): Span {
  const span = document.spanOf(problem.path, problem.at)
  if (problem.within === undefined) return span
  const offset = document.text.slice(span.start, span.end).indexOf(problem.within)
  if (offset < 0) return span
  return { start: span.start + offset, end: span.start + offset + problem.within.length }
}

/** A file that says nothing of it builds on one that does not say enough. */
function extendingSpan(document: StackDocument, path: Path): Span {
  return document.has(path.slice(0, 1)) ? document.spanOf(path, 'key') : document.spanOf(['extends'], 'value')
}
