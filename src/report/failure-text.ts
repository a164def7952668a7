import { BugError, PlanError, SpecError, type EvenkeelError } from '../core/errors.js'
import { formatDiagnostics } from './diagnostics-text.js'
import { errorParagraph } from './error-text.js'
import { legible } from './legible.js'

/** Why a command failed, without a line break at the end; `hasStack`: with the stack traces, which those of bugs have always. */
export function failureText(error: EvenkeelError, color: boolean, hasStack = false): string {
  if (error instanceof SpecError) {
    const { diagnostics, total, isCut } = error
    return formatDiagnostics(diagnostics, { color, total, isCut })
  }
  const lines = [errorParagraph(error)]
  if (error instanceof PlanError) lines.push(...error.details.map((line) => `  ${legible(line)}`))
  if (error instanceof BugError || hasStack) lines.push(legible(stackOf(error)))
  return lines.join('\n')
}

/** The stack traces of an error and of what caused it. */
function stackOf(error: Error): string {
  const own = error.stack ?? error.message
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own
}
