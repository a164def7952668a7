import { DeleteSnapshotCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { checkpointsOf } from '../../src/model/checkpoint.js'
import { driftOf } from '../../src/model/drift-report.js'
import type { PlanOptions } from '../../src/planner/make-plan.js'
import { at } from '../support/live-stack.js'
import { simulationsOfFile, startSimulation, type Simulation } from '../support/simulation.js'

const volumes = (stack = 'pool', more = '') => `evenkeel: 1
stack: ${stack}
target: sandbox
volumes:
  a: { size: 1, zone: us-east-1a }
  b: { size: 1, zone: us-east-1a }
${more}`
const text = volumes()

/** A stack with a checkpoint `first`; how it is asked for again. */
async function withCheckpoint(world: Simulation): Promise<PlanOptions> {
  expect((await world.apply(text)).result.status).toBe('converged')
  expect((await world.carryOut(await world.planCheckpoint(text, 'first'))).status).toBe('converged')
  const { snapshots } = await world.observe(text)
  const [checkpoint] = checkpointsOf(snapshots, 'pool')
  const restore = Object.fromEntries(checkpoint?.snapshots.map(({ address, id }) => [address, id]) ?? [])
  expect(Object.keys(restore)).toEqual(['volume.a', 'volume.b'])
  return { restore, checkpoint: 'pool/first' }
}

/** From which snapshot each volume of the stack was made, by address. */
async function originsOf(world: Simulation, stack = 'pool'): Promise<Record<string, string | undefined>> {
  const Filters = [{ Name: 'tag:evenkeel:stack', Values: [stack] }]
  const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters }))
  const live = Volumes.filter(({ State }) => State === 'available' || State === 'in-use')
  const tagOf = (key: string, { Tags = [] }: (typeof live)[number]) => Tags.find(({ Key }) => Key === key)?.Value ?? ''
  return Object.fromEntries(live.map((volume) => [tagOf('evenkeel:address', volume), volume.SnapshotId]))
}

const start = simulationsOfFile()

describe('a checkpoint that is killed after each of its calls', () => {
  it(
    'is ended by the next plain apply, for all of its volumes, and drift calls it pending',
    { timeout: 120_000 },
    async () => {
      let calls = 1
      while (await survivesDeath(calls)) calls += 1
      expect(calls).toBeGreaterThan(8)
    },
  )

  async function survivesDeath(calls: number): Promise<boolean> {
    const world = await startSimulation()
    try {
      const choice = await withCheckpoint(world)
      const isDead = await world.kill(text, calls, choice)
      const plan = await world.plan(text)
      // A snapshot that was taken shortly before the death needs no second look, a volume that is out of its place does.
      expect(['pending', 'in-sync']).toContain(driftOf(plan).status)
      expect(plan.problems).toEqual([])
      expect((await world.carryOut(plan)).status).toBe('converged')
      expect(await originsOf(world)).toEqual(choice.restore)
      const settled = await world.plan(text)
      expect([settled.steps, settled.ledger.wishes]).toEqual([[], undefined])
      expect((await world.census()).volumes).toHaveLength(2)
      return isDead
    } finally {
      await world.close()
    }
  }
})

describe.concurrent('a restore that was cut off', { timeout: 60_000 }, () => {
  /** The first call is that of the ledger: nothing else has happened. */
  const begun = async () => {
    const world = await start()
    const choice = await withCheckpoint(world)
    expect(await world.kill(text, 1, choice)).toBe(true)
    return { world, choice }
  }

  it('is gone on with, which the plan says', async () => {
    const { world } = await begun()
    const { changes } = await world.plan(text)
    expect(changes.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
      expect.stringMatching(/^replace: it is restored to the checkpoint pool\/first, as an earlier run was asked to;/),
      expect.stringMatching(/^replace: it is restored to the checkpoint pool\/first, as an earlier run was asked to;/),
    ])
  })

  it('is told, and waits for a word, where a snapshot of it is gone: none of it is brought back alone', async () => {
    const { world, choice } = await begun()
    const SnapshotId = Object.values(choice.restore ?? {})[0] ?? ''
    await world.client.send(new DeleteSnapshotCommand({ SnapshotId }))
    const plan = await world.plan(text)
    expect(plan.steps).toEqual([])
    expect(plan.problems.map(({ code, address }) => [code, address])).toEqual([
      ['PLAN_RESTORE_IMPOSSIBLE', 'volume.a'],
      ['PLAN_RESTORE_IMPOSSIBLE', 'volume.b'],
    ])
    expect(plan.ledger.wishes?.open).toHaveLength(2)
  })

  it('is given up with a word where the volume leaves the file', async () => {
    const { world, choice } = await begun()
    const without = text.replace(/\n {2}b: .*/, '')
    const { plan, result } = await world.apply(without)
    expect(plan.problems.map(({ code, address, severity }) => [code, address, severity])).toEqual([
      ['PLAN_WISH_GIVEN_UP', 'volume.b', 'warning'],
    ])
    expect(result.status).toBe('converged')
    expect(await originsOf(world)).toEqual({ 'volume.a': choice.restore?.[at('volume.a')] })
    expect((await world.plan(without)).problems).toEqual([])
  })

  it('gives way to another one for the same volume, with a word', async () => {
    const { world, choice } = await begun()
    expect((await world.carryOut(await world.planSnapshot(text, 'volume.a'))).status).toBe('converged')
    const { snapshots } = await world.observe(text)
    const newest = snapshots.find(({ id }) => !Object.values(choice.restore ?? {}).includes(id))
    const restore = { [at('volume.a')]: newest?.id ?? '' }
    const { plan, result } = await world.apply(text, { plan: { restore } })
    expect(plan.problems.map(({ code, address }) => [code, address])).toEqual([['PLAN_WISH_GIVEN_UP', 'volume.a']])
    expect(result.status).toBe('converged')
    expect(await originsOf(world)).toEqual({ ...choice.restore, ...restore })
  })

  it('keeps its snapshot from the schedule', async () => {
    const world = await start()
    expect((await world.apply(text)).result.status).toBe('converged')
    for (let version = 1; version <= 3; version += 1) await world.carryOut(await world.planSnapshot(text, 'volume.a'))
    const { snapshots } = await world.observe(text)
    const oldest = snapshots.find(({ tags }) => tags['evenkeel:version'] === '1')?.id ?? ''
    expect(await world.kill(text, 1, { restore: { [at('volume.a')]: oldest } })).toBe(true)
    const now = new Date(Date.now() + 10 * 86_400_000).toISOString()
    const scheduled = text.replaceAll(' }', ', snapshots: { every: 1h, keep: { last: 1 } } }')
    const { steps } = await world.plan(scheduled, { now })
    const deleted = steps.flatMap((step) => (step.kind === 'delete-snapshot' ? [step.snapshotId ?? ''] : []))
    expect(deleted).not.toEqual([])
    expect(deleted).not.toContain(oldest)
  })

  it('goes with everything', async () => {
    const { world } = await begun()
    expect((await world.destroy(text)).result.status).toBe('converged')
    const { launchTemplates, volumes: left } = await world.census()
    expect({ launchTemplates, left }).toEqual({ launchTemplates: [], left: [] })
  })
})

describe('a copy of an environment that is killed before its volumes are there', () => {
  it('is made from the other stack’s checkpoint by the next plain apply', async () => {
    const world = await start()
    const choice = { ...(await withCheckpoint(world)), snapshotsOf: ['pool'] }
    const copy = volumes('copy')
    expect(await world.kill(copy, 1, choice)).toBe(true)
    expect((await world.apply(copy)).result.status).toBe('converged')
    expect(await originsOf(world, 'copy')).toEqual(choice.restore)
    expect((await world.plan(copy)).steps).toEqual([])
  })
})
