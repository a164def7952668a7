import type { Clock } from '../../../core/clock.js'
import type { Rate } from './request-rates.js'

/** Chosen: calls that left at the bucket's pace may arrive closer to each other than they left. */
const burstShare = 0.9
/** Chosen: others use the account too; each refusal takes a third of the pace, which comes back within some 20 s. */
const slowedBy = 0.67
const recoveryPerSecond = 0.02
const slowest = 0.1

/** What is left of one of EC2's buckets, as far as this process can know. */
export interface TokenBucket {
  /** Milliseconds until so many tokens are there; 0 when they are. Asked for more than it ever holds, it is full then. */
  waitMs(tokens: number): number
  /** Takes them, also where they are not there: what was sent was sent. */
  take(tokens: number): void
  /** EC2 refused a call: there was less in it than was thought, and it fills more slowly for a while. */
  slowDown(): void
}

export function createTokenBucket(rate: Rate, clock: Clock): TokenBucket {
  const burst = Math.max(1, Math.floor(rate.burst * burstShare))
  let tokens = burst
  let pace = 1
  let countedAt = clock.now()
  let slowedAt = -Infinity

  function count(): void {
    const now = clock.now()
    const seconds = Math.max(0, now - countedAt) / 1000
    countedAt = now
    tokens = Math.min(burst, tokens + seconds * rate.perSecond * pace)
    pace = Math.min(1, pace + seconds * recoveryPerSecond)
  }

  return {
    waitMs(wanted) {
      count()
      const missing = Math.min(wanted, burst) - tokens
      // What is less than a thousandth of a token was lost to rounding.
      return missing < 0.001 ? 0 : Math.ceil((missing * 1000) / (rate.perSecond * pace))
    },
    take(wanted) {
      count()
      tokens = Math.max(0, tokens - wanted)
    },
    slowDown() {
      count()
      tokens = Math.min(tokens, 0)
      // Calls that were in flight together are refused together. A clock may have been set back meanwhile.
      if (Math.abs(clock.now() - slowedAt) < 1000) return
      slowedAt = clock.now()
      pace = Math.max(slowest, pace * slowedBy)
    },
  }
}
