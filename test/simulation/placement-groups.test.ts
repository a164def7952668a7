import {
  CreatePlacementGroupCommand,
  DeletePlacementGroupCommand,
  DescribeInstancesCommand,
  DescribePlacementGroupsCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import { simulationsOfFile, startSimulation, type Simulation } from '../support/simulation.js'

const head = 'evenkeel: 1\nstack: placed\ntarget: sandbox\n'
const server = (placement: string, more = '') =>
  `servers:\n  web: { image: ${image}, type: m5.large, zone: us-east-1a${placement && `, placement: ${placement}`}${more} }\n`
const stack = (groups: string, placement = '', more = '') =>
  `${head}${groups && `placementGroups: ${groups}\n`}${server(placement, more)}`

const near = stack('{ near: { strategy: cluster } }', '{ group: near }')
const parts = stack('{ parts: { strategy: partition, partitions: 3 } }', '{ group: parts, partition: 2 }')
const none = stack('')

/** The groups that are there, and where the servers are. */
async function placedIn({ client }: Simulation) {
  const { PlacementGroups = [] } = await client.send(new DescribePlacementGroupsCommand({}))
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}))
  const living = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name === 'running' || State?.Name === 'stopped',
  )
  return {
    groups: PlacementGroups.flatMap(({ GroupName }) => GroupName ?? []).sort(),
    servers: living.map(({ Placement }) => [Placement?.GroupName, Placement?.PartitionNumber ?? 0]),
  }
}

const changes: readonly { name: string; before?: string; after?: string; outcome: object }[] = [
  {
    name: 'the first apply',
    after: near,
    outcome: { groups: ['evenkeel.placed.near'], servers: [['evenkeel.placed.near', 0]] },
  },
  {
    name: 'another group, and the end of the first',
    before: near,
    after: parts,
    outcome: { groups: ['evenkeel.placed.parts'], servers: [['evenkeel.placed.parts', 2]] },
  },
  { name: 'the end of the group', before: near, after: none, outcome: { groups: [], servers: [['', 0]] } },
  { name: 'the end of everything', before: near, outcome: { groups: [], servers: [] } },
]

describe('a run with placement groups that is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 240_000 }, async (change) => {
    let calls = 1
    while (await survivesDeath(change, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

async function survivesDeath({ before, after, outcome }: (typeof changes)[number], calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect((await world.apply(before)).result.status).toBe('converged')
    const isDead = after === undefined ? await world.killDestroy(near, calls) : await world.kill(after, calls)
    const { result } = after === undefined ? await world.destroy(near) : await world.apply(after)
    expect(result.status).toBe('converged')
    if (after !== undefined) expect((await world.plan(after)).steps).toEqual([])
    expect(await placedIn(world)).toEqual(outcome)
    return isDead
  } finally {
    await world.close()
  }
}

const simulation = simulationsOfFile()

describe('placement groups', () => {
  it('that somebody deleted by hand are drift, and made anew', async () => {
    const world = await simulation()
    const alone = stack('{ near: { strategy: cluster } }')
    await world.apply(alone)
    await world.client.send(new DeletePlacementGroupCommand({ GroupName: 'evenkeel.placed.near' }))
    const plan = await world.plan(alone)
    expect(plan.changes.find(({ address }) => address === 'placementGroup.near')?.diffs).toContainEqual(
      expect.objectContaining({ path: 'exists', cause: 'drift' }),
    )
    expect((await world.apply(alone)).result.status).toBe('converged')
    expect((await placedIn(world)).groups).toEqual(['evenkeel.placed.near'])
  })

  it.each(['CreatePlacementGroup', 'DeletePlacementGroup'])('survive a lost response to %s', async (action) => {
    const world = await simulation()
    const [before, after] = action === 'CreatePlacementGroup' ? [none, near] : [near, none]
    await world.apply(before)
    world.setFaults({ scripted: [{ action, call: 1, failure: 'lost-response' }] })
    expect((await world.apply(after)).result.status).toBe('converged')
    expect((await placedIn(world)).groups).toHaveLength(action === 'CreatePlacementGroup' ? 1 : 0)
  })

  it('of somebody else are never taken over', async () => {
    const world = await simulation()
    await world.client.send(new CreatePlacementGroupCommand({ GroupName: 'evenkeel.placed.near', Strategy: 'spread' }))
    const { result } = await world.apply(near)
    const codes = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.code] : []))
    expect(codes).toEqual(['EC2_CONFLICT'])
  })

  it('cost no call where a stack has none', async () => {
    const world = await simulation()
    await world.apply(none)
    const requests = await world.requestsDuring(() => world.plan(none))
    expect(requests.map(({ action }) => action)).not.toContain('DescribePlacementGroups')
  })

  it('hold what EC2 takes: the plan says what it would refuse', async () => {
    const world = await simulation()
    const codesOf = async (text: string) => (await world.plan(text)).problems.map(({ code }) => code)
    const spread = (count: number) => stack('{ near: { strategy: spread } }', '{ group: near }', `, count: ${count}`)
    expect(await codesOf(spread(7))).toEqual([])
    expect(await codesOf(spread(8))).toEqual(['PLAN_PLACEMENT_IMPOSSIBLE'])
    const apart = near.replace('servers:\n', server('{ group: near }').replace('web:', 'far:').replace('1a', '1b'))
    expect(await codesOf(apart)).toEqual(['PLAN_PLACEMENT_IMPOSSIBLE'])
    expect(await codesOf(parts.replace('partition: 2', 'partition: 4'))).toEqual(['PLAN_PLACEMENT_IMPOSSIBLE'])
    await world.apply(near)
    expect(await codesOf(near.replace('cluster', 'spread'))).toEqual(['PLAN_PLACEMENT_GROUP_FIXED'])
  })

  it('are refused by the sandbox as by EC2', async () => {
    const world = await simulation()
    const message = (text: string) =>
      world
        .apply(text)
        .then(({ result }) =>
          result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.message] : [])).join(),
        )
    expect(await message(near.replace('m5.large', 't3.small'))).toContain('Cluster placement groups are not supported')
  })

  it('replace a server whose tenancy changes', async () => {
    const world = await simulation()
    await world.apply(stack('', '{ tenancy: default }'))
    const { plan, result } = await world.apply(stack('', '{ tenancy: dedicated }'))
    expect(plan.changes.map(({ kind }) => kind)).toContain('replace')
    expect(result.status).toBe('converged')
    expect((await world.plan(stack('', '{ tenancy: dedicated }'))).steps).toEqual([])
  })
})
