import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { presentWorkers } from '../../../src/fleet/redis/presence.js'
import { newJob, newRound } from '../../../src/fleet/jobs/new-job.js'
import { planNameOf } from '../../../src/fleet/jobs/job.js'
import type { FleetJob, FleetStack } from '../../../src/fleet/types.js'
import {
  carriedOutBy,
  plainStack,
  startPlainWorker,
  type PlainWorker,
  type PlainWork,
} from '../../support/fleet/plain-workers.js'
import { noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'
import { until } from '../../support/until.js'

const locked = { state: 'locked', words: 'locked', exitCode: 6, errorCode: 'LOCKED' } as const
const throttled = { state: 'failed', words: 'throttled', exitCode: 1, errorCode: 'EC2_THROTTLED' } as const

describe.skipIf(noRedisBecause !== undefined)('the way of a job through the queue', { timeout: 120_000 }, () => {
  let redis: RedisServer
  let count = 0
  const workers: PlainWorker[] = []
  const queues: Queue[] = []
  const one = plainStack('one')

  beforeAll(async () => {
    redis = await startRedis()
  })
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()))
    await Promise.all(queues.splice(0).map((queue) => queue.close()))
  })
  afterAll(() => redis?.remove())

  /** A fleet of a test's own, in the Redis of all. */
  function fleet() {
    count += 1
    const here = { url: redis.url, fleet: `fleet-${count}` }
    const queue = new Queue('us-east-1', { connection: redis.client, prefix: `evenkeel:${here.fleet}:sandbox` })
    queue.on('error', () => undefined)
    queues.push(queue)
    return {
      here,
      queue,
      start(stacks: readonly FleetStack[], work: PlainWork, options: Parameters<typeof startPlainWorker>[3] = {}) {
        const worker = startPlainWorker(here, stacks, work, options)
        workers.push(worker)
        return worker
      },
      job(stack: FleetStack, kind: FleetJob['kind'], plan?: string) {
        return newJob(stack, { fleet: here.fleet, round: newRound(), kind, plan })
      },
      ask: (stacks: readonly FleetStack[], jobs: readonly FleetJob[]) => carriedOutBy(here, stacks, jobs),
    }
  }

  it('tries again what passes by itself, and nothing else', async () => {
    const { start, job, ask } = fleet()
    const stacks = ['passing', 'stale'].map((name) => plainStack(name))
    const seen: string[] = []
    start(stacks, ({ stack }) => {
      seen.push(stack)
      if (stack === 'stale.stack.yaml') return { state: 'failed', words: 'stale', exitCode: 5, errorCode: 'PLAN_STALE' }
      return seen.filter((id) => id === stack).length === 1 ? throttled : {}
    })
    const reports = await ask(
      stacks,
      stacks.map((stack) => job(stack, 'drift')),
    )
    expect(reports.map(({ words }) => words)).toEqual(['done', 'stale'])
    expect(seen.toSorted()).toEqual(['passing.stack.yaml', 'passing.stack.yaml', 'stale.stack.yaml'])
  })

  it('waits for its own run as long as that lives, and for another as long as for anything that passes', async () => {
    const { start, job, ask, queue } = fleet()
    const apply = job(one, 'apply', planNameOf(one.id, '20261122T101500Z-1f2e3d'))
    let times = 0
    start([one], ({ run = '' }) => (++times <= 2 ? { ...locked, lockedRun: times === 1 ? run : 'another' } : {}))
    const asking = ask([one], [apply])
    await until(async () => (await queue.getDelayed()).length === 1)
    expect((await queue.getDelayed()).map(({ attemptsMade }) => attemptsMade)).toEqual([0])
    await until(() => Promise.resolve(times === 2))
    await until(async () => (await queue.getDelayed()).length === 1)
    expect((await queue.getDelayed()).map(({ attemptsMade }) => attemptsMade)).toEqual([1])
    expect((await asking).map(({ words }) => words)).toEqual(['done'])
  })

  it('is asked for again when Redis was emptied, and nothing else answers for it', async () => {
    const { here, start, job, ask, queue } = fleet()
    const asking = ask([one], [job(one, 'drift')])
    await until(async () => (await queue.getWaitingCount()) === 1)
    await redis.client.flushall()
    // It has the number that a job had before.
    await queue.add('drift', { ...job(one, 'drift'), stack: 'nobody.stack.yaml' })
    start([one], () => ({}))
    expect((await asking).map(({ words }) => words)).toEqual(['done'])
    expect(here.fleet).toMatch(/^fleet-/)
  })

  it('knows its workers again within seconds when Redis was emptied', { timeout: 30_000 }, async () => {
    const { here, start } = fleet()
    const worker = start([one], () => ({}), { name: 'machine/4711' })
    const names = async () => (await presentWorkers(redis.client, here.fleet)).map(({ name }) => name)
    await until(async () => (await names()).length === 1)
    await redis.client.flushall()
    await until(async () => (await names()).length === 1)
    expect(await names()).toEqual(['machine/4711'])
    await worker.stop()
    expect(await names()).toEqual([])
  })

  it('takes no apply of another plan for its answer', async () => {
    const { start, job, ask, queue } = fleet()
    const [first, second] = ['20261122T101500Z-1f2e3d', '20261122T101501Z-1f2e3d'].map((run) => planNameOf(one.id, run))
    const asking = ask([one], [job(one, 'apply', first)])
    await until(async () => (await queue.getWaitingCount()) === 1)
    await queue.obliterate({ force: true })
    const carried: unknown[] = []
    start([one], ({ plan }) => {
      carried.push(plan)
      return { words: plan === first ? 'the first' : 'the second' }
    })
    await ask([one], [job(one, 'apply', second)])
    expect((await asking).map(({ words }) => words)).toEqual(['the first'])
    expect(carried).toEqual([second, first])
  })

  it('is given up, and told, when every worker that took it has died', async () => {
    const { start, job, ask, queue } = fleet()
    const asking = ask([one], [job(one, 'drift')])
    await until(async () => (await queue.getWaitingCount()) === 1)
    const [waiting] = await queue.getWaiting()
    // As BullMQ counts them.
    await redis.client.hset(`${queue.opts.prefix}:us-east-1:${waiting?.id}`, 'stc', 6)
    let times = 0
    start([one], () => ({ words: `${++times}` }))
    expect((await asking).map(({ errorCode }) => errorCode)).toEqual(['FLEET_WORKERS_LOST'])
    expect(times).toBe(0)
  })

  it('is given back by a worker that is told to end, and another goes on with the same run', async () => {
    const { start, job, ask } = fleet()
    const apply = job(one, 'apply', planNameOf(one.id, '20261122T101500Z-1f2e3d'))
    const runs: unknown[] = []
    const interrupted = { state: 'failed', words: 'interrupted', exitCode: 130, errorCode: 'CANCELLED' } as const
    const first = start(
      [one],
      ({ run }, signal) => {
        runs.push(run)
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(interrupted)))
      },
      { graceMs: 200 },
    )
    const asking = ask([one], [apply])
    await until(() => Promise.resolve(runs.length === 1))
    await first.stop()
    const taken = Date.now()
    start([one], ({ run }) => ({ words: `again ${runs.push(run)}` }), { name: 'two' })
    expect((await asking).map(({ words }) => words)).toEqual(['again 2'])
    expect(new Set(runs)).toEqual(new Set([apply.run]))
    expect(Date.now() - taken).toBeLessThan(10_000)
  })

  it('is carried out while Redis is gone, and its report is there when Redis is back', async () => {
    const { start, job, ask } = fleet()
    let release = (): void => undefined
    let times = 0
    start([one], async () => {
      times += 1
      if (times === 1) await new Promise<void>((resolve) => (release = resolve))
      return {}
    })
    const asking = ask([one], [job(one, 'drift')])
    await until(() => Promise.resolve(times === 1))
    await redis.kill()
    release()
    await sleep(500)
    await redis.start()
    expect((await asking).map(({ words }) => words)).toEqual(['done'])
  })

  describe('of a schedule', () => {
    const everySecond = plainStack('ticking', { driftSchedule: '* * * * * *' })

    it('comes with each tick, with a round of its own, until the newest fleet.yaml has none', async () => {
      const { start, queue } = fleet()
      const { directory, at } = files()
      const rounds: string[] = []
      const work: PlainWork = ({ round }) => ({ words: `${rounds.push(round)}` })
      start([everySecond], work, { path: at('old.yaml', 1000) })
      await until(() => Promise.resolve(rounds.length >= 3))
      expect(new Set(rounds).size).toBe(rounds.length)
      start([plainStack('ticking')], work, { name: 'two', path: at('new.yaml', 2000) })
      await until(async () => (await queue.getJobSchedulers()).length === 0)
      const before = rounds.length
      await sleep(2500)
      expect(rounds.length - before).toBeLessThanOrEqual(1)
      rmSync(directory, { recursive: true })
    })

    it('stays as the newest fleet.yaml says, whoever comes later, and a stack that only that one has is left to its workers', async () => {
      const { start, queue, job, ask } = fleet()
      const { directory, at } = files()
      const yearly = { driftSchedule: '0 0 1 1 *' }
      const [was, is] = [plainStack('was', yearly), plainStack('is', yearly)]
      const newest = start([is], () => ({ words: 'by the newest' }), { path: at('new.yaml', 2000), atOnce: 1 })
      await until(async () => (await queue.getJobSchedulers()).length === 1)
      const old = start([was], () => ({ words: 'by the oldest' }), { name: 'two', path: at('old.yaml', 1000) })
      await until(() => Promise.resolve(old.said().includes('newer fleet.yaml')))
      const jobs = Array.from({ length: 4 }, () => job(is, 'plan'))
      const reports = await Promise.all(jobs.map((each) => ask([is], [each])))
      expect(new Set(reports.flat().map(({ words }) => words))).toEqual(new Set(['by the newest']))
      expect((await queue.getJobSchedulers()).map(({ template }) => template?.data.stack)).toEqual(['is.stack.yaml'])
      expect(newest.said()).not.toContain('newer fleet.yaml')
      rmSync(directory, { recursive: true })
    })

    function files() {
      const directory = mkdtempSync(join(tmpdir(), 'evenkeel-fleet-files-'))
      const at = (name: string, seconds: number) => {
        const path = join(directory, name, 'fleet.yaml')
        mkdirSync(join(directory, name))
        writeFileSync(path, '')
        utimesSync(path, seconds, seconds)
        utimesSync(join(directory, name), seconds, seconds)
        return path
      }
      return { directory, at }
    }
  })

  it('costs an idle worker of fifty queues few commands, and is begun at once all the same', async () => {
    const { start, job, ask } = fleet()
    const stacks = Array.from({ length: 50 }, (_, index) => plainStack(`idle-${index}`, {}, `region-${index}`))
    start(stacks, () => ({}))
    await until(async () => (await redis.client.scard(`evenkeel:fleet-${count}:queues`)) >= 50)
    await sleep(3000)
    const before = await commands(redis)
    await sleep(5000)
    const perSecond = ((await commands(redis)) - before) / 5
    expect(perSecond).toBeLessThan(30)
    const [last] = stacks.slice(-1)
    const asked = Date.now()
    if (last) await ask(stacks, [job(last, 'drift')])
    expect(Date.now() - asked).toBeLessThan(1500)
  })
})

/** Those that come from outside; what scripts do within Redis counts as commands of its own. */
async function commands(redis: RedisServer): Promise<number> {
  const told = await redis.client.info('commandstats')
  const calls = told.matchAll(/cmdstat_(?:evalsha|eval|bzpopmin):calls=(\d+)/g)
  return [...calls].reduce((sum, [, count]) => sum + Number(count), 0)
}
