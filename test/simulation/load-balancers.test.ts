import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2'
import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, it } from 'vitest'
import { required } from '../../src/core/assert.js'
import { balancingBeside, balancingIn } from '../support/balancing.js'
import { simulationsOfFile, startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

interface Choice {
  readonly count?: number
  readonly of?: string
  readonly type?: string
  readonly listeners?: string
  readonly targets?: string
  readonly more?: string
}

const tier = ({ count = 2, of = image, type = 't3.small', listeners = '', targets = '', more = '' }: Choice = {}) =>
  `${bare({ count, of, type })}loadBalancers:
  front: { securityGroups: [edge], targets: { servers: web, port: 8080${targets} }${listeners}${more} }
`
const bare = ({ count = 2, of = image, type = 't3.small' }: Choice = {}) => `evenkeel: 1
stack: tier
target: sandbox
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
  web: { ingress: [{ port: 8080, from: securityGroup.edge }] }
servers:
  web: { count: ${count}, image: ${of}, type: ${type}, zone: us-east-1a, securityGroups: [web], rolling: { maxUnavailable: 1 } }
`
const newer = image.replace('12', '13')

/** A change, from one stack file to another; `undefined`: everything goes. */
const changes: readonly { name: string; before?: string; after?: string }[] = [
  { name: 'the first apply', after: tier() },
  { name: 'a balancer for servers that stand', before: bare(), after: tier() },
  {
    name: 'another port, other listeners, checks and tags',
    before: tier(),
    after: tier({
      listeners: ', listeners: [{ port: 80 }, { port: 81 }], tags: { team: music }',
      targets: ', health: { path: /well, interval: 10 }, drainSeconds: 5',
    }).replace('web, port: 8080', 'web, port: 8081'),
  },
  { name: 'more members', before: tier(), after: tier({ count: 3 }) },
  { name: 'fewer members', before: tier({ count: 3 }), after: tier() },
  { name: 'another type, one by one', before: tier(), after: tier({ type: 't3.medium' }) },
  { name: 'another image, one by one', before: tier(), after: tier({ of: newer }) },
  { name: 'another scheme', before: tier(), after: tier({ more: ', internal: true' }) },
  {
    name: 'another name',
    before: tier(),
    after: `${tier().replace('front:', 'gate:')}moved: [{ from: loadBalancer.front, to: loadBalancer.gate }]\n`,
  },
  { name: 'the end of the balancer', before: tier(), after: bare() },
  { name: 'the end of everything', before: tier() },
]

describe('a run with load balancers that is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 300_000 }, async ({ before, after }) => {
    let calls = 1
    while (await survivesDeath(before, after, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

/** Kills the change after so many calls, and finishes it; false when it was over before. */
async function survivesDeath(before: string | undefined, after: string | undefined, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect(await failuresOf(world.apply(before))).toEqual([])
    const isDead = after === undefined ? await world.killDestroy(tier(), calls) : await world.kill(after, calls)
    expect(await failuresOf(after === undefined ? world.destroy(tier()) : world.apply(after))).toEqual([])
    if (after !== undefined) expect((await world.plan(after)).steps).toEqual([])
    expect(await shapeOf(world)).toEqual(expected(after))
    return isDead
  } finally {
    await world.close()
  }
}

async function failuresOf(applied: ReturnType<Simulation['apply']>) {
  const { result } = await applied
  const failed = result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')
  return result.status === 'converged' ? failed : [result.status, ...failed]
}

/** What there is of load balancers, in what a stack file says. */
async function shapeOf({ client }: Simulation) {
  const balancing = balancingBeside(client)
  const { balancers, groups } = await balancingIn(balancing)
  balancing.destroy()
  const { NetworkInterfaces = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['ELB *'] }] }),
  )
  return {
    balancers: balancers.map(({ Scheme, listeners, tags }) => ({
      scheme: Scheme,
      ports: listeners.map(({ Port = 0 }) => Port).toSorted((left, right) => left - right),
      address: tags.find(({ Key }) => Key === 'evenkeel:address')?.Value,
    })),
    groups: groups.map(({ Port, HealthCheckPath, targets, LoadBalancerArns = [] }) => ({
      port: Port,
      path: HealthCheckPath,
      targets: targets.filter(({ TargetHealth }) => TargetHealth?.State !== 'draining').length,
      balancers: LoadBalancerArns.length,
    })),
    interfaces: NetworkInterfaces.length,
  }
}

function expected(text: string | undefined): Awaited<ReturnType<typeof shapeOf>> {
  if (text === undefined || !text.includes('loadBalancers')) return { balancers: [], groups: [], interfaces: 0 }
  const isMore = text.includes('81 }')
  const name = text.includes('gate:') ? 'gate' : 'front'
  return {
    balancers: [
      {
        scheme: text.includes('internal') ? 'internal' : 'internet-facing',
        ports: isMore ? [80, 81] : [80],
        address: `loadBalancer.${name}`,
      },
    ],
    groups: [
      {
        port: isMore ? 8081 : 8080,
        path: isMore ? '/well' : '/',
        targets: /count: (\d)/.exec(text) ? Number(/count: (\d)/.exec(text)?.[1]) : 0,
        balancers: 1,
      },
    ],
    interfaces: 2,
  }
}

const simulation = simulationsOfFile()

describe('load balancers', () => {
  const whole = tier({
    targets: ', health: { path: /well }, drainSeconds: 5',
    more: ', tags: { team: music }',
  })

  /** What somebody does by hand, and the paths of the plan's differences that tell it. */
  const byHand: readonly {
    readonly name: string
    readonly paths: readonly string[]
    readonly act: (client: ElasticLoadBalancingV2Client, found: Balancing, world: Simulation) => Promise<unknown>
  }[] = [
    {
      name: 'a listener that was deleted',
      paths: ['listeners'],
      act: (client, { balancer }) =>
        client.send(new DeleteListenerCommand({ ListenerArn: balancer.listeners[0]?.ListenerArn })),
    },
    {
      name: 'a listener beside',
      paths: ['listeners'],
      act: (client, { balancer, group }) =>
        client.send(
          new CreateListenerCommand({
            LoadBalancerArn: balancer.LoadBalancerArn,
            Port: 90,
            Protocol: 'HTTP',
            DefaultActions: [{ Type: 'forward', TargetGroupArn: group.TargetGroupArn }],
          }),
        ),
    },
    {
      name: 'a target that was deregistered',
      paths: ['targets.servers'],
      act: (client, { group }) =>
        client.send(
          new DeregisterTargetsCommand({
            TargetGroupArn: group.TargetGroupArn,
            Targets: [{ Id: group.targets[0]?.Target?.Id }],
          }),
        ),
    },
    {
      name: 'a target at another port beside',
      paths: ['targets.servers'],
      act: (client, { group }) =>
        client.send(
          new RegisterTargetsCommand({
            TargetGroupArn: group.TargetGroupArn,
            Targets: [{ Id: group.targets[0]?.Target?.Id, Port: 9 }],
          }),
        ),
    },
    {
      name: 'other health checks',
      paths: ['targets.health.healthy', 'targets.health.path'],
      act: (client, { group: { TargetGroupArn } }) =>
        client.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckPath: '/', HealthyThresholdCount: 3 })),
    },
    {
      name: 'other attributes of the target group',
      paths: ['targets.drainSeconds', 'targets.stickiness'],
      act: (client, { group: { TargetGroupArn } }) =>
        client.send(
          new ModifyTargetGroupAttributesCommand({
            TargetGroupArn,
            Attributes: [
              { Key: 'deregistration_delay.timeout_seconds', Value: '1' },
              { Key: 'stickiness.enabled', Value: 'true' },
            ],
          }),
        ),
    },
    {
      name: 'a protection',
      paths: ['protect'],
      act: (client, { balancer: { LoadBalancerArn } }) =>
        client.send(
          new ModifyLoadBalancerAttributesCommand({
            LoadBalancerArn,
            Attributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }],
          }),
        ),
    },
    {
      name: 'other tags',
      paths: ['tags.team'],
      act: (client, { balancer }) =>
        client.send(
          new AddTagsCommand({
            ResourceArns: [balancer.LoadBalancerArn ?? ''],
            Tags: [{ Key: 'team', Value: 'noise' }],
          }),
        ),
    },
    {
      name: 'other security groups',
      paths: ['securityGroups'],
      act: async (client, { balancer: { LoadBalancerArn } }, world) => {
        const { SecurityGroups = [] } = await world.client.send(new DescribeSecurityGroupsCommand({}))
        const ids = SecurityGroups.flatMap(({ GroupName, GroupId = '' }) => (GroupName === 'default' ? [GroupId] : []))
        await client.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: ids }))
      },
    },
    {
      name: 'subnets where none of its servers is',
      paths: ['subnets'],
      act: async (client, { balancer: { LoadBalancerArn } }, world) => {
        const { Subnets = [] } = await world.client.send(new DescribeSubnetsCommand({}))
        const elsewhere = Subnets.filter(({ AvailabilityZone }) => AvailabilityZone !== 'us-east-1a')
        const ids = elsewhere.map(({ SubnetId = '' }) => SubnetId)
        await client.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets: ids.slice(0, 2) }))
      },
    },
    {
      name: 'a balancer that was deleted',
      paths: ['exists'],
      act: (client, { balancer }) =>
        client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer.LoadBalancerArn })),
    },
    {
      name: 'both that were deleted',
      paths: ['exists'],
      act: async (client, { balancer, group }) => {
        await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer.LoadBalancerArn }))
        await client.send(new DeleteTargetGroupCommand({ TargetGroupArn: group.TargetGroupArn }))
      },
    },
    {
      name: 'everything that was led elsewhere',
      paths: ['listeners'],
      act: async (client, { balancer, group }) => {
        const { TargetGroups = [] } = await client.send(
          new CreateTargetGroupCommand({ Name: 'mine', Protocol: 'HTTP', Port: 1, VpcId: group.VpcId }),
        )
        const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: TargetGroups[0]?.TargetGroupArn }]
        const { ListenerArn } = balancer.listeners[0] ?? {}
        await client.send(new ModifyListenerCommand({ ListenerArn, DefaultActions }))
      },
    },
  ]

  it.each(byHand)('are made again as the file says: $name', async ({ paths, act, name }) => {
    const world = await simulation()
    expect(await failuresOf(world.apply(whole))).toEqual([])
    expect((await world.plan(whole)).steps).toEqual([])
    const before = await shapeOf(world)
    const client = balancingBeside(world.client)
    const { balancers, groups } = await balancingIn(client)
    await act(client, { balancer: required(balancers[0], 'a balancer'), group: required(groups[0], 'a group') }, world)
    const plan = await world.plan(whole)
    const change = plan.changes.find(({ address }) => address === 'loadBalancer.front')
    const told = change?.diffs.filter(({ cause }) => cause === 'drift').map(({ path }) => path) ?? []
    expect(told).toEqual(expect.arrayContaining([...paths]))
    if (!paths.includes('exists')) expect(told).toEqual(paths)
    expect(await failuresOf(world.apply(whole))).toEqual([])
    expect((await world.plan(whole)).steps).toEqual([])
    const { groups: left, ...after } = await shapeOf(world)
    const own = left.filter(({ port }) => port !== 1)
    expect({ ...after, groups: own }).toEqual(before)
    // What is not the stack's stays.
    expect(left.length - own.length).toBe(name.includes('elsewhere') ? 1 : 0)
    client.destroy()
  })

  it.each([
    'CreateTargetGroup',
    'CreateLoadBalancer',
    'CreateListener',
    'ModifyTargetGroupAttributes',
    'RegisterTargets',
    'AddTags',
    'DeregisterTargets',
    'DeleteLoadBalancer',
    'DeleteTargetGroup',
  ])('survive a lost response to %s', async (action) => {
    const world = await simulation()
    const isEnd = /^De(?:register|lete)/.test(action)
    if (isEnd) expect(await failuresOf(world.apply(tier({ count: 3 })))).toEqual([])
    world.setFaults({ scripted: [{ action, call: 1, failure: 'lost-response' }] })
    const after = action === 'DeregisterTargets' ? whole : isEnd ? bare() : whole
    const { result } = await world.apply(after)
    expect(result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual([])
    expect(result.status).toBe('converged')
    expect((await world.plan(after)).steps).toEqual([])
    expect((await shapeOf(world)).balancers).toHaveLength(after === whole ? 1 : 0)
  })

  it('that have the name and are somebody else’s are never taken over', async () => {
    const world = await simulation()
    const { steps } = await world.plan(tier())
    const made = steps.find(({ kind }) => kind === 'create-load-balancer')
    const Name = made?.kind === 'create-load-balancer' ? made.groupName : ''
    const { Vpcs = [] } = await world.client.send(new DescribeVpcsCommand({}))
    const client = balancingBeside(world.client)
    await client.send(new CreateTargetGroupCommand({ Name, Protocol: 'HTTP', Port: 8080, VpcId: Vpcs[0]?.VpcId ?? '' }))
    const { result } = await world.apply(tier())
    const codes = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.code] : []))
    expect(codes).toEqual(['EC2_NOT_OURS'])
    client.destroy()
  })

  it('of two stacks with the same names are two', async () => {
    const world = await simulation()
    const other = tier().replace('stack: tier', 'stack: other')
    expect(await failuresOf(world.apply(tier()))).toEqual([])
    expect(await failuresOf(world.apply(other))).toEqual([])
    expect((await shapeOf(world)).balancers).toHaveLength(2)
    expect(await failuresOf(world.destroy(other))).toEqual([])
    expect((await world.plan(tier())).steps).toEqual([])
  })

  it('share servers, which leave both before they stop', async () => {
    const world = await simulation()
    const both = (type: string) =>
      `${tier({ type })}  back: { kind: network, internal: true, targets: { servers: 'web[0]', port: 8080 } }\n`
    expect(await failuresOf(world.apply(both('t3.small')))).toEqual([])
    const plan = await world.plan(both('t3.medium'))
    const order = plan.steps.flatMap(({ id }) => (/deregister-target|stop-server/.test(id) ? [id.split('#')[0]] : []))
    expect(order.slice(0, 3).toSorted()).toEqual([
      'deregister-target:loadBalancer.back',
      'deregister-target:loadBalancer.front',
      'stop-server:server.web[0]',
    ])
    expect(order[2]).toBe('stop-server:server.web[0]')
    expect((await world.carryOut(plan)).status).toBe('converged')
  })

  it('stay where nobody is left behind them, and take no server that is stopped', async () => {
    const world = await simulation()
    const names = tier().replace('servers: web,', 'servers: [web],')
    expect(await failuresOf(world.apply(names))).toEqual([])
    const none = names.replace('count: 2', 'count: 0')
    expect(await failuresOf(world.apply(none))).toEqual([])
    expect((await world.plan(none)).steps).toEqual([])
    expect((await shapeOf(world)).groups.map(({ targets }) => targets)).toEqual([0])
    const stopped = tier().replace('rolling: {', 'state: stopped, rolling: {')
    expect(await failuresOf(world.apply(stopped))).toEqual([])
    expect((await world.plan(stopped)).steps).toEqual([])
    expect((await shapeOf(world)).groups.map(({ targets }) => targets)).toEqual([0])
    expect(await failuresOf(world.apply(tier()))).toEqual([])
    expect((await shapeOf(world)).groups.map(({ targets }) => targets)).toEqual([2])
  })
})

interface Balancing {
  readonly balancer: Awaited<ReturnType<typeof balancingIn>>['balancers'][number]
  readonly group: Awaited<ReturnType<typeof balancingIn>>['groups'][number]
}

describe('a load balancer in a network that the plan makes, with groups of others', () => {
  const own = (more = '') => `evenkeel: 1
stack: tier
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    subnets:
      a: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }
      b: { cidr: 10.20.2.0/24, zone: us-east-1b, public: true }
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
servers:
  web: { count: 2, image: ${image}, type: t3.small, subnet: network.lab.a }
loadBalancers:
  front: { subnets: [network.lab.a, network.lab.b], securityGroups: [edge], targets: { servers: web, port: 8080 }${more} }
`
  const nothing = { balancers: [], groups: [], interfaces: 0 }

  it.concurrent.each(['create', 'remove', 'destroy'] as const)(
    'is finished by the next run, wherever it was killed: %s',
    { timeout: 300_000 },
    async (work) => {
      const without = `evenkeel: 1
stack: tier
target: sandbox
servers: { other: { image: ${image}, type: t3.small, zone: us-east-1a } }
`
      for (let calls = 1, isDead = true; isDead; calls += 1) {
        const world = await startSimulation()
        try {
          if (work !== 'create') expect(await failuresOf(world.apply(own()))).toEqual([])
          const after = work === 'create' ? own() : without
          isDead = work === 'destroy' ? await world.killDestroy(own(), calls) : await world.kill(after, calls)
          expect(await failuresOf(work === 'destroy' ? world.destroy(own()) : world.apply(after))).toEqual([])
          if (work !== 'destroy') expect((await world.plan(after)).steps).toEqual([])
          const { balancers, interfaces } = await shapeOf(world)
          expect([balancers.length, interfaces]).toEqual(work === 'create' ? [1, 2] : [0, 0])
          const { Vpcs = [] } = await world.client.send(new DescribeVpcsCommand({}))
          expect(Vpcs).toHaveLength(work === 'create' ? 2 : 1)
        } finally {
          await world.close()
        }
      }
    },
  )

  it('wears groups that are there already, by id and by tag, and leaves them when it goes', async () => {
    const world = await simulation()
    const make = async (GroupName: string) =>
      (await world.client.send(new CreateSecurityGroupCommand({ GroupName, Description: 'theirs' }))).GroupId ?? ''
    const [first, second] = [await make('first'), await make('second')]
    await world.client.send(new CreateTagsCommand({ Resources: [second], Tags: [{ Key: 'tier', Value: 'edge' }] }))
    const text = tier().replace('securityGroups: [edge],', `securityGroups: [edge, ${first}, { tag: tier=edge }],`)
    expect(await failuresOf(world.apply(text))).toEqual([])
    expect((await world.plan(text)).steps).toEqual([])
    const client = balancingBeside(world.client)
    const wornBy = async () => (await balancingIn(client)).balancers[0]?.SecurityGroups ?? []
    expect(await wornBy()).toEqual(expect.arrayContaining([first, second]))
    expect(await wornBy()).toHaveLength(3)
    const fewer = text.replace(`edge, ${first},`, 'edge,')
    const change = (await world.plan(fewer)).changes.find(({ address }) => address === 'loadBalancer.front')
    expect(change?.diffs.map(({ path, cause }) => `${path} ${cause}`)).toEqual(['securityGroups pending'])
    expect(await failuresOf(world.apply(fewer))).toEqual([])
    expect(await wornBy()).toHaveLength(2)
    const problems = (await world.plan(text.replace('tier=edge', 'tier=none'))).problems.map(({ code }) => code)
    expect(problems).toEqual(['PLAN_EXISTING_NOT_FOUND'])
    expect(await failuresOf(world.destroy(fewer))).toEqual([])
    expect(await shapeOf(world)).toEqual(nothing)
    const { SecurityGroups = [] } = await world.client.send(new DescribeSecurityGroupsCommand({}))
    expect(SecurityGroups.map(({ GroupName }) => GroupName).toSorted()).toEqual(['default', 'first', 'second'])
    client.destroy()
  })
})
