import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newJob, newRound } from '../../../src/fleet/jobs/new-job.js'
import { connectQueue } from '../../../src/fleet/redis/connection.js'
import { queueAddressOf } from '../../../src/fleet/redis/queue-address.js'
import { createRedisEngine } from '../../../src/fleet/redis/redis-engine.js'
import type { FleetJob, FleetStack } from '../../../src/fleet/types.js'
import { carriedOutBy, plainStack, startPlainWorker } from '../../support/fleet/plain-workers.js'
import { noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'
import { until } from '../../support/until.js'

/** What each stack's drift takes; a job that waits for another of its stack is tried again after a second. */
const tookMs: Readonly<Record<string, number>> = { one: 200, two: 600, three: 4500 }

describe.skipIf(noRedisBecause !== undefined)('a job that waits', { timeout: 60_000 }, () => {
  let redis: RedisServer

  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis?.remove())

  it('for another of its stack begins soon after that, whatever else ends meanwhile', async () => {
    const here = { url: redis.url, fleet: 'waiting' }
    const stacks = Object.keys(tookMs).map((name) => plainStack(name))
    const work = async (job: FleetJob) => {
      const name = stacks.find(({ id }) => id === job.stack)?.place?.stack ?? ''
      await sleep(job.kind === 'plan' ? 0 : tookMs[name])
      return {}
    }
    const worker = startPlainWorker(here, stacks, work)
    await until(async () => (await redis.client.scard('evenkeel:waiting:queues')) > 1)
    const ended: string[] = []
    const wish = async (stack: FleetStack, kind: FleetJob['kind']) => {
      await carriedOutBy(here, stacks, [newJob(stack, { fleet: 'waiting', round: newRound(), kind })])
      ended.push(`${kind} ${stack.place?.stack}`)
    }
    const drifts = stacks.map((stack) => wish(stack, 'drift'))
    await sleep(100)
    await Promise.all([...drifts, ...stacks.slice(0, 1).map((stack) => wish(stack, 'plan'))])
    // A worker that has forgotten when it is due asks its queues after five seconds.
    expect(ended).toEqual(['drift one', 'drift two', 'plan one', 'drift three'])
    await worker.stop()
  })

  it('for a worker is given back when who asked asks no more', async () => {
    const stacks = Array.from({ length: 250 }, (_, index) => plainStack(`stack-${index}`))
    const round = newRound()
    const jobs = stacks.map((stack) => newJob(stack, { fleet: 'stopped', round, kind: 'drift' }))
    const connection = connectQueue(queueAddressOf(redis.url, undefined), () => undefined)
    const placeOf = (id: string) => stacks.find((stack) => stack.id === id)?.place
    const engine = createRedisEngine({ connection, fleet: 'stopped', placeOf, say: () => undefined })
    const stop = new AbortController()
    const nothing = { began: () => undefined, progressed: () => undefined, ended: () => undefined }
    const queue = new Queue('us-east-1', { connection: redis.client, prefix: 'evenkeel:stopped:sandbox' })
    const asking = engine.carryOut(jobs, nothing, stop.signal)
    // The first are on their way into the queue, and the others are not.
    while ((await redis.client.scard('evenkeel:stopped:queues')) === 0) continue
    stop.abort()
    await asking
    expect(await queue.getWaitingCount()).toBe(0)
    await Promise.all([engine.close(), queue.close()])
    await connection.close()
  })
})
