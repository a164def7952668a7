import { BugError, EvenkeelError, messageOf, PlanError, SpecError } from '../core/errors.js'
import { formatDiagnostics } from '../report/diagnostics-text.js'
import { errorParagraph } from '../report/error-text.js'
import { legible } from '../report/legible.js'
import { exitCodes } from './exit-codes.js'
import { useColor } from './terminal.js'

/** Tells people on standard error why a command failed, in one paragraph. Returns the exit status. */
export function reportFailure(thrown: unknown): number {
  const error = asEvenkeelError(thrown)
  const name = error instanceof SpecError ? '' : 'evenkeel: '
  process.stderr.write(`${name}${failureText(error, useColor(process.stderr))}\n`)
  return failureExitCode(error)
}

/** What was thrown; a bug, where nobody threw it on purpose. */
export function asEvenkeelError(thrown: unknown): EvenkeelError {
  return thrown instanceof EvenkeelError ? thrown : new BugError(messageOf(thrown), { cause: thrown })
}

/** Why a command failed, without a line break at the end. */
export function failureText(error: EvenkeelError, color: boolean): string {
  if (error instanceof SpecError) {
    const { diagnostics, total, isCut } = error
    return formatDiagnostics(diagnostics, { color, total, isCut })
  }
  const lines = [errorParagraph(error)]
  if (error instanceof PlanError) lines.push(...error.details.map((line) => `  ${legible(line)}`))
  if (error instanceof BugError || process.env['EVENKEEL_DEBUG'] === '1') lines.push(legible(stackOf(error)))
  return lines.join('\n')
}

export function failureExitCode(error: EvenkeelError): number {
  if (error.code === 'LOCKED' || error.code === 'LOCK_UNCERTAIN') return exitCodes.locked
  if (error.code === 'PLAN_STALE') return exitCodes.stale
  return error.kind === 'cancelled' ? exitCodes.interrupted : exitCodes.failure
}

/** The stack traces of an error and of what caused it. */
function stackOf(error: Error): string {
  const own = error.stack ?? error.message
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own
}
