import type { ExecStreams } from '../../executor/ports.js'
import { exitCodes } from '../../core/exit-codes.js'
import { onInterrupt } from '../interruption.js'

/**
 * Hands this process's streams to `work`: as a terminal, whose keys go to the other side one by one, where input and output
 * are one, and as they are where not. Ctrl-C and its like interrupt the work; the second time they end this process.
 */
export async function withExecStreams(work: (streams: ExecStreams) => Promise<number>): Promise<number> {
  const { stdin, stdout, stderr } = process
  const controller = new AbortController()
  const release = onInterrupt(() => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    controller.abort()
  })
  const isTerminal = stdin.isTTY && stdout.isTTY
  try {
    if (isTerminal) stdin.setRawMode(true)
    return await work({
      stdin,
      stdout,
      stderr,
      interrupt: controller.signal,
      ...(isTerminal && {
        terminal: {
          term: process.env['TERM'] ?? 'dumb',
          size: () => ({ rows: stdout.rows || 24, cols: stdout.columns || 80 }),
          onResize: (listener: () => void) => {
            stdout.on('resize', listener)
            return () => void stdout.off('resize', listener)
          },
        },
      }),
    })
  } finally {
    if (isTerminal) stdin.setRawMode(false)
    release()
  }
}
