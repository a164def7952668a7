import { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { SharedTurn } from '../../core/work-scope.js'
import type { StackPlace } from '../types.js'
import { redisOptionsOf } from './connection.js'
import { digestOf, keyOf } from './queue-name.js'
import type { QueueAddress } from './queue-address.js'

/** Chosen: a Redis that takes longer than this would cost more than it saves. */
const answerMs = 250
/** Chosen: one that did not answer is not asked again for so long. */
const silentMs = 5000

/** EC2's buckets, as all workers of a fleet draw from them. */
export interface SharedBuckets {
  /** For work in an account and region. Where Redis is slow or gone, every worker goes by what it knows itself. */
  turnIn(place: StackPlace): SharedTurn
  close(): void
}

export function connectSharedBuckets(address: QueueAddress, fleet: string): SharedBuckets {
  const redis = new Redis({
    ...redisOptionsOf(address),
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: answerMs,
    retryStrategy: () => silentMs,
  })
  // The queue's connection says by itself that Redis is gone.
  redis.on('error', () => undefined)
  const limiters = new Map<string, RateLimiterRedis>()
  let silentUntil = 0

  function limiterOf({ burst, perSecond }: { readonly burst: number; readonly perSecond: number }): RateLimiterRedis {
    const { points, duration } = windowOf(burst, perSecond)
    const key = `${points}/${duration}`
    const keyPrefix = keyOf(fleet, 'bucket')
    const found = limiters.get(key) ?? new RateLimiterRedis({ storeClient: redis, keyPrefix, points, duration })
    limiters.set(key, found)
    return found
  }

  return {
    turnIn: ({ account, region }) =>
      async function turn(bucket, rate, tokens) {
        const limiter = limiterOf(rate)
        const key = digestOf(JSON.stringify([account, region, bucket]))
        while (Date.now() >= silentUntil) {
          try {
            await limiter.consume(key, Math.min(tokens, limiter.points))
            return
          } catch (refusal) {
            if (refusal instanceof RateLimiterRes) await sleep(refusal.msBeforeNext)
            else silentUntil = Date.now() + silentMs
          }
        }
      },
    close: () => redis.disconnect(),
  }
}

/**
 * Windows of half a bucket: what is taken at the end of one and at the beginning of the next is never more than EC2's bucket holds, and
 * over time it is what flows into it.
 *
 * @internal exported for its test
 */
export function windowOf(burst: number, perSecond: number): { readonly points: number; readonly duration: number } {
  const duration = Math.max(1, Math.floor(burst / 2 / perSecond))
  return { duration, points: Math.max(1, Math.floor(duration * perSecond)) }
}

/** A little longer: those who wait for one window would all come in its first millisecond. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(10, ms) * (1 + Math.random() / 10)))
}
