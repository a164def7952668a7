import {
  CancelSpotInstanceRequestsCommand,
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type Instance,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import { image } from '../support/stacks.js'
import { simulationsOfFile, startSimulation, type Simulation } from '../support/simulation.js'
import { until } from '../support/until.js'

const stack = (more = '', volume = '') =>
  `evenkeel: 1\nstack: cheap\ntarget: sandbox\nservers:\n  web: { image: ${image}, type: t3.small, zone: us-east-1a${more && `, ${more}`} }\n${volume}`
const oneTime = 'spot: { maxPrice: 0.5 }'
const persistent = 'spot: { maxPrice: 0.5, interruption: stop }'
const nothing = 'evenkeel: 1\nstack: cheap\ntarget: sandbox\nservers: {}\n'
const data = 'volumes:\n  data: { server: web, size: 1, mount: /srv/data }\n'

/** What lives, and the requests that may still have EC2 launch something. */
async function seen({ client }: Simulation) {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}))
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down',
  )
  const { SpotInstanceRequests = [] } = await client.send(new DescribeSpotInstanceRequestsCommand({}))
  const open = SpotInstanceRequests.filter(
    ({ State }) => State === 'open' || State === 'active' || State === 'disabled',
  )
  return { instances, open, requests: SpotInstanceRequests }
}

async function only(world: Simulation): Promise<Instance> {
  const { instances } = await seen(world)
  expect(instances).toHaveLength(1)
  return instances[0] ?? {}
}

async function interrupt({ endpoint }: Simulation, instanceId: string | undefined, more: object = {}): Promise<void> {
  const body = JSON.stringify({ instanceId, noticeSeconds: 0, ...more })
  const { status } = await fetch(`${endpoint}/_evenkeel/spot-interruptions`, { method: 'POST', body })
  expect(status).toBe(200)
}

async function inState(world: Simulation, id: string | undefined, state: string, status?: string): Promise<void> {
  const InstanceIds = [id ?? '']
  await until(async () => {
    const { Reservations } = await world.client.send(new DescribeInstancesCommand({ InstanceIds }))
    const { requests } = await seen(world)
    const request = requests.find(({ InstanceId }) => InstanceId === id)
    const isThere = Reservations?.[0]?.Instances?.[0]?.State?.Name === state
    return isThere && (status === undefined || request?.Status?.Code === status)
  })
}

/** A change, from one stack file to another, and as what the server stands there; without the second file everything goes. */
const changes: readonly { name: string; before?: string; after?: string; is?: string; switches?: object }[] = [
  { name: 'the first apply', after: stack(persistent), is: 'persistent 0.500000' },
  { name: 'the first apply of one-time', after: stack(oneTime), is: 'one-time 0.500000' },
  { name: 'a count', after: stack(`count: 2, ${oneTime}`), is: 'one-time 0.500000' },
  { name: 'to spot', before: stack(), after: stack(persistent), is: 'persistent 0.500000' },
  { name: 'to demand', before: stack(persistent, data), after: stack('', data), is: 'on demand' },
  {
    name: 'another price',
    before: stack(persistent),
    after: stack('spot: { maxPrice: 0.7, interruption: stop }'),
    is: 'persistent 0.700000',
  },
  {
    name: 'another type',
    before: stack(oneTime, data),
    after: stack(oneTime.replace('0.5', '0.6'), data),
    is: 'one-time 0.600000',
  },
  { name: 'the end of everything', before: stack(persistent, data) },
]

describe('a run that makes, changes or ends spot servers and is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 240_000 }, async (change) => {
    let calls = 1
    while (await survivesDeath(change, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

async function survivesDeath({ before, after, is }: (typeof changes)[number], calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect((await world.apply(before)).result.status).toBe('converged')
    const isDead = after === undefined ? await world.killDestroy(before ?? '', calls) : await world.kill(after, calls)
    const { result } = after === undefined ? await world.destroy(before ?? '') : await world.apply(after)
    expect(result.status).toBe('converged')
    const { instances, open } = await seen(world)
    const kinds = instances.map(({ InstanceId }) => {
      const request = open.find((one) => one.InstanceId === InstanceId)
      return request ? `${request.Type} ${request.SpotPrice}` : 'on demand'
    })
    expect(new Set(kinds)).toEqual(new Set(is === undefined ? [] : [is]))
    expect(open).toHaveLength(is === undefined || is === 'on demand' ? 0 : instances.length)
    if (after !== undefined) expect((await world.plan(after)).steps).toEqual([])
    return isDead
  } finally {
    await world.close()
  }
}

const simulation = simulationsOfFile()

describe('a spot server', () => {
  it('tags its request, and is launched by itself though it is one of a count', async () => {
    const world = await simulation()
    const launches = await world.requestsDuring(() => world.apply(stack(`count: 3, ${oneTime}`)))
    expect(launches.filter(({ action }) => action === 'RunInstances')).toHaveLength(3)
    const { open } = await seen(world)
    const addresses = open
      .map(({ Tags = [] }) => Tags.find(({ Key }) => Key === 'evenkeel:address')?.Value ?? '')
      .sort((left, right) => (left < right ? -1 : 1))
    expect(addresses).toEqual(['server.web[0]', 'server.web[1]', 'server.web[2]'])
  })

  it.each(['by-price', 'no-capacity'])(
    'that EC2 has ended is drift with its reason, and made again: %s',
    async (cause) => {
      const world = await simulation()
      await world.apply(stack(oneTime, data))
      const { InstanceId } = await only(world)
      await interrupt(world, InstanceId, { cause })
      await inState(world, InstanceId, 'terminated')
      const plan = await world.plan(stack(oneTime, data))
      const change = plan.changes.find(({ address }) => address === 'server.web')
      expect(change?.kind).toBe('create')
      expect(change?.reason).toContain(`EC2 took its spot instance ${InstanceId} back`)
      expect(change?.reason).toContain(`(instance-terminated-${cause})`)
      const drift = driftOf(plan)
      expect(drift.status).toBe('drift')
      expect(drift.problems.map(({ code }) => code)).toContain('PLAN_SPOT_INTERRUPTED')
      expect((await world.carryOut(plan)).status).toBe('converged')
      expect((await only(world)).InstanceId).not.toBe(InstanceId)
      expect((await world.plan(stack(oneTime, data))).steps).toEqual([])
    },
  )

  it('that EC2 is about to end is told', async () => {
    const world = await simulation()
    await world.apply(stack(oneTime))
    const { InstanceId } = await only(world)
    await interrupt(world, InstanceId, { cause: 'by-price', noticeSeconds: 3_600 })
    const plan = await world.plan(stack(oneTime))
    expect(plan.steps).toEqual([])
    expect(plan.problems).toMatchObject([{ code: 'PLAN_SPOT_INTERRUPTED', severity: 'warning' }])
    expect(plan.problems[0]?.message).toContain('is about to take server.web')
  })

  it('that EC2 has stopped is waited for, and not started', async () => {
    const world = await simulation()
    const text = stack(persistent, data)
    await world.apply(text)
    const { InstanceId } = await only(world)
    await interrupt(world, InstanceId)
    await inState(world, InstanceId, 'stopped', 'instance-stopped-no-capacity')
    const plan = await world.plan(text)
    expect(plan.steps).toEqual([])
    const drift = driftOf(plan)
    expect(drift.status).toBe('drift')
    expect(drift.drifted).toMatchObject([
      {
        address: 'server.web',
        diffs: [{ path: 'state', left: expect.stringContaining('EC2 alone starts it') as string }],
      },
    ])
    await interrupt(world, InstanceId, { back: true })
    await inState(world, InstanceId, 'running', 'fulfilled')
    const again = await world.plan(text)
    expect([again.steps, driftOf(again).status]).toEqual([[], 'in-sync'])
  })

  it('that EC2 has stopped is replaced when somebody says so, and ends with its request', async () => {
    const world = await simulation()
    const text = stack(persistent)
    await world.apply(text)
    const { InstanceId } = await only(world)
    await interrupt(world, InstanceId)
    await inState(world, InstanceId, 'stopped', 'instance-stopped-no-capacity')
    const { plan, result } = await world.apply(text, { plan: { replace: ['server.web' as never] } })
    expect(result.status).toBe('converged')
    const kinds = plan.steps.map(({ kind }) => kind)
    expect(kinds.indexOf('cancel-spot-request')).toBeGreaterThan(kinds.indexOf('create-snapshot'))
    expect(kinds.indexOf('cancel-spot-request')).toBeLessThan(kinds.indexOf('terminate-server'))
    const { open } = await seen(world)
    expect(open).toHaveLength(1)
    expect(await only(world)).toMatchObject({ State: { Name: 'running' } })
  })

  it('that somebody has stopped is started, once its request shows that', async () => {
    const world = await simulation({ latencies: { spotStatusMs: 600 } })
    const text = stack(persistent)
    await world.apply(text)
    const { InstanceId = '' } = await only(world)
    await world.client.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }))
    await inState(world, InstanceId, 'stopped')
    const { plan, result } = await world.apply(text)
    expect(plan.steps.map(({ kind }) => kind)).toContain('start-server')
    expect(result.status).toBe('converged')
    expect((await world.plan(text)).steps).toEqual([])
  })

  it('is stopped and started by the file where its request is persistent', async () => {
    const world = await simulation()
    await world.apply(stack(persistent))
    const { InstanceId } = await only(world)
    expect((await world.apply(stack(`${persistent}, state: stopped`))).result.status).toBe('converged')
    expect(await only(world)).toMatchObject({ InstanceId, State: { Name: 'stopped' } })
    expect((await world.apply(stack(persistent))).result.status).toBe('converged')
    expect(await only(world)).toMatchObject({ InstanceId, State: { Name: 'running' } })
  })

  it.each([oneTime, persistent])('is replaced for another type, and says why: %s', async (spot) => {
    const world = await simulation()
    await world.apply(stack(spot))
    const plan = await world.plan(stack(spot).replace('t3.small', 't3.medium'))
    const change = plan.changes.find(({ address }) => address === 'server.web')
    expect(change).toMatchObject({ kind: 'replace' })
    expect(change?.reason).toContain('a spot instance keeps its type')
    expect((await world.carryOut(plan)).status).toBe('converged')
    expect(await only(world)).toMatchObject({ InstanceType: 't3.medium' })
  })

  it('whose request was cancelled by hand runs on, and is replaced where it is to be started', async () => {
    const world = await simulation()
    const text = stack(persistent)
    await world.apply(text)
    const { InstanceId = '', SpotInstanceRequestId = '' } = await only(world)
    await world.client.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }))
    await inState(world, InstanceId, 'stopped', 'instance-stopped-by-user')
    await world.client.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [SpotInstanceRequestId] }))
    const { plan, result } = await world.apply(text)
    expect(plan.changes.find(({ address }) => address === 'server.web')).toMatchObject({
      kind: 'replace',
      reason: expect.stringContaining('its spot request is cancelled') as string,
    })
    expect(result.status).toBe('converged')
    expect((await only(world)).InstanceId).not.toBe(InstanceId)
  })

  it.each([stack(persistent), nothing])(
    'that somebody ended leaves no request that launches it again',
    async (after) => {
      const world = await simulation()
      await world.apply(stack(persistent))
      const { InstanceId = '', SpotInstanceRequestId = '' } = await only(world)
      world.setFaults({ capacity: { probability: 1, only: ['t3.small'] } })
      await world.client.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }))
      await inState(world, InstanceId, 'terminated', 'capacity-not-available')
      const plan = await world.plan(after)
      world.setFaults({})
      const result = await world.carryOut(plan)
      expect(plan.steps).toContainEqual(
        expect.objectContaining({ kind: 'cancel-spot-request', requestId: SpotInstanceRequestId }),
      )
      expect(result.status).toBe('converged')
      const { open, instances } = await seen(world)
      expect([open.length, instances.length]).toEqual(after === nothing ? [0, 0] : [1, 1])
      expect((await world.plan(after)).steps).toEqual([])
    },
  )

  it('that somebody ended, and EC2 launched again, is told, and the other left alone', async () => {
    const world = await simulation()
    await world.apply(stack(persistent))
    const { InstanceId = '' } = await only(world)
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }))
    await until(async () => {
      const { instances } = await seen(world)
      return instances.some((one) => one.InstanceId !== InstanceId && one.State?.Name === 'running')
    })
    const other = await only(world)
    const { plan, result } = await world.destroy(stack(persistent))
    expect(plan.steps.map(({ kind }) => kind)).toContain('cancel-spot-request')
    expect(plan.problems.map(({ message }) => message).join()).toContain(`EC2 launched ${other.InstanceId}`)
    // It is in a security group of the stack, which stays until it ends.
    expect(result.status).toBe('partial')
    const { open, instances } = await seen(world)
    expect([open, instances.map((one) => one.InstanceId)]).toEqual([[], [other.InstanceId]])
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [other.InstanceId ?? ''] }))
    expect((await world.destroy(stack(persistent))).result.status).toBe('converged')
  })

  it('takes an alternative where the price or the quota stands in the way', async () => {
    const world = await simulation()
    const low = 'spot: { maxPrice: 0.003 }, alternatives: [{ type: t3.micro }]'
    expect((await world.apply(stack(low).replace('t3.small', 'm5.xlarge'))).result.status).toBe('converged')
    expect(await only(world)).toMatchObject({ InstanceType: 't3.micro', InstanceLifecycle: 'spot' })
    const failure = { code: 'MaxSpotInstanceCountExceeded', httpStatus: 400 }
    const full = await simulation({ faults: { scripted: [{ action: 'RunInstances', call: 1, failure }] } })
    expect((await full.apply(stack(`${oneTime}, alternatives: [{ type: t3.medium }]`))).result.status).toBe('converged')
    expect(await only(full)).toMatchObject({ InstanceType: 't3.medium' })
  })

  it('says what to do where its price is too low', async () => {
    const world = await simulation()
    const { result } = await world.apply(stack('spot: { maxPrice: 0.001 }'))
    const errors = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error] : []))
    expect(errors).toMatchObject([{ code: 'EC2_CAPACITY', hint: expect.stringContaining('spot.maxPrice') as string }])
  })

  it('costs a plan one call more, and a stack without it none', async () => {
    const world = await simulation()
    await world.apply(stack())
    const without = await world.requestsDuring(() => world.plan(stack()))
    expect(without.map(({ action }) => action)).not.toContain('DescribeSpotInstanceRequests')
    await world.apply(stack(oneTime))
    const withSpot = await world.requestsDuring(() => world.plan(stack(oneTime)))
    expect(withSpot.length).toBe(without.length + 1)
  })
})
