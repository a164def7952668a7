import { SpecError, UsageError } from '../../core/errors.js'
import { laidOut } from '../../spec/writing/canonical-layout.js'
import { syntaxMistakes } from '../../spec/writing/syntax-mistakes.js'
import { readText } from '../input/read-text.js'
import { writeWhole } from '../saved-plan/write-whole.js'

/**
 * The canonical layout of a text; `file` is its name to people. Throws a SpecError with what keeps it from being read, and a
 * UsageError where the layout cannot be had.
 */
export function formattedText(file: string, text: string): string {
  const { diagnostics, total } = syntaxMistakes({ file, text })
  if (total > 0) throw new SpecError(diagnostics, total)
  const written = laidOut(text)
  if (written === undefined) {
    throw new UsageError('STACK_FILE_NOT_LAID_OUT', `the file ${file} cannot be laid out without losing something`, {
      hint: 'it stays as it is; write each outermost key at the beginning of a line, and comments on lines of their own',
    })
  }
  return written
}

/** Lays out a file, unless it is only looked at. Returns whether it was not laid out so. */
export function formatFile(path: string, { check }: { readonly check: boolean }): boolean {
  const before = readText(path)
  const after = formattedText(path, before)
  if (after === before) return false
  if (!check) writeWhole(path, after, { what: 'the stack file', mode: 'kept' })
  return true
}
