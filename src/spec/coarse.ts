import { analyse, type AnalysisInput } from './analyse.js'
import type { Diagnosis } from './diagnostics.js'
import { diagnosticsMax } from './diagnostics.js'
import { quickMistakeIn, readValues } from './yaml/yaml-values.js'

/**
 * Chosen: three times what a stack of 10,000 servers has, and seconds for the reader that knows positions. More is no stack file
 * that somebody wrote, and its mistakes are told where the quick reader finds them.
 */
const partsMax = 500_000

const marks: ReadonlySet<number> = new Set([...'\n,{}[]*&!?"\''].map((mark) => mark.charCodeAt(0)))

/** Whether a text has more parts, by the marks between them, than are read with their positions. */
export function isTooDense(text: string): boolean {
  let parts = 0
  // Most parts of a text are in the flow of others: `: ` and `- ` stand for one each.
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (marks.has(code) || ((code === colon || code === dash) && text.charCodeAt(index + 1) === space)) parts += 1
    if (parts > partsMax) return true
  }
  return false
}

const [colon, dash, space] = [0x3a, 0x2d, 0x20]

/** The mistakes in such a text: of syntax the first one, with its place; of meaning the first ones, by their names alone. */
export function coarseDiagnosis(input: AnalysisInput & { readonly file: string }): Diagnosis {
  const { file, text } = input
  const values = readValues(text)
  if (!values) {
    const { reason, line, column } = quickMistakeIn(text)
    const hint = 'is this the right file? It has more parts than the largest stacks'
    return { diagnostics: [{ code: 'SPEC_SYNTAX', message: reason, file, line, column, hint }], total: 1 }
  }
  const { problems, untold } = analyse(values.value, input)
  const diagnostics = problems.slice(0, diagnosticsMax).map(({ code, message, hint, origin }) => {
    const told = typeof hint === 'function' ? hint() : hint
    return { code, message, file: origin ?? file, line: 1, column: 1, ...(told !== undefined && { hint: told }) }
  })
  return { diagnostics, total: problems.length + untold }
}
