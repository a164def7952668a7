import { BugError, EvenkeelError, messageOf, SpecError } from '../core/errors.js'
import { formatDiagnostics } from '../report/diagnostics-text.js'
import { errorParagraph } from '../report/error-text.js'
import { useColor } from './terminal.js'

/** Exit statuses (DESIGN.md, section 9); 0 is success and 1 any error not named here. */
export const exitCodes = {
  success: 0,
  failure: 1,
  changes: 2,
  drift: 2,
  pending: 3,
  unknown: 4,
  stale: 5,
  locked: 6,
  interrupted: 130,
} as const

/** Tells people on standard error why a command failed, in one paragraph. Returns the exit status. */
export function reportFailure(thrown: unknown): number {
  const color = useColor(process.stderr)
  if (thrown instanceof SpecError) {
    process.stderr.write(`${formatDiagnostics(thrown.diagnostics, { color })}\n`)
    return exitCodes.failure
  }
  const error = thrown instanceof EvenkeelError ? thrown : new BugError(messageOf(thrown), { cause: thrown })
  process.stderr.write(`evenkeel: ${errorParagraph(error)}\n`)
  if (error instanceof BugError || process.env['EVENKEEL_DEBUG'] === '1') process.stderr.write(`${stackOf(error)}\n`)
  if (error.code === 'PLAN_STALE') return exitCodes.stale
  return error.kind === 'cancelled' ? exitCodes.interrupted : exitCodes.failure
}

/** The stack traces of an error and of what caused it. */
function stackOf(error: Error): string {
  const own = error.stack ?? error.message
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own
}
