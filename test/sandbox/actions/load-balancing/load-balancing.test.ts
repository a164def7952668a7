import {
  DeleteSecurityGroupCommand,
  CreateSecurityGroupCommand,
  DescribeNetworkInterfacesCommand,
} from '@aws-sdk/client-ec2'
import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  RemoveTagsCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'vitest'
import { createSandbox } from '../../../../src/sandbox/sandbox.js'
import { loadBalancingActions } from '../../../../src/sandbox/actions/load-balancing/registry.js'
import { askSigned } from '../../signed-request.js'
import { compareAnswer } from '../../answer-schema.js'
import { parseXml } from '../../answer-xml.js'
import { loadBalancingDescribed } from '../../sdk-schemas.js'
import { afterTests, clientOf, errorOf, temporaryDir, testSandbox, until } from '../../support.js'
import { balancingClientOf, defaultSubnets, front, healthOf, runningInstances } from './support.js'

test('a balancer is provisioned, is active, has interfaces of its own, and goes with its listeners', async () => {
  const sandbox = await testSandbox({ latencies: { balancerProvisioningMs: 30, interfaceReleaseMs: 0 } })
  const { client, balancer, group, subnets } = await front(sandbox)
  expect(balancer).toMatchObject({ State: { Code: 'provisioning' }, Type: 'application', Scheme: 'internet-facing' })
  expect(balancer.DNSName).toMatch(/^front-\d+\.us-east-1\.elb\.amazonaws\.com$/)
  expect(balancer.LoadBalancerArn).toMatch(/:loadbalancer\/app\/front\/[0-9a-f]{16}$/)
  await until(
    () => client.send(new DescribeLoadBalancersCommand({ Names: ['front'] })),
    ({ LoadBalancers }) => LoadBalancers?.[0]?.State?.Code === 'active',
  )
  const { NetworkInterfaces = [] } = await clientOf(sandbox).send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['ELB app/front/*'] }] }),
  )
  expect(new Set(NetworkInterfaces.map(({ SubnetId }) => SubnetId))).toEqual(new Set(subnets.map(({ id }) => id)))
  expect(
    NetworkInterfaces.every(({ RequesterManaged, Association }) => RequesterManaged && Association?.PublicIp),
  ).toBe(true)
  const { TargetGroups } = await client.send(
    new DescribeTargetGroupsCommand({ LoadBalancerArn: balancer.LoadBalancerArn }),
  )
  expect(TargetGroups).toMatchObject([{ TargetGroupArn: group.TargetGroupArn, Matcher: { HttpCode: '200' } }])
  await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer.LoadBalancerArn }))
  await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer.LoadBalancerArn }))
  expect((await client.send(new DescribeLoadBalancersCommand({}))).LoadBalancers).toEqual([])
  await client.send(new DeleteTargetGroupCommand({ TargetGroupArn: group.TargetGroupArn }))
})

test('creates are idempotent by name and settings, and refuse other settings', async () => {
  const sandbox = await testSandbox()
  const { client, balancer, group, listener, subnets } = await front(sandbox)
  const Subnets = subnets.map(({ id }) => id)
  const again = await client.send(new CreateLoadBalancerCommand({ Name: 'front', Subnets }))
  expect(again.LoadBalancers?.[0]?.LoadBalancerArn).toBe(balancer.LoadBalancerArn)
  const other = new CreateLoadBalancerCommand({ Name: 'front', Subnets, Scheme: 'internal' })
  expect(await errorOf(client.send(other))).toMatchObject({ name: 'DuplicateLoadBalancerNameException', status: 400 })
  const groupOf = (Port: number) =>
    new CreateTargetGroupCommand({ Name: 'front', Protocol: 'HTTP', Port, VpcId: subnets[0]!.vpcId })
  expect((await client.send(groupOf(8080))).TargetGroups?.[0]?.TargetGroupArn).toBe(group.TargetGroupArn)
  expect((await errorOf(client.send(groupOf(81)))).name).toBe('DuplicateTargetGroupNameException')
  const listen = (arn: string) =>
    new CreateListenerCommand({
      LoadBalancerArn: balancer.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: arn }],
    })
  expect((await client.send(listen(group.TargetGroupArn!))).Listeners?.[0]?.ListenerArn).toBe(listener.ListenerArn)
  const second = await client.send(
    new CreateTargetGroupCommand({ Name: 'second', Protocol: 'HTTP', Port: 80, VpcId: subnets[0]!.vpcId }),
  )
  const arn = second.TargetGroups![0]!.TargetGroupArn!
  expect((await errorOf(client.send(listen(arn)))).name).toBe('DuplicateListenerException')
})

test('it refuses in ELB’s words', async () => {
  const sandbox = await testSandbox({ latencies: { interfaceReleaseMs: 60_000 } })
  const ec2 = clientOf(sandbox)
  const made = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'web', Description: 'web' }))
  const { client, balancer, group, subnets } = await front(sandbox, { groups: [made.GroupId!] })
  const LoadBalancerArn = balancer.LoadBalancerArn
  const create = (input: object) => client.send(new CreateLoadBalancerCommand({ Name: 'x', Subnets: [], ...input }))
  const listen = (input: object) =>
    client.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: 'HTTP',
        Port: 81,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: group.TargetGroupArn }],
        ...input,
      }),
    )
  const [a, b] = subnets.map(({ id }) => id) as [string, string]
  const tcp = await client.send(
    new CreateTargetGroupCommand({ Name: 'tcp', Protocol: 'TCP', Port: 80, VpcId: subnets[0]!.vpcId }),
  )
  const TargetGroupArn = tcp.TargetGroups![0]!.TargetGroupArn!
  await client.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn,
      Attributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }],
    }),
  )
  const refusals: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => create({ Subnets: [a] }), 'ValidationError'],
    [() => create({ Subnets: [a, 'subnet-00000000000000000'] }), 'SubnetNotFoundException'],
    [() => create({ Subnets: [a, b], SecurityGroups: ['sg-00000000000000000'] }), 'InvalidSecurityGroupException'],
    [() => create({ Subnets: [a, b], Name: '-x' }), 'ValidationError'],
    [() => create({ Subnets: [a, b], Name: 'x'.repeat(33) }), 'ValidationError'],
    [() => create({ Subnets: [a, b], Tags: [{ Key: 'a', Value: 'b;c' }] }), 'ValidationError'],
    [() => create({ Subnets: [a], Type: 'gateway' }), 'UnsupportedOperation'],
    [
      () => listen({ Port: 80, Protocol: 'HTTPS', Certificates: [{ CertificateArn: 'arn:x' }] }),
      'CertificateNotFoundException',
    ],
    [() => listen({ DefaultActions: [{ Type: 'forward', TargetGroupArn }] }), 'IncompatibleProtocolsException'],
    [() => client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })), 'OperationNotPermittedException'],
    [
      () => client.send(new DeleteTargetGroupCommand({ TargetGroupArn: group.TargetGroupArn })),
      'ResourceInUseException',
    ],
    [() => client.send(new DescribeLoadBalancersCommand({ Names: ['nobody'] })), 'LoadBalancerNotFoundException'],
    [() => client.send(new DescribeTargetGroupsCommand({ Names: ['nobody'] })), 'TargetGroupNotFoundException'],
    [
      () =>
        client.send(
          new ModifyTargetGroupAttributesCommand({
            TargetGroupArn,
            Attributes: [{ Key: 'proxy_protocol_v2.enabled', Value: 'true' }],
          }),
        ),
      'UnsupportedOperation',
    ],
    [
      () => client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: 'i-00000000000000000' }] })),
      'InvalidTargetException',
    ],
  ]
  for (const [ask, name] of refusals) expect((await errorOf(ask())).name).toBe(name)
  const { text, status } = await askSigned(sandbox, 'elasticloadbalancing', {
    Action: 'Nothing',
    Version: '2015-12-01',
  })
  expect([status, text.replace(/<RequestId>.*?<\/RequestId>/, '')]).toEqual([
    400,
    '<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>The action Nothing is not valid for this web service.</Message></Error></ErrorResponse>',
  ])
  expect((await errorOf(ec2.send(new DeleteSecurityGroupCommand({ GroupId: made.GroupId })))).name).toBe(
    'DependencyViolation',
  )
})

test('targets are told as they are: without hosts nothing ever answers', async () => {
  const sandbox = await testSandbox({
    latencies: { balancingScale: 0.02, instancePendingMs: 0, instanceStoppingMs: 0 },
  })
  const ec2 = clientOf(sandbox)
  const health = { HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5 }
  const { client, group, balancer, subnets } = await front(sandbox, { health })
  const arn = group.TargetGroupArn!
  const [inZone] = await runningInstances(ec2, 1, subnets[0]!.id)
  const [elsewhere] = await runningInstances(ec2, 1, (await defaultSubnets(ec2))[3]!.id)
  const Targets = [{ Id: inZone! }, { Id: elsewhere! }]
  await client.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets }))
  expect(await healthOf(client, arn)).toEqual([
    { id: inZone, state: 'initial', reason: 'Elb.InitialHealthChecking' },
    { id: elsewhere, state: 'unused', reason: 'Target.NotInUse' },
  ])
  await until(
    () => healthOf(client, arn),
    ([first]) => first?.state === 'unhealthy' && first.reason === 'Target.Timeout',
  )
  const drains = [{ Key: 'deregistration_delay.timeout_seconds', Value: '20' }]
  await client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes: drains }))
  await client.send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets }))
  expect((await healthOf(client, arn)).map(({ state }) => state)).toEqual(['draining', 'draining'])
  await until(
    () => healthOf(client, arn),
    ({ length }) => length === 0,
  )
  await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer.LoadBalancerArn }))
  await client.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: [{ Id: inZone! }] }))
  expect(await healthOf(client, arn)).toMatchObject([{ state: 'unused', reason: 'Target.NotInUse' }])
})

test('a balancer is there again after a restart, and what drained has gone', async () => {
  const stateDir = temporaryDir()
  const options = { stateDir, hosts: 'none', latencies: { balancingScale: 0.001, instancePendingMs: 0 } } as const
  const first = await createSandbox(options)
  const { balancer, group, subnets, client } = await front(first)
  const ids = await runningInstances(clientOf(first), 1, subnets[0]!.id)
  const TargetGroupArn = group.TargetGroupArn!
  const Targets = ids.map((Id) => ({ Id }))
  await client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }))
  await client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }))
  await first.close()
  const second = await createSandbox(options)
  afterTests(() => second.close())
  const again = balancingClientOf(second)
  const { LoadBalancers } = await again.send(new DescribeLoadBalancersCommand({}))
  expect(LoadBalancers).toMatchObject([{ DNSName: balancer.DNSName }])
  await until(
    () => healthOf(again, TargetGroupArn),
    ({ length }) => length === 0,
  )
})

test('everything that is answered has the name and the type that the SDK reads', async () => {
  const sandbox = await testSandbox()
  const { balancer, group, listener, subnets } = await front(sandbox)
  const [id] = await runningInstances(clientOf(sandbox), 1, subnets[0]!.id)
  const LoadBalancerArn = balancer.LoadBalancerArn!
  const TargetGroupArn = group.TargetGroupArn!
  const ListenerArn = listener.ListenerArn!
  const [one, two] = subnets.map((subnet) => subnet.id) as [string, string]
  const vpc = { VpcId: subnets[0]!.vpcId }
  const { client } = { client: clientOf(sandbox) }
  const made = await client.send(new CreateSecurityGroupCommand({ GroupName: 'web', Description: 'web' }))
  const forward = {
    'DefaultActions.member.1.Type': 'forward',
    'DefaultActions.member.1.TargetGroupArn': TargetGroupArn,
  }
  const tag = { 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': 'b' }
  const delay = 'deregistration_delay.timeout_seconds'
  const calls: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['CreateLoadBalancer', { Name: 'x', 'Subnets.member.1': one, 'Subnets.member.2': two, ...tag }],
    ['CreateTargetGroup', { Name: 'x', Protocol: 'HTTP', Port: '80', ...vpc }],
    ['CreateListener', { LoadBalancerArn, Protocol: 'HTTP', Port: '81', ...forward }],
    ['DescribeLoadBalancers', { PageSize: '1' }],
    ['DescribeTargetGroups', {}],
    ['DescribeListeners', { LoadBalancerArn }],
    ['DescribeRules', { ListenerArn }],
    ['DescribeTags', { 'ResourceArns.member.1': LoadBalancerArn }],
    ['AddTags', { 'ResourceArns.member.1': LoadBalancerArn, ...tag }],
    ['RemoveTags', { 'ResourceArns.member.1': LoadBalancerArn, 'TagKeys.member.1': 'a' }],
    ['DescribeLoadBalancerAttributes', { LoadBalancerArn }],
    ['DescribeTargetGroupAttributes', { TargetGroupArn }],
    [
      'ModifyTargetGroupAttributes',
      { TargetGroupArn, 'Attributes.member.1.Key': delay, 'Attributes.member.1.Value': '5' },
    ],
    [
      'ModifyLoadBalancerAttributes',
      { LoadBalancerArn, 'Attributes.member.1.Key': 'idle_timeout.timeout_seconds', 'Attributes.member.1.Value': '5' },
    ],
    ['ModifyTargetGroup', { TargetGroupArn, HealthCheckPath: '/well' }],
    ['ModifyListener', { ListenerArn, Port: '82' }],
    ['SetSubnets', { LoadBalancerArn, 'Subnets.member.1': one, 'Subnets.member.2': two }],
    ['SetSecurityGroups', { LoadBalancerArn, 'SecurityGroups.member.1': made.GroupId! }],
    ['RegisterTargets', { TargetGroupArn, 'Targets.member.1.Id': id! }],
    ['DescribeTargetHealth', { TargetGroupArn }],
    ['DeregisterTargets', { TargetGroupArn, 'Targets.member.1.Id': id! }],
    ['DeleteListener', { ListenerArn }],
    ['DeleteLoadBalancer', { LoadBalancerArn }],
    ['DeleteTargetGroup', { TargetGroupArn }],
  ]
  const wrong = new Set<string>()
  for (const [Action, parameters] of calls) {
    const { status, text } = await askSigned(sandbox, 'elasticloadbalancing', {
      Action,
      Version: '2015-12-01',
      ...parameters,
    })
    expect(`${Action} ${status} ${status === 200 ? '' : text}`).toBe(`${Action} 200 `)
    const result = parseXml(text).children.find(({ name }) => name === `${Action}Result`)!
    compareAnswer(result, loadBalancingDescribed.outputOf(Action)!, Action, wrong)
  }
  expect([...wrong]).toEqual([])
  const seen = new Set(calls.map(([action]) => action))
  expect([...loadBalancingActions.keys()].filter((name) => !seen.has(name))).toEqual([])
})

test('what is set is read back', async () => {
  const sandbox = await testSandbox()
  const { client, balancer, group, listener, subnets } = await front(sandbox)
  const LoadBalancerArn = balancer.LoadBalancerArn!
  const TargetGroupArn = group.TargetGroupArn!
  const ResourceArns = [LoadBalancerArn, TargetGroupArn]
  await client.send(new AddTagsCommand({ ResourceArns, Tags: [{ Key: 'a', Value: 'b' }] }))
  await client.send(new RemoveTagsCommand({ ResourceArns, TagKeys: ['evenkeel:stack'] }))
  const { TagDescriptions } = await client.send(new DescribeTagsCommand({ ResourceArns }))
  expect(TagDescriptions?.map(({ Tags }) => Tags)).toEqual([[{ Key: 'a', Value: 'b' }], [{ Key: 'a', Value: 'b' }]])
  const health = {
    HealthCheckPath: '/up',
    HealthCheckIntervalSeconds: 7,
    HealthyThresholdCount: 3,
    Matcher: { HttpCode: '200-204' },
  }
  await client.send(new ModifyTargetGroupCommand({ TargetGroupArn, ...health }))
  const { TargetGroups } = await client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] }))
  expect(TargetGroups).toMatchObject([health])
  const sticky = [
    { Key: 'stickiness.enabled', Value: 'true' },
    { Key: 'stickiness.lb_cookie.duration_seconds', Value: '60' },
  ]
  await client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: sticky }))
  const attributes = await client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }))
  expect(attributes.Attributes).toEqual(expect.arrayContaining(sticky))
  const more = (await defaultSubnets(clientOf(sandbox))).slice(1, 4).map(({ id }) => id)
  await client.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets: more }))
  const described = await client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }))
  expect(described.LoadBalancers?.[0]?.AvailabilityZones?.map(({ SubnetId }) => SubnetId).sort()).toEqual(
    more.toSorted(),
  )
  expect(subnets[1]!.id).toBe(more[0])
  const made = await clientOf(sandbox).send(new CreateSecurityGroupCommand({ GroupName: 'g', Description: 'g' }))
  await client.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: [made.GroupId!] }))
  await client.send(new ModifyListenerCommand({ ListenerArn: listener.ListenerArn, Port: 90 }))
  const { Listeners } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }))
  expect(Listeners).toMatchObject([{ Port: 90, Protocol: 'HTTP' }])
  const { Rules } = await client.send(new DescribeRulesCommand({ ListenerArn: listener.ListenerArn }))
  expect(Rules).toMatchObject([{ IsDefault: true, Priority: 'default' }])
  await client.send(new DeleteListenerCommand({ ListenerArn: listener.ListenerArn }))
  const left = await client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }))
  expect(left.Attributes).toContainEqual({ Key: 'deletion_protection.enabled', Value: 'false' })
})
