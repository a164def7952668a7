import type { Clock } from './clock.js'
import { Cancelled } from './errors.js'
import { workScope } from './work-scope.js'

/** Waits; rejects with Cancelled when nobody waits any more for what this is done for. */
export async function pause(clock: Clock, durationMs: number): Promise<void> {
  const { signal } = workScope()
  try {
    await clock.sleep(durationMs, signal)
  } catch (error) {
    throw signal?.aborted === true ? new Cancelled('the run was interrupted while it waited') : error
  }
}
