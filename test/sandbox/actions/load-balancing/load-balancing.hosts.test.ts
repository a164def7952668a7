import { once } from 'node:events'
import { get } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import * as ec2 from '@aws-sdk/client-ec2'
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeAll, expect, test } from 'vitest'
import { ensureSandbox, stopSandbox, type SandboxEndpoint } from '../../../../src/sandbox/daemon-client.js'
import { describeHosts, unlessHosts } from '../../hosts/support.js'
import { afterTests, clientOf, temporaryDir, until } from '../../support.js'
import { defaultSubnets, front, healthOf, runningInstances } from './support.js'

/** What a host serves: its name, after a while where that is asked for; nothing at all; broken answers; a status by word. */
const program = `import os, socket, time
from http.server import *
class Answer(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        if self.path.startswith('/slow'): time.sleep(float(self.path[5:]))
        if self.path == '/broken': self.connection.close(); return
        status = 503 if self.path == '/well' and os.path.exists('/tmp/ill') else 200
        text = (socket.gethostname() + ' ' + (self.headers['X-Forwarded-For'] or '')).encode()
        self.send_response(status); self.send_header('Content-Length', str(len(text))); self.end_headers()
        self.wfile.write(text)
    def log_message(self, *words): pass
ThreadingHTTPServer(('', 8080), Answer).serve_forever()`
const serve = `#!/bin/sh
cat > /root/serve.py <<'PROGRAM'
${program}
PROGRAM
exec setsid python3 /root/serve.py >/dev/null 2>&1 &
`

describeHosts(`load balancers${unlessHosts}`, () => {
  let dir: string
  let sandbox: SandboxEndpoint
  let client: ec2.EC2Client
  let balancing: elb.ElasticLoadBalancingV2Client
  let group: string
  let arn: string
  let ids: string[]
  let address: string

  beforeAll(async () => {
    dir = join(temporaryDir(), 'sandbox')
    afterTests(() => stopSandbox(dir))
    sandbox = await ensureSandbox(dir, { hosts: 'linux' })
    client = clientOf(sandbox as never)
    const [first] = await defaultSubnets(client)
    const rules = (groupId: string, from: object, port: number) =>
      client.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({
          GroupId: groupId,
          IpPermissions: [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, ...from }],
        }),
      )
    const makeGroup = async (GroupName: string) =>
      (await client.send(new ec2.CreateSecurityGroupCommand({ GroupName, Description: GroupName }))).GroupId!
    const [edge, web] = [await makeGroup('edge'), await makeGroup('web')]
    await rules(edge, { IpRanges: [{ CidrIp: '203.0.113.1/32' }] }, 80)
    await rules(web, { UserIdGroupPairs: [{ GroupId: edge }] }, 8080)
    ids = await runningInstances(client, 2, first!.id, {
      UserData: Buffer.from(serve).toString('base64'),
      SecurityGroupIds: [web],
    })
    const health = {
      HealthCheckPath: '/well',
      HealthCheckIntervalSeconds: 5,
      HealthyThresholdCount: 2,
      HealthCheckTimeoutSeconds: 2,
    }
    const made = await front(sandbox as never, { groups: [edge], health })
    balancing = made.client
    group = made.group.TargetGroupArn!
    arn = made.balancer.LoadBalancerArn!
    await balancing.send(
      new elb.ModifyTargetGroupAttributesCommand({
        TargetGroupArn: group,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
      }),
    )
    await until(
      () => balancing.send(new elb.DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] })),
      ({ LoadBalancers }) => LoadBalancers?.[0]?.State?.Code === 'active',
    )
    const shown = await client.send(
      new ec2.DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['ELB app/front/*'] }] }),
    )
    address = shown.NetworkInterfaces![0]!.Association!.PublicIp!
  })

  const targets = (which: readonly string[]) => ({ TargetGroupArn: group, Targets: which.map((Id) => ({ Id })) })
  const inState = (which: readonly string[], state: string) =>
    until(
      () => healthOf(balancing, group),
      (found) => which.every((id) => found.find((one) => one.id === id)?.state === state),
    )
  const ask = (path = '/', headers: Record<string, string> = {}) =>
    new Promise<{ status: number; text: string; headers: object }>((resolve, reject) => {
      const request = get({ host: address, port: 80, path, agent: false, headers }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => resolve({ status: response.statusCode!, text, headers: response.headers }))
        response.on('error', reject)
      })
      request.on('error', reject)
    })

  test('answers 503 with nobody behind it, and balances over what it has found healthy', async () => {
    expect((await ask()).status).toBe(503)
    expect((await ask()).headers).toMatchObject({ server: 'awselb/2.0' })
    await balancing.send(new elb.RegisterTargetsCommand(targets(ids)))
    await inState(ids, 'healthy')
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask()))
    const names = new Set(answers.map(({ text }) => text.split(' ')[0]))
    expect(names.size).toBe(2)
    expect(answers.every(({ text }) => text.endsWith(' 203.0.113.1'))).toBe(true)
    expect((await ask('/broken')).status).toBe(502)
  })

  test('lets what goes on finish while a target drains, and sends it nothing new', async () => {
    const slow = Array.from({ length: 4 }, () => ask('/slow1.5'))
    await new Promise((resolve) => setTimeout(resolve, 300))
    await balancing.send(new elb.DeregisterTargetsCommand(targets([ids[0]!])))
    expect(await healthOf(balancing, group)).toContainEqual({
      id: ids[0],
      state: 'draining',
      reason: 'Target.DeregistrationInProgress',
    })
    const names = new Set((await Promise.all(Array.from({ length: 10 }, () => ask()))).map(({ text }) => text))
    expect(names.size).toBe(1)
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await balancing.send(new elb.RegisterTargetsCommand(targets([ids[0]!])))
    await inState(ids, 'healthy')
  })

  test('keeps a client with its target by a cookie', async () => {
    const sticky = (Value: string) =>
      balancing.send(
        new elb.ModifyTargetGroupAttributesCommand({
          TargetGroupArn: group,
          Attributes: [{ Key: 'stickiness.enabled', Value }],
        }),
      )
    await sticky('true')
    const first = await ask()
    const cookie = (first.headers as { 'set-cookie': string[] })['set-cookie'][0]!.split(';')[0]!
    const rest = await Promise.all(Array.from({ length: 6 }, () => ask('/', { cookie })))
    expect(new Set([first, ...rest].map(({ text }) => text)).size).toBe(1)
    await sticky('false')
  })

  test('finds a target that answers wrongly unhealthy, and fails open where all are', async () => {
    const health = { TargetGroupArn: group, HealthCheckPath: '/slow3' }
    await balancing.send(new elb.ModifyTargetGroupCommand(health))
    await inState(ids, 'unhealthy')
    expect((await healthOf(balancing, group))[0]!.reason).toBe('Target.Timeout')
    expect((await ask()).status).toBe(200)
    await balancing.send(new elb.ModifyTargetGroupCommand({ ...health, HealthCheckPath: '/well' }))
    await inState(ids, 'healthy')
  })

  test('obeys its security groups', async () => {
    const { SecurityGroups } = await client.send(new ec2.DescribeSecurityGroupsCommand({}))
    const id = (name: string) => SecurityGroups!.find(({ GroupName }) => GroupName === name)!.GroupId!
    const set = (name: string) =>
      balancing.send(new elb.SetSecurityGroupsCommand({ LoadBalancerArn: arn, SecurityGroups: [id(name)] }))
    await set('web')
    const isOpen = async () => {
      const socket = connect({ host: address, port: 80 })
      socket.write('GET / HTTP/1.0\r\n\r\n')
      const answered = once(socket, 'data').then(
        () => true,
        () => false,
      )
      const isAnswered = await Promise.race([
        answered,
        new Promise<boolean>((resolve) => setTimeout(resolve, 700, false)),
      ])
      socket.destroy()
      return isAnswered
    }
    expect(await isOpen()).toBe(false)
    await set('edge')
    expect(await isOpen()).toBe(true)
    await inState(ids, 'healthy')
  })

  test('passes connections on as a network load balancer, and is there again after a restart', async () => {
    const subnets = await defaultSubnets(client)
    const { LoadBalancers } = await balancing.send(
      new elb.CreateLoadBalancerCommand({ Name: 'raw', Type: 'network', Subnets: [subnets[0]!.id] }),
    )
    const LoadBalancerArn = LoadBalancers![0]!.LoadBalancerArn!
    const { TargetGroups } = await balancing.send(
      new elb.CreateTargetGroupCommand({
        Name: 'raw',
        Protocol: 'TCP',
        Port: 8080,
        VpcId: subnets[0]!.vpcId,
        HealthCheckIntervalSeconds: 10,
      }),
    )
    const TargetGroupArn = TargetGroups![0]!.TargetGroupArn!
    await balancing.send(
      new elb.CreateListenerCommand({
        LoadBalancerArn,
        Protocol: 'TCP',
        Port: 8000,
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      }),
    )
    // A network load balancer without groups is told apart by its address, which the targets' groups must let in.
    const raw = await client.send(
      new ec2.DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['ELB net/raw/*'] }] }),
    )
    const { PrivateIpAddress, Association } = raw.NetworkInterfaces![0]!
    const { SecurityGroups } = await client.send(new ec2.DescribeSecurityGroupsCommand({}))
    await client.send(
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: SecurityGroups!.find(({ GroupName }) => GroupName === 'web')!.GroupId!,
        IpPermissions: [
          { IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: `${PrivateIpAddress}/32` }] },
        ],
      }),
    )
    await balancing.send(new elb.RegisterTargetsCommand({ TargetGroupArn, Targets: ids.map((Id) => ({ Id })) }))
    const fetched = () =>
      fetch(`http://${Association!.PublicIp}:8000/`).then(
        (response) => response.text(),
        () => '',
      )
    await until(fetched, (text) => text.startsWith('ip-'))
    await stopSandbox(dir)
    sandbox = await ensureSandbox(dir, { hosts: 'linux' })
    // What serves in the hosts was started by their first boot alone: it is the balancer itself that answers.
    await until(
      () => ask().catch(() => ({ headers: {} })),
      ({ headers }) => (headers as { server?: string }).server === 'awselb/2.0',
    )
    expect((await ask()).status).toBeGreaterThan(500)
  })
})
