import { DescribeInstancesCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planNameOf } from '../../../src/fleet/jobs/job.js'
import { newJob, newRound } from '../../../src/fleet/jobs/new-job.js'
import type { FleetJob, FleetStack } from '../../../src/fleet/types.js'
import { carriedOutBy, plainStack, startPlainWorker } from '../../support/fleet/plain-workers.js'
import { noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'
import { startFleetProcess, type FleetProcess } from '../../support/proof/fleet/fleet-processes.js'
import { expectSuccess, startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { image } from '../../support/stacks.js'
import { until } from '../../support/until.js'

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
fleet: taken
stacks:
  - files: ['*.stack.yaml']
overrides:
  - match: at-once.stack.yaml
    apply: at-once
`

describe.skipIf(noRedisBecause !== undefined)('a job whose worker has died', { timeout: 90_000 }, () => {
  let redis: RedisServer

  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis?.remove())

  it('is taken over when nobody has renewed it for its lease, as the same run', async () => {
    const here = { url: redis.url, fleet: 'stalled' }
    const one = plainStack('one')
    const run = '20261122T101500Z-1f2e3d'
    const apply = newJob(one, { fleet: here.fleet, round: newRound(), kind: 'apply', plan: planNameOf(one.id, run) })
    const asking = carriedOutBy(here, [one], [apply])
    // Takes it, and is not heard of again.
    const dead = new Worker('us-east-1', undefined, {
      connection: redis.client,
      prefix: `evenkeel:${here.fleet}:sandbox`,
      autorun: false,
      lockDuration: 500,
    })
    await until(async () => (await dead.getNextJob('dead', { block: false })) !== undefined)
    await dead.close(true)
    const carried: FleetJob[] = []
    const living = startPlainWorker(here, [one], (job) => ({ words: `taken over ${carried.push(job)}` }))
    try {
      expect((await asking).map(({ words }) => words)).toEqual(['taken over 1'])
      expect(carried.map((job) => job.run)).toEqual([run])
    } finally {
      await living.stop()
    }
  })

  describe('in the middle of an apply', () => {
    const here = () => ({ url: redis.url, fleet: 'taken' })
    const workers: FleetProcess[] = []
    let world: SandboxWorld

    beforeAll(async () => {
      world = await startSandboxWorld('fleet-takeover', ['--hosts', 'none'])
      const names = ['reviewed', 'at-once']
      const files = Object.fromEntries(names.map((name) => [`${name}.stack.yaml`, textOf(name)]))
      world.write({ 'fleet.yaml': fleetText, ...files })
    })
    afterAll(async () => {
      for (const worker of workers) worker.kill('SIGKILL')
      await Promise.all(workers.map(({ ended }) => ended))
      await world?.remove()
    })

    /** Two that live, whatever was killed before. */
    async function livingPair(): Promise<readonly FleetProcess[]> {
      const living = () => workers.filter((worker) => worker.isAlive())
      while (living().length < 2) {
        const words = ['--queue', redis.url]
        workers.push(startFleetProcess(words, { cwd: world.directory, env: world.env, isElsewhere: false }))
      }
      await until(() => Promise.resolve(living().every((worker) => worker.said() !== '')))
      return living()
    }

    async function census(stack: string) {
      const Filters = [{ Name: 'tag:evenkeel:stack', Values: [stack] }]
      const [{ Reservations = [] }, { Volumes = [] }] = await Promise.all([
        world.client.send(new DescribeInstancesCommand({ Filters })),
        world.client.send(new DescribeVolumesCommand({ Filters })),
      ])
      return { instances: Reservations.flatMap(({ Instances = [] }) => Instances).length, volumes: Volumes.length }
    }

    const asked = async (stack: FleetStack, job: FleetJob) => (await carriedOutBy(here(), [stack], [job]))[0]
    const jobOf = (stack: FleetStack, kind: FleetJob['kind'], plan?: string) =>
      newJob(stack, { fleet: here().fleet, round: newRound(), kind, plan })

    it.each([
      ['of a saved plan', plainStack('reviewed')],
      ['of what is pending', plainStack('at-once', { apply: 'at-once' })],
    ])('%s is taken over by one that lives, with the same run, and nothing is made twice', async (_, stack) => {
      const { id } = stack
      const name = id.replace('.stack.yaml', '')
      const pair = await livingPair()
      const plan = stack.settings.apply === 'at-once' ? undefined : (await asked(stack, jobOf(stack, 'plan')))?.plan
      const apply = jobOf(stack, 'apply', plan)
      const applying = asked(stack, apply)
      await until(async () => (await census(name)).instances >= 1)
      const isAtWork = (worker: FleetProcess) => worker.said().includes(`apply of ${id} begins`)
      expect(pair.filter(isAtWork)).toHaveLength(1)
      const dead = pair.find(isAtWork)
      dead?.kill('SIGKILL')
      await dead?.ended
      expect(dead?.said()).not.toContain(`apply of ${id}: `)
      const applied = await applying
      expect([applied?.state, applied?.state === 'in-sync' ? '' : applied?.text]).toEqual(['in-sync', ''])
      expect(pair.filter(isAtWork)).toHaveLength(2)
      expect((await asked(stack, jobOf(stack, 'drift')))?.state).toBe('in-sync')
      // Each server's root volume has the stack's tags as well.
      expect(await census(name)).toEqual({ instances: 2, volumes: 4 })
      const { stdout } = await expectSuccess(world.run(['history', '--stack', name, '--target', 'sandbox', '--json']))
      const { runs } = JSON.parse(stdout) as { runs: { run: string; outcome: string }[] }
      expect(runs.map(({ run, outcome }) => [run, outcome])).toEqual([[apply.run, 'converged']])
    })
  })
})
