import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  ModifySubnetAttributeCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2'
import { expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import { simulationsOfFile } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const start = simulationsOfFile()
const switches = { defaultVpc: false } as const

const file = (server: string, more = '') => `evenkeel: 1
stack: networks
target: { region: us-east-1 }
securityGroups:
  web: { ingress: [{ port: 80, from: 0.0.0.0/0 }, { port: all, from: securityGroup.web }] }
servers:
  web: { image: ${image}, type: t3.small, securityGroups: [web], ${server} }
${more}`

/** A VPC with one subnet, tagged; with a gateway and public addresses where it is public. */
async function network(client: EC2Client, { isPublic }: { readonly isPublic: boolean }) {
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.40.0.0/16' }))
  const VpcId = Vpc?.VpcId ?? ''
  const { Subnet } = await client.send(
    new CreateSubnetCommand({
      VpcId,
      CidrBlock: '10.40.1.0/24',
      AvailabilityZone: 'us-east-1b',
      TagSpecifications: [{ ResourceType: 'subnet', Tags: [{ Key: 'tier', Value: 'app' }] }],
    }),
  )
  const SubnetId = Subnet?.SubnetId ?? ''
  if (isPublic) {
    const { InternetGateway } = await client.send(new CreateInternetGatewayCommand({}))
    const GatewayId = InternetGateway?.InternetGatewayId ?? ''
    await client.send(new AttachInternetGatewayCommand({ InternetGatewayId: GatewayId, VpcId }))
    const { RouteTables } = await client.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
    )
    const RouteTableId = RouteTables?.[0]?.RouteTableId
    await client.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId }))
    await client.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }))
  }
  return { VpcId, SubnetId }
}

it('without a default VPC the plan asks for a subnet, before anything is made', async () => {
  const world = await start({ switches })
  for (const place of ['zone: us-east-1a', 'state: running']) {
    const { applyable, problems } = await world.plan(file(place))
    const hints = problems.map(({ code, hint }) => `${code}: ${hint}`)
    expect([applyable, hints]).toEqual([false, [expect.stringMatching(/NOT_FOUND: name a `subnet`/)]])
  }
})

it('a security group alone has a network only where there is a default one, and the plan says so', async () => {
  const text = file('zone: us-east-1a').replace(/servers:[^]*/, '')
  const world = await start({ switches })
  const { applyable, problems } = await world.plan(text)
  const told = problems.map(({ code, address, hint }) => [code, address, hint])
  expect([applyable, told]).toEqual([
    false,
    [['PLAN_SUBNET_NOT_FOUND', 'securityGroup.web', expect.stringContaining('`subnet`')]],
  ])
  const usual = await start()
  const { plan, result } = await usual.apply(text)
  expect([plan.problems, result.status]).toEqual([[], 'converged'])
  // What is there is asked about no more.
  const requests = await usual.requestsDuring(() => usual.plan(text))
  expect(requests.map(({ action }) => action)).not.toContain('DescribeSubnets')
})

it.each([
  ['id', true],
  ['tag', false],
])('a server goes where its subnet is, named by %s, and its groups too', async (how, isPublic) => {
  const world = await start({ switches })
  const { VpcId, SubnetId } = await network(world.client, { isPublic })
  const text = file(`subnet: ${how === 'id' ? SubnetId : '{ tag: "tier=app" }'}`)
  const { result, plan } = await world.apply(text)
  expect([plan.problems.map(({ code }) => code), result.status]).toEqual([[], 'converged'])
  const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
  const [instance] = Reservations[0]?.Instances ?? []
  expect(instance).toMatchObject({ VpcId, SubnetId, Placement: { AvailabilityZone: 'us-east-1b' } })
  expect(instance?.PublicIpAddress === undefined).toBe(!isPublic)
  const { SecurityGroups = [] } = await world.client.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
  )
  expect(new Set(SecurityGroups.map(({ GroupName }) => GroupName))).toEqual(
    new Set(['default', 'evenkeel.networks.web']),
  )
  const again = await world.plan(text)
  expect([again.steps, again.problems, driftOf(again).status]).toEqual([[], [], 'in-sync'])
  expect((await world.carryOut(await world.planDestroy(text))).status).toBe('converged')
})

it('an elastic address without a gateway is refused as EC2 refuses it, and given once there is one', async () => {
  const world = await start({ switches })
  const { SubnetId } = await network(world.client, { isPublic: false })
  const text = file(`subnet: ${SubnetId}, elasticIp: true`)
  const { result } = await world.apply(text)
  expect(result.status).toBe('partial')
  expect(JSON.stringify(result)).toContain('Gateway.NotAttached')
})
