import { systemClock, type Clock } from '../../core/clock.js'
import type { SharedTurn } from '../../core/work-scope.js'
import { createTokenBucket, type TokenBucket } from '../../providers/ec2/wire/token-bucket.js'

/**
 * EC2's buckets as several stacks in one process draw from them: each of their sessions knows of its own calls alone. Returns how a
 * stack of that account and region takes its turns.
 */
export function createSharedTurns(clock: Clock = systemClock): (account: string, region: string) => SharedTurn {
  const buckets = new Map<string, TokenBucket>()
  return (account, region) => async (name, rate, tokens) => {
    const key = JSON.stringify([account, region, name])
    const bucket = buckets.get(key) ?? createTokenBucket(rate, clock)
    buckets.set(key, bucket)
    for (let waitMs = bucket.waitMs(tokens); waitMs > 0; waitMs = bucket.waitMs(tokens)) await clock.sleep(waitMs)
    bucket.take(tokens)
  }
}
