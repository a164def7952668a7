import { BugError, EvenkeelError, messageOf, PlanError, SpecError } from '../core/errors.js'
import { formatDiagnostics } from '../report/diagnostics-text.js'
import { errorParagraph } from '../report/error-text.js'
import { legible } from '../report/legible.js'
import { exitCodes } from './exit-codes.js'
import { useColor } from './terminal.js'

/** Tells people on standard error why a command failed, in one paragraph. Returns the exit status. */
export function reportFailure(thrown: unknown): number {
  const color = useColor(process.stderr)
  if (thrown instanceof SpecError) {
    const { diagnostics, total, isCut } = thrown
    process.stderr.write(`${formatDiagnostics(diagnostics, { color, total, isCut })}\n`)
    return exitCodes.failure
  }
  const error = thrown instanceof EvenkeelError ? thrown : new BugError(messageOf(thrown), { cause: thrown })
  process.stderr.write(`evenkeel: ${errorParagraph(error)}\n`)
  if (error instanceof PlanError) for (const line of error.details) process.stderr.write(`  ${legible(line)}\n`)
  if (error instanceof BugError || process.env['EVENKEEL_DEBUG'] === '1')
    process.stderr.write(`${legible(stackOf(error))}\n`)
  if (error.code === 'LOCKED' || error.code === 'LOCK_UNCERTAIN') return exitCodes.locked
  if (error.code === 'PLAN_STALE') return exitCodes.stale
  return error.kind === 'cancelled' ? exitCodes.interrupted : exitCodes.failure
}

/** The stack traces of an error and of what caused it. */
function stackOf(error: Error): string {
  const own = error.stack ?? error.message
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own
}
