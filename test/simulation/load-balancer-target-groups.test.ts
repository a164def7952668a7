import { StopInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { DeleteLoadBalancerCommand, DeregisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, it } from 'vitest'
import { balancingBeside, balancingIn } from '../support/balancing.js'
import { simulationsOfFile, startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'
import { failuresOf, tier } from '../support/tier.js'

const simulation = simulationsOfFile()
const newer = image.replace('12', '13')
const elsewhere = (text: string) => text.replace('web, port: 8080', 'web, port: 8081')

async function targetsIn({ client }: Simulation) {
  const balancing = balancingBeside(client)
  const { groups } = await balancingIn(balancing)
  balancing.destroy()
  return groups.map(({ Port, targets }) => ({ port: Port, targets: targets.map(({ Target }) => Target?.Id ?? '') }))
}

async function deregisterOne({ client }: Simulation, instanceId: string): Promise<void> {
  const balancing = balancingBeside(client)
  const { groups } = await balancingIn(balancing)
  const { TargetGroupArn } = groups[0] ?? {}
  await balancing.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: instanceId }] }))
  balancing.destroy()
}

describe('another target group, which another port makes necessary', () => {
  it.each([
    { name: 'replaced', change: { of: newer } },
    { name: 'stopped for another type', change: { type: 't3.medium' } },
  ])('gets no server that got no traffic and is $name in the plan, before it is back', async ({ change }) => {
    const world = await simulation()
    expect(await failuresOf(world.apply(tier()))).toEqual([])
    const [first = '', second] = (await world.observe(tier())).servers.map(({ id }) => id)
    await deregisterOne(world, first)
    const after = elsewhere(tier(change))
    const modifying = (await world.plan(after)).steps.find(({ kind }) => kind === 'modify-load-balancer')
    expect(modifying).toMatchObject({ instanceIds: [second] })
    expect(await failuresOf(world.apply(after))).toEqual([])
    expect((await world.plan(after)).steps).toEqual([])
    const { servers } = await world.observe(after)
    const ids = servers.map(({ id }) => id).toSorted()
    expect((await targetsIn(world)).map(({ port, targets }) => [port, targets.toSorted()])).toEqual([[8081, ids]])
  })

  it('gets a server that somebody stopped when it runs again', async () => {
    const world = await simulation()
    expect(await failuresOf(world.apply(tier()))).toEqual([])
    const [first = ''] = (await world.observe(tier())).servers.map(({ id }) => id)
    await world.client.send(new StopInstancesCommand({ InstanceIds: [first] }))
    const after = elsewhere(tier())
    expect(await failuresOf(world.apply(after))).toEqual([])
    expect((await world.plan(after)).steps).toEqual([])
    expect((await targetsIn(world)).map(({ port, targets }) => [port, targets.length])).toEqual([[8081, 2]])
  })

  it('is told and led to by the next run, where one was cut off before it led anything there', async () => {
    const world = await simulation()
    expect(await failuresOf(world.apply(tier()))).toEqual([])
    const after = elsewhere(tier())
    const refused = { code: 'OperationNotPermitted', message: 'not now' }
    world.setFaults({ scripted: [{ action: 'ModifyListener', call: 1, failure: refused }] })
    expect(await failuresOf(world.apply(after))).not.toEqual([])
    const change = (await world.plan(after)).changes.find(({ address }) => address === 'loadBalancer.front')
    expect(change?.diffs.map(({ path, before, after: wanted }) => [path, before, wanted])).toContainEqual([
      'targets.port',
      8080,
      8081,
    ])
    expect(await failuresOf(world.apply(after))).toEqual([])
    expect((await world.plan(after)).steps).toEqual([])
    expect((await targetsIn(world)).map(({ port, targets }) => [port, targets.length])).toEqual([[8081, 2]])
  })
})

describe('a target group whose load balancer somebody deleted', () => {
  it('has none but the file’s servers once there is another, also where one of them was terminated', async () => {
    const world = await simulation()
    expect(await failuresOf(world.apply(tier()))).toEqual([])
    const [first = ''] = (await world.observe(tier())).servers.map(({ id }) => id)
    const balancing = balancingBeside(world.client)
    const { balancers } = await balancingIn(balancing)
    const { LoadBalancerArn } = balancers[0] ?? {}
    await balancing.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
    balancing.destroy()
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [first] }))
    expect(await failuresOf(world.apply(tier()))).toEqual([])
    expect((await world.plan(tier())).steps).toEqual([])
    const ids = (await world.observe(tier())).servers.map(({ id }) => id).toSorted()
    expect((await targetsIn(world)).map(({ targets }) => targets.toSorted())).toEqual([ids])
  })
})

const scaled = (port: number) => `evenkeel: 1
stack: scaled
target: sandbox
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
loadBalancers:
  front: { securityGroups: [edge], targets: { port: ${port} } }
scalingGroups:
  web: { image: ${image}, type: t3.micro, min: 1, max: 2, zones: [us-east-1a], securityGroups: [edge], loadBalancer: front, health: { grace: 0 } }
`

describe('a scaling group whose load balancer gets another target group', { timeout: 120_000 }, () => {
  it('is behind that one after the same apply, and after the one that finishes a killed run', async () => {
    let isDead = true
    for (let calls = 1; isDead; calls += 1) {
      const world = await startSimulation()
      try {
        expect(await failuresOf(world.apply(scaled(8080)))).toEqual([])
        isDead = await world.kill(scaled(8081), calls)
        expect([calls, await failuresOf(world.apply(scaled(8081)))]).toEqual([calls, []])
        expect([calls, (await world.plan(scaled(8081))).steps]).toEqual([calls, []])
        const { loadBalancers = [], scalingGroups = [] } = await world.observe(scaled(8081))
        const ids = loadBalancers.flatMap(({ targetGroups }) => targetGroups.map(({ id }) => id))
        expect(ids).toHaveLength(1)
        expect(scalingGroups.map(({ group }) => group?.targetGroupIds)).toEqual([ids])
      } finally {
        await world.close()
      }
    }
  })
})
