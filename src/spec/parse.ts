import type { Locate } from '../model/file-location.js'
import { analyse, saidWithoutMistakes } from './analyse.js'
import { diagnosticsOf, type Diagnosis } from './diagnostics.js'
import { placesIn, type Places } from './locate.js'
import type { Problem } from './problem.js'
import type { StackSpec } from '../model/stack-spec.js'
import type { VariableInput } from './variables/given.js'
import type { ResolvedVariables } from './variables/variables.js'
import { codeFrame, linesOf } from './yaml/code-frame.js'
import { readLargeDocument } from './yaml/large-document.js'
import { linePlacesOf } from './yaml/line-places.js'
import { sizeOfText } from './yaml/text-size.js'
import { readDocument } from './yaml/yaml-document.js'
import type { StackDocument } from './yaml/yaml-document.js'
import { readValues } from './yaml/yaml-values.js'

export interface ParseInput extends VariableInput {
  /** Name of the file, as diagnostics tell it; nothing is read from it. */
  readonly file: string
  readonly text: string
  /** `--target`: `sandbox` or a region, in place of the file's own. */
  readonly target?: string | undefined
}

export type ParseResult =
  | {
      readonly ok: true
      readonly spec: StackSpec
      readonly variables: ResolvedVariables
      /** Where an entry stands in the file; undefined for what evenkeel added by itself. */
      readonly locate: Locate
      readonly locateVariable: Places['locateVariable']
    }
  | ({ readonly ok: false } & Diagnosis)

/**
 * What a stack file says, or the mistakes in it, in file order. Pure: no file is read, no clock and no environment.
 * A small text without a mistake is read without positions, and any other again with them; a large one is read once, by
 * another reader.
 */
export function parseStack(input: ParseInput): ParseResult {
  const { isLarge, tooManyFrom } = sizeOfText(input.text)
  if (tooManyFrom !== undefined) return { ok: false, ...tooManyParts(input, tooManyFrom) }
  const reader = isLarge ? readLargeDocument : readDocument
  const places = placesIn(input.file, input.text, reader)
  const values = isLarge ? undefined : readValues(input.text)
  const quick = values && saidWithoutMistakes(values.value, input)
  if (quick) return { ok: true, ...quick, ...places }
  const document = reader(input.text)
  const { said, problems, untold, isCut } = analyse(document.value, input)
  if (said && document.syntax.length === 0) return { ok: true, ...said, ...places }
  const believed = believable(document, problems)
  const { diagnostics, total } = diagnosticsOf(input.file, document, believed)
  return { ok: false, diagnostics, total: believed === problems ? total + untold : total, isCut }
}

/** Codes of mistakes that an entry shows by itself, whatever the rest of the file says. */
const localCodes: ReadonlySet<string> = new Set([
  'SPEC_UNKNOWN_KEY',
  'SPEC_WRONG_TYPE',
  'SPEC_INVALID_VALUE',
  'SPEC_OUT_OF_RANGE',
  'SPEC_BAD_NAME',
])

/**
 * The problems that are worth telling. After a syntax error the rest of a text is guesswork, so only what stands in
 * entries that end before the first one is told.
 */
function believable(document: StackDocument, problems: readonly Problem[]): readonly Problem[] {
  const broken = document.syntax.filter((mistake) => !mistake.isRecoverable).map(({ start }) => start)
  if (broken.length === 0) return problems
  const limit = document.positionOf(broken.reduce((first, start) => Math.min(first, start))).line
  return problems.filter(({ code, path }) => {
    if (!localCodes.has(code) || path.length === 0) return false
    return document.positionOf(document.endOf(path.slice(0, 2))).line < limit
  })
}

/** Of a text that is no stack file's no reader sees anything. */
function tooManyParts({ file, text }: ParseInput, offset: number): Diagnosis {
  const { line, column } = linePlacesOf(text.slice(0, offset))(offset)
  const message = 'up to here the file has more parts than the largest stacks, and it goes on'
  const hint = 'is this the right file? Make several stacks of one with more than 10,000 servers'
  const frame = codeFrame(linesOf(text.slice(0, offset + 1)), line, column, 1)
  return { diagnostics: [{ code: 'STACK_FILE_TOO_LARGE', message, file, line, column, frame, hint }], total: 1 }
}
