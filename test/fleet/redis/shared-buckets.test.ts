import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { queueAddressOf } from '../../../src/fleet/redis/queue-address.js'
import { connectSharedBuckets, windowOf, type SharedBuckets } from '../../../src/fleet/redis/shared-buckets.js'
import { noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'

const launches = { burst: 5, perSecond: 2 }
const place = { stack: 'any', account: 'sandbox', region: 'us-east-1' }

it('two windows that meet are never more than a bucket, and over time they are what flows into it', () => {
  for (const [burst, perSecond] of [
    [100, 20],
    [50, 5],
    [5, 2],
    [100, 10],
    [1000, 2],
  ] as const) {
    const { points, duration } = windowOf(burst, perSecond)
    expect(2 * points).toBeLessThanOrEqual(burst)
    expect(points / duration).toBe(perSecond)
  }
})

describe.skipIf(noRedisBecause !== undefined)('buckets that workers draw from together', { timeout: 60_000 }, () => {
  let redis: RedisServer
  const workers: SharedBuckets[] = []
  beforeAll(async () => {
    redis = await startRedis()
    for (const _ of ['first', 'second'])
      workers.push(connectSharedBuckets(queueAddressOf(redis.url, undefined), 'test'))
  })
  afterAll(async () => {
    for (const worker of workers) worker.close()
    await redis?.remove()
  })

  it('let no more calls through than one process would', async () => {
    const turns = workers.map((worker) => worker.turnIn(place))
    // Before they are connected nothing is counted.
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const began = Date.now()
    const calls = turns.flatMap((turn) => Array.from({ length: 4 }, () => turn('ec2 RunInstances', launches, 1)))
    const other = workers[0]?.turnIn({ ...place, region: 'eu-west-1' })('ec2 RunInstances', launches, 1)
    await other
    expect(Date.now() - began).toBeLessThan(900)
    await Promise.all(calls)
    expect(Date.now() - began).toBeGreaterThan(2900)
  })

  it('hold up nothing when Redis is gone', async () => {
    await redis.kill()
    const began = Date.now()
    await Promise.all(
      workers.flatMap((worker) =>
        Array.from({ length: 20 }, () => worker.turnIn(place)('ec2 RunInstances', launches, 1)),
      ),
    )
    expect(Date.now() - began).toBeLessThan(2000)
  })
})
