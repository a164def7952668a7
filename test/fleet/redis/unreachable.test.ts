import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectQueue, type QueueConnection } from '../../../src/fleet/redis/connection.js'
import { queueAddressOf } from '../../../src/fleet/redis/queue-address.js'
import { newJob, newRound } from '../../../src/fleet/jobs/new-job.js'
import { createQueues, type Queues } from '../../../src/fleet/redis/queues.js'
import { keyOf, queueNameOf } from '../../../src/fleet/redis/queue-name.js'
import { createReportStore } from '../../../src/fleet/redis/report-store.js'
import { runFleetWorker } from '../../../src/fleet/redis/worker/fleet-worker.js'
import type { FleetNow } from '../../../src/fleet/redis/worker/fleet-now.js'
import { membersOf } from '../../../src/model/ledger/members.js'
import { UsageError } from '../../../src/core/errors.js'
import type { FleetStack, JobReport } from '../../../src/fleet/types.js'
import { noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'
import { until } from '../../support/until.js'

const place = { stack: 'web', account: 'sandbox', region: 'us-east-1' }
const stackOf = (id: string): FleetStack => ({
  id,
  file: `/nowhere/${id}`,
  commit: undefined,
  settings: {
    target: undefined,
    variables: {},
    variableFiles: [],
    driftSchedule: '0 0 1 1 *',
    apply: 'after-review',
    checks: undefined,
  },
  place,
  problem: undefined,
})
const at = '2026-11-22T10:15:00.000Z'
const reportOf = (id: string): JobReport => ({
  formatVersion: 1,
  round: 'r',
  kind: 'drift',
  id,
  place,
  state: 'in-sync',
  words: 'in sync',
  text: 'In sync.\n',
  exitCode: 0,
  errorCode: undefined,
  lockedBy: undefined,
  plan: undefined,
  beganAt: at,
  endedAt: at,
})

describe.skipIf(noRedisBecause !== undefined)('a worker of a fleet', () => {
  let redis: RedisServer
  let connection: QueueConnection
  let queues: Queues
  beforeAll(async () => {
    redis = await startRedis()
    connection = connectQueue(queueAddressOf(redis.url, undefined), () => undefined)
    queues = createQueues(connection, 'acme')
  })
  afterAll(async () => {
    await queues?.close()
    await connection?.close()
    await redis?.remove()
  })

  /** What stands in Redis after a worker has looked at the fleet once. */
  async function seenAfter(
    stacks: readonly string[],
    unreachable: FleetNow['unreachable'] = [],
    isDone: () => Promise<boolean> = () => Promise.resolve(true),
  ) {
    const said: string[] = []
    const stop = new AbortController()
    const store = createReportStore(connection.redis, 'acme')
    const spec = { name: 'acme', path: '/nowhere', sources: [], rules: [], limits: [], notifications: [] }
    let looks = 0
    // Another machine's files, which say something else, are not what this is about.
    await connection.redis.del(keyOf('acme', 'newest-file'))
    const working = runFleetWorker(
      {
        connection,
        store: {
          ...store,
          reports: () => {
            looks += 1
            return store.reports()
          },
        },
        workshop: {
          read: () => Promise.resolve({ spec, stacks: stacks.map(stackOf), unreachable }),
          stackOf: ({ stack }) => Promise.resolve(stackOf(stack)),
          carryOut: ({ stack, kind }) => Promise.resolve({ ...reportOf(stack), kind }),
        },
        atOnce: 1,
        graceMs: 0,
        worker: 'one',
        say: (text) => said.push(text),
      },
      stop.signal,
    )
    await until(async () => looks > 0 && (unreachable.length === 0 || said.length > 0) && (await isDone()))
    stop.abort()
    await working
    const schedulers = await queues.of(queueNameOf('acme', place)).getJobSchedulers(0, -1)
    return {
      said,
      schedules: schedulers.map(({ template }) => String(membersOf(template?.data)['stack'])).sort(),
      reports: [...(await store.reports()).keys()].sort(),
    }
  }

  it('keeps what a repository has that it cannot fetch, and takes those of all others for what they are', async () => {
    const store = createReportStore(connection.redis, 'acme')
    const all = ['a.yaml', 'b.yaml', 'lost:x.yaml']
    for (const id of all) await store.keep(reportOf(id))
    expect(await seenAfter(all)).toMatchObject({ schedules: all, reports: all })
    const error = new UsageError('FLEET_SOURCE_FAILED', 'it cannot be fetched')
    const lost = await seenAfter(['a.yaml', 'c.yaml'], [{ name: 'lost', error, lastSeen: [] }])
    expect(lost.schedules).toEqual(['a.yaml', 'c.yaml', 'lost:x.yaml'])
    expect(lost.reports).toEqual(['a.yaml', 'lost:x.yaml'])
    expect(lost.said).toContain('The stacks of lost stay as they were: it cannot be fetched')
    expect(await seenAfter(['a.yaml'])).toMatchObject({ schedules: ['a.yaml'], reports: ['a.yaml'] })
  })

  it('carries out what somebody asks for who cannot say where the stack is', async () => {
    const store = createReportStore(connection.redis, 'acme')
    const job = newJob(stackOf('a.yaml'), { fleet: 'acme', round: newRound(), kind: 'plan' })
    const [id = ''] = await queues.add(queueNameOf('acme', undefined), [job])
    const isDone = async () => (await queues.of(queueNameOf('acme', undefined)).getJobState(id)) === 'unknown'
    await seenAfter(['a.yaml'], [], isDone)
    expect(await store.last('plan', 'a.yaml')).toMatchObject({ words: 'in sync' })
  })
})
