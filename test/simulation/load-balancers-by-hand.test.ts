import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
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
import { simulationsOfFile, type Simulation } from '../support/simulation.js'
import { bare, failuresOf, shapeOf, tier } from '../support/tier.js'

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
    expect(new Set(order.slice(0, 2))).toEqual(
      new Set(['deregister-target:loadBalancer.back', 'deregister-target:loadBalancer.front']),
    )
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
    expect(await shapeOf(world)).toEqual({ balancers: [], groups: [], interfaces: 0 })
    const { SecurityGroups = [] } = await world.client.send(new DescribeSecurityGroupsCommand({}))
    expect(new Set(SecurityGroups.map(({ GroupName }) => GroupName))).toEqual(new Set(['default', 'first', 'second']))
    client.destroy()
  })
})

interface Balancing {
  readonly balancer: Awaited<ReturnType<typeof balancingIn>>['balancers'][number]
  readonly group: Awaited<ReturnType<typeof balancingIn>>['groups'][number]
}
