import pico from 'picocolors'
import type { Diagnostic } from '../core/errors.js'
import { count } from '../core/units.js'
import type { Colors } from './colors.js'
import { frameLines } from './frame-lines.js'
import { legibleData } from './legible.js'

export interface FormatOptions {
  readonly color: boolean
  /** How many were found, where not all are shown. */
  readonly total?: number
  /** Whether the file was not looked at any further after them. */
  readonly isCut?: boolean
}

/**
 * Diagnostics as a terminal shows them, as compilers do: `file:line:column  error CODE  message`, the lines around it,
 * a hint, and in the end how many there are, shown or not. No newline at the end; an empty text for none.
 */
export function formatDiagnostics(
  found: readonly Diagnostic[],
  { color, total = found.length, isCut = false }: FormatOptions,
): string {
  if (found.length === 0) return ''
  const diagnostics = legibleData(found)
  const colors = pico.createColors(color)
  const blocks = diagnostics.map((diagnostic) => formatOne(diagnostic, colors))
  return [...blocks, colors.bold(summary(diagnostics, total, isCut))].join('\n\n')
}

function formatOne({ code, message, file, line, column, frame, hint }: Diagnostic, colors: Colors): string {
  const place =
    frame === undefined ? colors.cyan(file) : `${colors.cyan(file)}:${colors.yellow(line)}:${colors.yellow(column)}`
  const lines = [`${place}  ${colors.red('error')} ${colors.dim(code)}  ${colors.bold(message)}`]
  if (frame !== undefined) lines.push(...frameLines(frame, colors).map((text) => `  ${text}`))
  if (hint !== undefined) lines.push(`  ${colors.green('hint:')} ${hint}`)
  return lines.join('\n')
}

/** `3 mistakes in stack.yaml`; a mistake on the command line counts with the file's. */
function summary(diagnostics: readonly Diagnostic[], total: number, isCut: boolean): string {
  const files = new Set(diagnostics.flatMap(({ frame, file }) => (frame === undefined ? [] : file)))
  const where = files.size === 0 ? '' : ` in ${[...files].join(', ')}`
  const found = `${count(total, 'mistake')}${where}`
  const mistakes = isCut ? `${found}, and the rest was not looked at` : found
  return total > diagnostics.length ? `${mistakes}; the first ${diagnostics.length} are shown` : mistakes
}
