import type { Diagnostic } from '../core/errors.js'
import type { Place, Source, Sources } from './bases/sources.js'
import { codeFrame } from './yaml/code-frame.js'
import type { Problem } from './problem.js'
import { quoteHint } from './shape/shape-problems.js'

/** Of more mistakes than people read, the first ones are told, and the rest counted. */
const diagnosticsMax = 100

export interface Diagnosis {
  /** The first mistakes, in file order, those of the file that was named first; those that stand in no file come before. */
  readonly diagnostics: readonly Diagnostic[]
  /** How many were found in all. */
  readonly total: number
  /** Whether the file was not looked at any further after them. */
  readonly isCut?: boolean
}

/** Problems and syntax errors with their positions. */
export function diagnosticsOf(sources: Sources, problems: readonly Problem[]): Diagnosis {
  const found: Placed[] = sources.files.flatMap((source) =>
    source.document.syntax.map((mistake) => ({
      problem: {
        code: mistake.isDuplicateKey ? ('SPEC_DUPLICATE_KEY' as const) : ('SPEC_SYNTAX' as const),
        message: mistake.message,
        hint: mistake.hint,
      },
      place: { source, span: mistake },
    })),
  )
  const told = new Set<string>()
  for (const problem of problems) {
    const key = [problem.code, problem.message, problem.within ?? '', problem.layer ?? '', ...problem.path].join('\0')
    if (told.has(key)) continue
    told.add(key)
    found.push({ problem, place: problem.origin === undefined ? sources.placeOf(problem) : undefined })
  }
  const order = new Map(sources.files.map((source, index) => [source, index]))
  const rank = ({ place }: Placed) => (place ? (order.get(place.source) ?? 0) : -1)
  const start = ({ place }: Placed) => place?.span.start ?? -1
  const sorted = found.toSorted((left, right) => rank(left) - rank(right) || start(left) - start(right))
  const diagnostics = sorted.slice(0, diagnosticsMax).map((one) => diagnosticOf(sources, one))
  return { diagnostics, total: found.length }
}

/** A mistake, and where it stands in a file, if it does. */
interface Placed {
  readonly problem: Told | Problem
  readonly place: Place | undefined
}

type Told = Pick<Problem, 'code' | 'message' | 'hint'>

function diagnosticOf(sources: Sources, { problem, place }: Placed): Diagnostic {
  const told = { code: problem.code, message: problem.message, ...hintMember(problem, sources, place?.lacking) }
  const file = (place?.source ?? sources.files[0])?.file ?? ''
  if (!place) return { ...told, file: ('origin' in problem && problem.origin) || file, line: 1, column: 1 }
  const { source, span } = place
  const { line, column } = source.document.positionOf(span.start)
  return { ...told, file, line, column, frame: codeFrame(source.lines, line, column, span.end - span.start) }
}

function hintMember(
  problem: Told | Problem,
  sources: Sources,
  lacking: string | undefined,
): { readonly hint?: string } {
  const hint = (typeof problem.hint === 'function' ? problem.hint() : problem.hint) ?? lacking
  const source = hint === quoteHint && 'path' in problem ? writtenAt(sources.ownerOf(problem.path), problem) : undefined
  if (source !== undefined) return { hint: `${quoteHint}: "${source}"` }
  return hint === undefined ? {} : { hint }
}

/** The scalar as it stands in the file. */
function writtenAt({ document }: Source, { path }: Problem): string | undefined {
  return document.sourceOf(path)
}
