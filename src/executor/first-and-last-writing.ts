import type { Clock } from '../core/clock.js'
import { Cancelled } from '../core/errors.js'
import { inWorkScope } from '../core/work-scope.js'

/** The first writing of a run. An interruption ends it too: nothing has been done yet, and no step will be begun. */
export async function opening(interrupt: AbortSignal | undefined, write: () => Promise<void>): Promise<void> {
  try {
    await inWorkScope({ signal: interrupt }, write)
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
  }
}

/** Chosen: EC2 answers within a second; who pressed Ctrl-C does not wait through an outage. What was sent is still answered. */
const closingMs = 5_000

/** The last writing of a run: as patient as any other, but for a moment alone after an interruption, also one that comes meanwhile. */
export async function closing(
  interrupt: AbortSignal | undefined,
  clock: Clock,
  write: () => Promise<void>,
): Promise<void> {
  const over = new AbortController()
  const written = new AbortController()
  const endSoon = () =>
    void clock.sleep(closingMs, written.signal).then(
      () => over.abort(),
      () => undefined,
    )
  if (interrupt?.aborted === true) endSoon()
  else interrupt?.addEventListener('abort', endSoon, { once: true })
  try {
    await inWorkScope({ signal: over.signal }, write)
  } finally {
    interrupt?.removeEventListener('abort', endSoon)
    written.abort()
  }
}
