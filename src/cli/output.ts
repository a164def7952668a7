import { messageOf, UsageError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'

let failure: NodeJS.ErrnoException | undefined

/**
 * Notes what goes wrong with the standard streams from now on. A reader that has seen enough (`evenkeel show | head`) is no
 * failure, and nothing stops for it: an apply goes on. What cannot be said on standard error is not said.
 */
export function watchOutput(): void {
  process.stdout.on('error', (error) => (failure ??= error))
  process.stderr.on('error', () => undefined)
}

/**
 * Ends the process once everything that was written has been taken: a pipe holds 64 KiB, and its reader may be slow.
 * A result that could not be written (a full disk) is a failure, whatever the command itself has to say.
 */
export async function leave(exitCode: number): Promise<never> {
  await flushed(process.stdout)
  if (failure !== undefined && failure.code !== 'EPIPE') {
    const { reportFailure } = await import('./failure.js')
    const message = `what was to be printed could not be written: ${messageOf(failure)}`
    reportFailure(new UsageError('OUTPUT_FAILED', message, { cause: failure }))
  }
  await flushed(process.stderr)
  const isLost = failure !== undefined && failure.code !== 'EPIPE' && exitCode !== exitCodes.interrupted
  process.exit(isLost ? exitCodes.failure : exitCode)
}

/** Resolves when the stream has handed on, or given up, what it was given so far. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // The error event comes after the callbacks: it is to be seen before anybody goes on.
    stream.write('', () => setImmediate(resolve))
  })
}
