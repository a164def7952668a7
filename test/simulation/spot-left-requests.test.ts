import {
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  type Instance,
} from '@aws-sdk/client-ec2'
import { expect, it } from 'vitest'
import { notShown } from '../../src/model/launch/spot.js'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'
import { until } from '../support/until.js'

const head = 'evenkeel: 1\nstack: cheap\ntarget: sandbox\n'
const text = `${head}servers:\n  web: { image: ${image}, type: t3.small, zone: us-east-1a, spot: { interruption: stop } }\n`
const without = `${head}servers: {}\n`
const simulation = simulationsOfFile()

async function instancesOf({ client }: Simulation): Promise<readonly Instance[]> {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}))
  return Reservations.flatMap(({ Instances = [] }) => Instances)
}

async function requestOf({ client }: Simulation, instanceId: string) {
  const { SpotInstanceRequests = [] } = await client.send(new DescribeSpotInstanceRequestsCommand({}))
  return SpotInstanceRequests.find(({ InstanceId }) => InstanceId === instanceId)
}

/** A world with a spot server that is not the stack's any more: somebody took its tag off. */
async function withUntagged(): Promise<{ world: Simulation; id: string }> {
  const world = await simulation()
  expect((await world.apply(text)).result.status).toBe('converged')
  const [{ InstanceId: id = '' } = {}] = await instancesOf(world)
  await world.client.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'evenkeel:stack' }] }))
  return { world, id }
}

async function stopByEc2(world: Simulation, instanceId: string): Promise<void> {
  const body = JSON.stringify({ instanceId, noticeSeconds: 0 })
  expect((await fetch(`${world.endpoint}/_evenkeel/spot-interruptions`, { method: 'POST', body })).status).toBe(200)
  await until(async () => (await requestOf(world, instanceId))?.Status?.Code === 'instance-stopped-no-capacity')
}

async function expectStopped(world: Simulation, id: string): Promise<void> {
  const instance = (await instancesOf(world)).find(({ InstanceId }) => InstanceId === id)
  expect([instance?.State?.Name, (await requestOf(world, id))?.State]).toEqual(['stopped', 'disabled'])
}

it.each([text, without])(
  'the request of a stopped instance that is not of the stack is left with it, and told',
  async (after) => {
    const { world, id } = await withUntagged()
    await stopByEc2(world, id)
    const { plan, result } = await world.apply(after)
    expect(plan.steps.map(({ kind }) => kind)).not.toContain('cancel-spot-request')
    expect(plan.problems.map(({ message }) => message).join()).toContain(`${id} for sir-`)
    // It is in a security group that the file without the server has no use for.
    expect(result.status).toBe(after === text ? 'converged' : 'partial')
    await expectStopped(world, id)
    const again = await world.plan(after)
    expect(again.problems.map(({ code }) => code)).toEqual(['PLAN_SPOT_INTERRUPTED'])
    if (after === text) expect(again.steps).toEqual([])
  },
)

it('a request is not cancelled where EC2 has stopped such an instance since the plan', async () => {
  const { world, id } = await withUntagged()
  const plan = await world.plan(text)
  expect(plan.steps.map(({ kind }) => kind)).toContain('cancel-spot-request')
  await stopByEc2(world, id)
  const { status, outcomes } = await world.carryOut(plan)
  expect(status).toBe('failed')
  expect(outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error] : []))).toMatchObject([
    { code: 'EC2_NOT_OURS', message: expect.stringContaining(`${id} is stopped`) as string },
  ])
  await expectStopped(world, id)
})

it('the request of a server is cancelled with it also where EC2 did not show it to the plan, as it may for moments', async () => {
  const world = await simulation()
  await world.apply(text)
  const live = await world.observe(without)
  const servers = live.servers.map((server) => {
    const requestId = server.spot?.requestId ?? ''
    return { ...server, spot: { requestId, state: 'closed', status: notShown, isPersistent: false } as const }
  })
  const plan = world.planFrom({ ...live, servers, spotRequests: [] }, without)
  expect((await world.carryOut(plan)).status).toBe('converged')
  const { SpotInstanceRequests = [] } = await world.client.send(new DescribeSpotInstanceRequestsCommand({}))
  expect(SpotInstanceRequests.map(({ State }) => State)).toEqual(['cancelled'])
})

it('a request that still calls an instance running which has ended is of no one else’s', async () => {
  const world = await simulation({ latencies: { spotStatusMs: 3_600_000 } })
  const cheaper = text.replace('interruption', 'maxPrice: 0.5, interruption')
  await world.apply(text)
  const { plan, result } = await world.apply(cheaper)
  expect(plan.steps.map(({ kind }) => kind)).toContain('cancel-spot-request')
  expect(result.status).toBe('converged')
  const { SpotInstanceRequests = [] } = await world.client.send(new DescribeSpotInstanceRequestsCommand({}))
  expect(SpotInstanceRequests.map(({ Status }) => Status?.Code)).toContain('request-canceled-and-instance-running')
  const again = await world.plan(cheaper)
  expect([again.steps, again.problems]).toEqual([[], []])
})
