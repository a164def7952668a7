import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { Queue } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { carryOutJob } from '../../../src/fleet/jobs/carry-out-job.js'
import { newJob, newRound } from '../../../src/fleet/jobs/new-job.js'
import { connectQueue } from '../../../src/fleet/redis/connection.js'
import { queueAddressOf } from '../../../src/fleet/redis/queue-address.js'
import { createRedisEngine } from '../../../src/fleet/redis/redis-engine.js'
import { createReportStore } from '../../../src/fleet/redis/report-store.js'
import { runFleetWorker } from '../../../src/fleet/redis/worker/fleet-worker.js'
import type { FleetJob, FleetSpec, FleetStack, JobReport } from '../../../src/fleet/types.js'
import { noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'
import { startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { until } from '../../support/until.js'

const names = ['one', 'two', 'three']
const textOf = (name: string) => `
evenkeel: 1
stack: ${name}
target: sandbox
volumes:
  data: { size: 1, zone: us-east-1a }
`

describe.skipIf(noRedisBecause !== undefined)('fleet through Redis', { timeout: 300_000 }, () => {
  let world: SandboxWorld
  let redis: RedisServer
  let stacks: readonly FleetStack[]
  let spec: FleetSpec
  const said: string[] = []
  const stop = new AbortController()
  const workers: Promise<void>[] = []
  /** Of each job that was begun: its stack, and when it began and ended. */
  const works: { stack: string; began: number; ended: number }[] = []

  beforeAll(async () => {
    world = await startSandboxWorld('fleet-redis', ['--hosts', 'none'])
    redis = await startRedis()
    world.write(Object.fromEntries(names.map((name) => [`${name}.stack.yaml`, textOf(name)])))
    const settings = {
      target: undefined,
      variables: {},
      variableFiles: [],
      driftSchedule: '0 0 1 1 *',
      apply: 'after-review',
      checks: undefined,
    } as const
    stacks = names.map((name) => ({
      id: `${name}.stack.yaml`,
      file: join(world.directory, `${name}.stack.yaml`),
      commit: undefined,
      settings: { ...settings, apply: name === 'three' ? ('at-once' as const) : settings.apply },
      place: { stack: name, account: 'sandbox', region: 'us-east-1' },
      problem: undefined,
    }))
    const path = join(world.directory, 'fleet.yaml')
    spec = { name: 'test', path, sources: [], rules: [], limits: [], notifications: [] }
    for (const worker of ['first', 'second']) workers.push(startWorker(worker))
  })
  afterAll(async () => {
    stop.abort()
    await Promise.all(workers)
    await redis?.remove()
    await world?.remove()
  })

  const plansFolder = () => {
    const path = join(world.directory, 'plans')
    mkdirSync(path, { recursive: true, mode: 0o700 })
    return path
  }

  function startWorker(worker: string): Promise<void> {
    const connection = connectQueue(queueAddressOf(redis.url, undefined), (text) => said.push(text))
    return runFleetWorker(
      {
        connection,
        store: createReportStore(connection.redis, 'test'),
        workshop: {
          read: () => Promise.resolve({ spec, stacks }),
          stackOf: (job) => Promise.resolve(stacks.find(({ id }) => id === job.stack)),
          carryOut: async (job, stack, _now, onProgress, signal) => {
            const work = { stack: stack.id, began: Date.now(), ended: Infinity }
            works.push(work)
            const sandboxDir = join(world.directory, 'sandbox')
            const report = await carryOutJob(job, stack, { plansFolder: plansFolder(), sandboxDir, onProgress, signal })
            work.ended = Date.now()
            return report
          },
        },
        atOnce: 2,
        graceMs: 10_000,
        worker,
        say: (text) => said.push(text),
      },
      stop.signal,
    ).finally(() => void connection.close())
  }

  async function carriedOut(jobs: readonly FleetJob[], meanwhile: () => Promise<void> = () => Promise.resolve()) {
    const connection = connectQueue(queueAddressOf(redis.url, undefined), (text) => said.push(text))
    const placeOf = (id: string) => stacks.find((stack) => stack.id === id)?.place
    const engine = createRedisEngine({ connection, fleet: 'test', placeOf, say: (text) => said.push(text) })
    const reports: JobReport[] = []
    const began: string[] = []
    try {
      const on = {
        began: (_job: FleetJob, worker: string) => began.push(worker),
        progressed: () => undefined,
        ended: (report: JobReport) => reports.push(report),
      }
      await Promise.all([engine.carryOut(jobs, on, new AbortController().signal), meanwhile()])
      return { reports: reports.toSorted((left, right) => (left.id < right.id ? -1 : 1)), began }
    } finally {
      await engine.close()
      await connection.close()
    }
  }

  const jobsOf = (kind: FleetJob['kind'], plans: ReadonlyMap<string, string | undefined> = new Map()) => {
    const round = newRound()
    return stacks.map((stack) => newJob(stack, { fleet: 'test', round, kind, plan: plans.get(stack.id) }))
  }

  const volumes = async () => {
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({}))
    return Volumes.map(({ Tags = [] }) => Tags.find(({ Key }) => Key === 'evenkeel:stack')?.Value ?? '').toSorted()
  }

  it('looks by itself at what was never seen, and applies what is to be applied at once', async () => {
    await until(async () => (await volumes()).includes('three'))
    expect(await volumes()).toEqual(['three'])
  })

  it('plans, applies what was planned, and sees nothing left', async () => {
    const planned = await carriedOut(jobsOf('plan'))
    expect(planned.reports.map(({ id, state }) => [id, state])).toEqual([
      ['one.stack.yaml', 'pending'],
      ['three.stack.yaml', 'in-sync'],
      ['two.stack.yaml', 'pending'],
    ])
    const plans = new Map(planned.reports.map(({ id, plan }) => [id, plan]))
    const applied = await carriedOut(jobsOf('apply', plans).filter(({ plan }) => plan !== undefined))
    expect(applied.reports.map(({ words }) => words)).toEqual(['applied: 1 to create', 'applied: 1 to create'])
    const drifts = await carriedOut(jobsOf('drift'))
    expect(drifts.reports.map(({ state }) => state)).toEqual(['in-sync', 'in-sync', 'in-sync'])
    expect(await volumes()).toEqual(['one', 'three', 'two'])
  })

  it('never does two things to one stack at one time, of whatever kind', async () => {
    const before = works.length
    await Promise.all([carriedOut(jobsOf('drift')), carriedOut(jobsOf('plan')), carriedOut(jobsOf('drift'))])
    const since = works.slice(before).toSorted((left, right) => left.began - right.began)
    for (const name of names) {
      const own = since.filter(({ stack }) => stack === `${name}.stack.yaml`)
      expect(own.length).toBeGreaterThanOrEqual(2)
      own.slice(1).forEach(({ began }, index) => expect(began).toBeGreaterThanOrEqual(own[index]?.ended ?? 0))
    }
  })

  it('refuses what somebody else wrote into a queue', async () => {
    const queue = new Queue('us-east-1', { connection: redis.client, prefix: 'evenkeel:test:sandbox' })
    const before = said.length
    const good = jobsOf('drift')[0]
    await queue.add('drift', { ...good, fleet: 'other' })
    await queue.add('apply', { ...good, kind: 'apply', plan: '../../etc/passwd', run: 'x' })
    await queue.add('drift', { ...good, stack: '../../../etc/passwd' })
    await queue.add('drift', 'a text')
    await until(async () => said.slice(before).filter((text) => text.includes('refused')).length === 4)
    const { delayed, ...left } = await queue.getJobCounts()
    expect([...new Set(Object.values(left)), delayed]).toEqual([0, names.length])
    await queue.close()
    expect(said.slice(before).join('\n')).not.toContain('passwd')
  })

  it('goes on when Redis is emptied in the middle', async () => {
    const { reports } = await carriedOut(jobsOf('drift'), async () => void (await redis.client.flushall()))
    expect(reports.map(({ state }) => state)).toEqual(['in-sync', 'in-sync', 'in-sync'])
  })

  it('waits for a Redis that is gone, says so once, and goes on when it is back', async () => {
    const before = said.length
    await redis.kill()
    const asking = carriedOut(jobsOf('drift'))
    await new Promise((resolve) => setTimeout(resolve, 3000))
    await redis.start()
    expect((await asking).reports.map(({ state }) => state)).toEqual(['in-sync', 'in-sync', 'in-sync'])
    const gone = said.slice(before).filter((text) => text.includes('is gone'))
    expect(gone).toHaveLength(3)
  })
})
