import type { Clock } from '../../core/clock.js'
import type { PassedTime } from './passed-time.js'

/** So long does whoever leaves try; while the process lives, others on its machine would take what it leaves for held. */
const limitMs = 5_000
const pauseMs = 500

/** Tries until it comes to pass, for some seconds; whether it did. What is interrupted is tried all the same. Never rejects. */
export async function insist(
  { clock, time }: { readonly clock: Clock; readonly time: PassedTime },
  work: () => Promise<unknown>,
): Promise<boolean> {
  for (const began = time.mark(); ; await clock.sleep(pauseMs)) {
    try {
      await work()
      return true
    } catch {
      if (time.since(began) >= limitMs) return false
    }
  }
}
