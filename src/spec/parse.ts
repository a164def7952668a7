import type { Locate } from '../model/file-location.js'
import { analyse, saidWithoutMistakes, type AnalysisInput } from './analyse.js'
import { compose, type GivenBase, type StackText } from './bases/compose.js'
import { localPathFrom } from './bases/local-paths.js'
import { originAt, type Origin } from './bases/merge.js'
import { sourcesOf, type Sources } from './bases/sources.js'
import { diagnosticsOf, type Diagnosis } from './diagnostics.js'
import { placesIn, type Places } from './locate.js'
import type { Problem } from './problem.js'
import type { StackSpec } from '../model/stack-spec.js'
import type { VariableInput } from './variables/given.js'
import type { ResolvedVariables } from './variables/variables.js'
import { codeFrame, linesOf } from './yaml/code-frame.js'
import { readLargeDocument } from './yaml/large-document.js'
import { linePlacesOf } from './yaml/line-places.js'
import { sizeOfTexts } from './yaml/text-size.js'
import { readDocument } from './yaml/yaml-document.js'
import type { StackDocument } from './yaml/yaml-document.js'
import { readValues } from './yaml/yaml-values.js'

export interface ParseInput extends VariableInput, StackText {
  /** What the file's `extends` names, what the base's own names, and so on; `baseNamedIn` says what is to be read. */
  readonly bases?: readonly GivenBase[] | undefined
  /** `--target`: `sandbox` or a region, in place of the file's own. */
  readonly target?: string | undefined
}

export type ParseResult =
  | {
      readonly ok: true
      readonly spec: StackSpec
      readonly variables: ResolvedVariables
      /** Where an entry stands in its file; undefined for what evenkeel added by itself. */
      readonly locate: Locate
      readonly locateVariable: Places['locateVariable']
    }
  | ({ readonly ok: false } & Diagnosis)

/**
 * What a stack file and its bases say, or the mistakes in them, in file order. Pure: no file is read, no clock and no environment.
 * Small texts without a mistake are read without positions, and any other again with them; large ones are read once, by
 * another reader.
 */
export function parseStack(input: ParseInput): ParseResult {
  const bases = input.bases ?? []
  const texts: readonly StackText[] = [input, ...bases.flatMap((base) => ('text' in base ? base : []))]
  const { isLarge, tooManyFrom } = sizeOfTexts(texts.map(({ text }) => text))
  if (tooManyFrom !== undefined) return { ok: false, ...tooManyParts(texts, tooManyFrom) }
  const reader = isLarge ? readLargeDocument : readDocument
  const values = isLarge ? undefined : valuesOf(texts)
  const simple = values && compose(values, bases)
  if (simple && simple.problems.length === 0) {
    const quick = saidWithoutMistakes(simple.value, inputOf(simple.origin))
    if (quick) return { ok: true, ...quick, ...placesIn(sourcesOf(texts, simple.origin, documentAt)) }
  }
  const documents = texts.map((_, index) => documentAt(index))
  const composed = compose(
    documents.map(({ value }) => value),
    bases,
  )
  const sources = sourcesOf(texts, composed.origin, (index) => documents[index] ?? documentAt(index))
  const { said, problems, untold, isCut } = analyse(composed.value, inputOf(composed.origin))
  const isRead = documents.every(({ syntax }) => syntax.length === 0)
  if (said && isRead && composed.problems.length === 0) return { ok: true, ...said, ...placesIn(sources) }
  const found = [...composed.problems, ...problems]
  const believed = believable(sources, found, composed.isWhole)
  const { diagnostics, total } = diagnosticsOf(sources, believed)
  return { ok: false, diagnostics, total: believed.length === found.length ? total + untold : total, isCut }

  function documentAt(index: number): StackDocument {
    return reader(texts[index]?.text ?? '')
  }

  function inputOf(origin: Origin): AnalysisInput {
    const directories = ['', ...bases.map((base) => ('directory' in base ? base.directory : ''))]
    return {
      ...input,
      mayInterpolate: texts.some(({ text }) => text.includes('${')),
      localPath: (path, written) => localPathFrom(directories[originAt(origin, path).layer] ?? '', written),
    }
  }
}

function valuesOf(texts: readonly StackText[]): readonly unknown[] | undefined {
  const values: unknown[] = []
  for (const { text } of texts) {
    const read = readValues(text)
    if (!read) return undefined
    values.push(read.value)
  }
  return values
}

/** Codes of mistakes that an entry shows by itself, whatever the rest of the file and its bases say. */
const localCodes: ReadonlySet<string> = new Set([
  'SPEC_UNKNOWN_KEY',
  'SPEC_WRONG_TYPE',
  'SPEC_INVALID_VALUE',
  'SPEC_OUT_OF_RANGE',
  'SPEC_BAD_NAME',
])

/**
 * The problems that are worth telling. After a syntax error the rest of a text is guesswork, so only what stands in
 * entries that end before the first one is told; and of a stack without its base only what needs none.
 */
function believable(sources: Sources, problems: readonly Problem[], isWhole: boolean): readonly Problem[] {
  const limits = new Map(sources.files.map((source) => [source, brokenFrom(source.document)]))
  const isRead = [...limits.values()].every((limit) => limit === Number.POSITIVE_INFINITY)
  if (isRead && isWhole) return problems
  return problems.filter(({ code, path, layer }) => {
    if (layer !== undefined) return true
    if (!localCodes.has(code) || path.length === 0) return false
    const source = sources.ownerOf(path)
    const { document } = source
    return document.positionOf(document.endOf(path.slice(0, 2))).line < (limits.get(source) ?? 0)
  })
}

/** The line from which on nothing can be believed. */
function brokenFrom({ syntax, positionOf }: StackDocument): number {
  const broken = syntax.filter((mistake) => !mistake.isRecoverable).map(({ start }) => start)
  if (broken.length === 0) return Number.POSITIVE_INFINITY
  return positionOf(broken.reduce((first, start) => Math.min(first, start))).line
}

/** Of a text that is no stack file's no reader sees anything. */
function tooManyParts(
  texts: readonly StackText[],
  { index, offset }: { readonly index: number; readonly offset: number },
): Diagnosis {
  const { file, text } = texts[index] ?? { file: '', text: '' }
  const { line, column } = linePlacesOf(text.slice(0, offset))(offset)
  const message = 'up to here the file has more parts than the largest stacks, and it goes on'
  const hint = 'is this the right file? Make several stacks of one with more than 10,000 servers'
  const frame = codeFrame(linesOf(text.slice(0, offset + 1)), line, column, 1)
  return { diagnostics: [{ code: 'STACK_FILE_TOO_LARGE', message, file, line, column, frame, hint }], total: 1 }
}
