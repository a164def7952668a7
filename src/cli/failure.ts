import { asEvenkeelError, SpecError, type EvenkeelError } from '../core/errors.js'
import { failureExitCode } from '../core/exit-codes.js'
import { failureText as textOfFailure } from '../report/failure-text.js'
import { useColor } from './terminal.js'

/** Tells people on standard error why a command failed, in one paragraph. Returns the exit status. */
export function reportFailure(thrown: unknown): number {
  const error = asEvenkeelError(thrown)
  const name = error instanceof SpecError ? '' : 'evenkeel: '
  process.stderr.write(`${name}${failureText(error, useColor(process.stderr))}\n`)
  return failureExitCode(error)
}

/** Why a command failed, without a line break at the end; with stack traces where the environment asks for them. */
export function failureText(error: EvenkeelError, color: boolean): string {
  return textOfFailure(error, color, process.env['EVENKEEL_DEBUG'] === '1')
}
