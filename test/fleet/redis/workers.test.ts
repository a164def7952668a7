import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { DescribeInstancesCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newJob, newRound } from '../../../src/fleet/jobs/new-job.js'
import { connectQueue } from '../../../src/fleet/redis/connection.js'
import { queueAddressOf } from '../../../src/fleet/redis/queue-address.js'
import { createRedisEngine } from '../../../src/fleet/redis/redis-engine.js'
import type { FleetJob, JobReport } from '../../../src/fleet/types.js'
import { cleanEnvironment, mainPath } from '../../support/evenkeel.js'
import { noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'
import { expectSuccess, startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { image } from '../../support/stacks.js'
import { until } from '../../support/until.js'

const names = ['one', 'two', 'three']
const textOf = (name: string) => `
evenkeel: 1
stack: ${name}
target: sandbox
servers:
  web: { count: 2, image: ${image}, type: t3.micro, zone: us-east-1a }
volumes:
  first: { server: 'web[0]', size: 1 }
  second: { server: 'web[1]', size: 1 }
`
const fleetText = `
evenkeel: 1
fleet: killed
stacks:
  - files: ['*.stack.yaml']
`
const password = 'the-word-of-the-queue'

/** A worker as a process of its own. */
interface WorkerProcess {
  readonly said: () => string
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ended: Promise<number | null>
}

describe.skipIf(noRedisBecause !== undefined)('workers of a fleet', { timeout: 300_000 }, () => {
  let world: SandboxWorld
  let redis: RedisServer
  const workers: WorkerProcess[] = []

  beforeAll(async () => {
    world = await startSandboxWorld('fleet-workers', ['--hosts', 'none'])
    redis = await startRedis(['--requirepass', password])
    world.write({
      'fleet.yaml': fleetText,
      ...Object.fromEntries(names.map((name) => [`${name}.stack.yaml`, textOf(name)])),
    })
  })
  afterAll(async () => {
    for (const worker of workers) worker.kill('SIGKILL')
    await Promise.all(workers.map(({ ended }) => ended))
    await redis?.remove()
    await world?.remove()
  })

  function startWorker(): WorkerProcess {
    const child = spawn(process.execPath, [mainPath, 'fleet', 'worker', '--queue', redis.url, '--at-once', '2'], {
      cwd: world.directory,
      env: cleanEnvironment({ ...world.env, EVENKEEL_FLEET_REDIS_PASSWORD: password }),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    const ended = once(child, 'close').then(([code]) => code as number | null)
    const worker = { said: () => said, kill: (signal: NodeJS.Signals) => void child.kill(signal), ended }
    workers.push(worker)
    return worker
  }

  const place = (name: string) => ({ stack: name, account: 'sandbox', region: 'us-east-1' })
  async function carriedOut(kind: FleetJob['kind'], plans: ReadonlyMap<string, string | undefined> = new Map()) {
    const connection = connectQueue(queueAddressOf(redis.url, password), () => undefined)
    const placeOf = (id: string) => place(id.replace('.stack.yaml', ''))
    const engine = createRedisEngine({ connection, fleet: 'killed', placeOf, say: () => undefined })
    const reports: JobReport[] = []
    const on = {
      began: () => undefined,
      progressed: () => undefined,
      ended: (report: JobReport) => reports.push(report),
    }
    const round = newRound()
    const jobs = names.map((name) => {
      const stack = { id: `${name}.stack.yaml`, commit: undefined }
      return newJob(stack, { fleet: 'killed', round, kind, plan: plans.get(stack.id) })
    })
    await engine.carryOut(jobs, on, new AbortController().signal)
    await engine.close()
    await connection.close()
    return reports.toSorted((left, right) => (left.id < right.id ? -1 : 1))
  }

  async function census() {
    const [{ Reservations = [] }, { Volumes = [] }] = await Promise.all([
      world.client.send(new DescribeInstancesCommand({})),
      world.client.send(new DescribeVolumesCommand({})),
    ])
    const data = Volumes.filter(({ Tags = [] }) => Tags.some(({ Key }) => Key === 'evenkeel:stack'))
    return { instances: Reservations.flatMap(({ Instances = [] }) => Instances).length, volumes: data.length }
  }

  it('finish what one of them was killed over, and nothing is made twice', async () => {
    const first = startWorker()
    const planned = await carriedOut('plan')
    expect(planned.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending'])
    const applying = carriedOut('apply', new Map(planned.map(({ id, plan }) => [id, plan])))
    await until(async () => (await census()).instances >= 1)
    first.kill('SIGKILL')
    await first.ended
    const since = Date.now()
    const second = startWorker()
    const applied = await applying
    // A lease of 15 s, a look every 5, and the rest of the work.
    expect(Date.now() - since).toBeLessThan(120_000)
    expect(second.said()).toContain('applied: ')
    expect(applied.map(({ state, text }) => [state, state === 'in-sync' ? '' : text])).toEqual(
      names.map(() => ['in-sync', '']),
    )
    const drifts = await carriedOut('drift')
    expect(drifts.map(({ state }) => state)).toEqual(['in-sync', 'in-sync', 'in-sync'])
    const { instances, volumes } = await census()
    // Each server's root volume has the stack's tags as well.
    expect([instances, volumes]).toEqual([6, 12])
  })

  it('are asked by the commands for many stacks, and answer them', async () => {
    const env = { EVENKEEL_FLEET_REDIS_PASSWORD: password }
    const drift = await expectSuccess(world.run(['fleet', 'drift', '--queue', redis.url, '--no-color'], { env }))
    expect(drift.stdout).toMatch(/one\.stack\.yaml.*in sync/)
    const status = await expectSuccess(world.run(['fleet', 'status', '--queue', redis.url, '--no-color'], { env }))
    expect(status.stdout).toMatch(/three\.stack\.yaml/)
    const wrong = await world.run(['fleet', 'status', '--queue', `redis://:${password}@127.0.0.1:${redis.port}`])
    expect(wrong.exitCode).toBe(1)
    expect(wrong.stderr).not.toContain(password)
  })

  it('end on SIGTERM when what runs has ended, and never say the password', async () => {
    const worker = workers[1]
    world.write({ 'one.stack.yaml': textOf('one').replaceAll('size: 1', 'size: 2') })
    const planned = await carriedOut('plan')
    const plans = new Map(planned.map(({ id, plan }) => [id, plan]))
    const before = worker?.said().length ?? 0
    const applying = carriedOut('apply', new Map([...plans].filter(([, plan]) => plan !== undefined)))
    await until(() => Promise.resolve(worker?.said().slice(before).includes('apply of one.stack.yaml begins') === true))
    worker?.kill('SIGTERM')
    expect(await worker?.ended).toBe(0)
    expect(worker?.said()).toMatch(/apply of one\.stack\.yaml: applied: .*\n(?:.*\n)*Ended\.\n$/)
    startWorker()
    await applying
    expect(workers.map(({ said }) => said()).join('')).not.toContain(password)
  })
})
