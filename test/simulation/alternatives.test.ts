import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import { simulationsOfFile, startSimulation, type Simulation } from '../support/simulation.js'

const stack = (more: string) =>
  `evenkeel: 1\nstack: roomy\ntarget: sandbox\nservers:\n  web: { image: ${image}, type: t3.small, zone: us-east-1a, ${more} }\n`
const others = 'alternatives: [{ type: t3.medium }, { zone: us-east-1b }, { type: t3.large, zone: us-east-1c }]'
const noRoom = (...only: readonly string[]) => ({ capacity: { probability: 1, only } })

/** Type and zone of what lives, sorted. */
async function launchedIn({ client }: Simulation): Promise<readonly string[]> {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}))
  return Reservations.flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down')
    .map(({ InstanceType, Placement }) => `${InstanceType} ${Placement?.AvailabilityZone?.slice(-1)}`)
    .sort()
}

const simulation = simulationsOfFile()

describe('alternatives of a server', () => {
  it.each([
    [[], 't3.small a'],
    [['t3.small'], 't3.medium a'],
    [['us-east-1a'], 't3.small b'],
    [['us-east-1a', 'us-east-1b'], 't3.large c'],
  ])('are taken in order where there is no room for %j: %s, and stay', async (full, taken) => {
    const world = await simulation({ faults: noRoom(...full) })
    const { plan, result } = await world.apply(stack(others))
    expect(plan.changes.find(({ address }) => address === 'server.web')?.diffs).toContainEqual(
      expect.objectContaining({
        path: 'alternatives',
        after: ['t3.medium', 'us-east-1b', 't3.large in us-east-1c'],
      }),
    )
    expect(result.status).toBe('converged')
    expect(await launchedIn(world)).toEqual([taken])
    const made = result.made.find(({ address }) => address === 'server.web')
    expect(made?.alternative !== undefined).toBe(full.length > 0)
    // There is room again: what was taken is no drift.
    world.setFaults({})
    const next = await world.plan(stack(others))
    expect(next.steps).toEqual([])
    expect(next.changes.flatMap(({ diffs }) => diffs)).toEqual([])
    // An alternative that the file does not name any more is asked to go; that is no drift either.
    const without = await world.plan(stack(''))
    expect(without.changes.flatMap(({ diffs }) => diffs).filter(({ cause }) => cause === 'drift')).toEqual([])
  })

  it('are what a type or zone that nobody named is drift beside', async () => {
    const world = await simulation({ faults: noRoom('t3.small') })
    await world.apply(stack(others))
    const plan = await world.plan(stack('alternatives: [{ type: t3.large }]'))
    expect(plan.changes.flatMap(({ diffs }) => diffs)).toMatchObject([
      { path: 'type', before: 't3.medium', after: 't3.small', cause: 'pending' },
    ])
  })

  it('that are all refused fail with the last refusal, and nothing is launched', async () => {
    const world = await simulation({ faults: noRoom('us-east-1a', 'us-east-1b', 'us-east-1c') })
    const { result } = await world.apply(stack(others))
    const codes = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.code] : []))
    expect(codes).toEqual(['EC2_CAPACITY'])
    expect(await launchedIn(world)).toEqual([])
  })

  it('are not taken for other refusals', async () => {
    const failure = { code: 'VcpuLimitExceeded', httpStatus: 400 }
    const world = await simulation({ faults: { scripted: [{ action: 'RunInstances', call: 1, failure }] } })
    const { result } = await world.apply(stack(others))
    expect(result.status).toBe('partial')
    expect(await launchedIn(world)).toEqual([])
  })

  it.each([others, `count: 3, ${others}`])('make nothing twice where the same step runs again: %s', async (more) => {
    const world = await simulation({ faults: noRoom('t3.small') })
    const plan = await world.plan(stack(more))
    expect((await world.carryOut(plan, { run: 'one' })).status).toBe('converged')
    const launched = await launchedIn(world)
    // There is room again for what comes first.
    world.setFaults({})
    await world.carryOut(plan, { run: 'one' })
    expect(await launchedIn(world)).toEqual(launched)
  })

  it('are taken by all servers of a count together', async () => {
    const world = await simulation({ faults: noRoom('t3.small') })
    const requests = await world.requestsDuring(async () => {
      expect((await world.apply(stack(`count: 5, ${others}`))).result.status).toBe('converged')
    })
    expect(requests.filter(({ action }) => action === 'RunInstances')).toHaveLength(2)
    expect(await launchedIn(world)).toEqual(Array.from({ length: 5 }, () => 't3.medium a'))
    expect((await world.plan(stack(`count: 5, ${others}`))).steps).toEqual([])
  })

  it('that EC2 would never take are a mistake of the file', async () => {
    const world = await simulation()
    const codesOf = async (more: string) => (await world.plan(stack(more))).problems.map(({ code }) => code)
    expect(await codesOf('alternatives: [{ type: m7g.large }]')).toContain('PLAN_ARCHITECTURE_MISMATCH')
    expect(await codesOf('alternatives: [{ type: t9.small }]')).toContain('PLAN_TYPE_UNKNOWN')
    expect(await codesOf('alternatives: [{ zone: us-east-1z }]')).toContain('PLAN_ZONE_NOT_FOUND')
  })
})

describe.concurrent('a launch with alternatives', () => {
  // A run that is killed after each call; there may be room again for what comes first when the next one begins.
  it.each([
    ['one server, no room', others, ['t3.small']],
    ['one server, room again', others, []],
    ['servers of a count, no room', `count: 3, ${others}`, ['t3.small']],
    ['servers of a count, room again', `count: 3, ${others}`, []],
  ] as const)(
    'survives a kill after each call without a second server: %s',
    { timeout: 240_000 },
    async (_name, more, later) => {
      const count = more.startsWith('count') ? 3 : 1
      for (let calls = 1, isDead = true; isDead; calls += 1) {
        const world = await startSimulation({ faults: noRoom('t3.small') })
        try {
          isDead = await world.kill(stack(more), calls)
          world.setFaults(later.length > 0 ? noRoom(...later) : {})
          expect((await world.apply(stack(more))).result.status).toBe('converged')
          expect(await launchedIn(world)).toHaveLength(count)
          expect((await world.plan(stack(more))).steps).toEqual([])
        } finally {
          await world.close()
        }
      }
    },
  )

  it.each([1, 2])('survives a lost response to launch %i', async (call) => {
    const world = await startSimulation({
      faults: { ...noRoom('t3.small'), scripted: [{ action: 'RunInstances', call, failure: 'lost-response' }] },
    })
    try {
      expect((await world.apply(stack(others))).result.status).toBe('converged')
      expect(await launchedIn(world)).toEqual(['t3.medium a'])
    } finally {
      await world.close()
    }
  })
})
