import {
  CreateNetworkAclCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcEndpointCommand,
  DeleteNatGatewayCommand,
  DeleteNetworkAclCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcEndpointsCommand,
  DescribeInstancesCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  ReplaceRouteTableAssociationCommand,
  TerminateInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const network = `evenkeel: 1
stack: own
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    subnets:
      a: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }
      b: { cidr: 10.20.2.0/24, zone: us-east-1a }
`
const nothing = 'evenkeel: 1\nstack: own\ntarget: sandbox\n'
const named = (address: string) => ({ Filters: [{ Name: 'tag:evenkeel:address', Values: [address] }] })

async function vpcIn(client: EC2Client): Promise<string> {
  const { Vpcs = [] } = await client.send(new DescribeVpcsCommand(named('network.lab')))
  return Vpcs[0]?.VpcId ?? ''
}

/** What somebody else makes in a network, its id, and how that goes again. */
const foreign: readonly {
  readonly name: string
  readonly make: (client: EC2Client, VpcId: string) => Promise<string | undefined>
  readonly remove: (client: EC2Client, id: string) => Promise<unknown>
}[] = [
  {
    name: 'a subnet',
    make: async (client, VpcId) =>
      (await client.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.20.9.0/24' }))).Subnet?.SubnetId,
    remove: (client, SubnetId) => client.send(new DeleteSubnetCommand({ SubnetId })),
  },
  {
    name: 'a security group',
    make: async (client, VpcId) =>
      (await client.send(new CreateSecurityGroupCommand({ VpcId, GroupName: 'theirs', Description: 'theirs' })))
        .GroupId,
    remove: (client, GroupId) => client.send(new DeleteSecurityGroupCommand({ GroupId })),
  },
  {
    name: 'a route table',
    make: async (client, VpcId) => (await client.send(new CreateRouteTableCommand({ VpcId }))).RouteTable?.RouteTableId,
    remove: (client, RouteTableId) => client.send(new DeleteRouteTableCommand({ RouteTableId })),
  },
  {
    name: 'a network ACL',
    make: async (client, VpcId) => (await client.send(new CreateNetworkAclCommand({ VpcId }))).NetworkAcl?.NetworkAclId,
    remove: (client, NetworkAclId) => client.send(new DeleteNetworkAclCommand({ NetworkAclId })),
  },
  {
    name: 'an endpoint',
    make: async (client, VpcId) => {
      const ServiceName = 'com.amazonaws.us-east-1.s3'
      return (await client.send(new CreateVpcEndpointCommand({ VpcId, ServiceName }))).VpcEndpoint?.VpcEndpointId
    },
    remove: (client, id) => client.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] })),
  },
]

const simulation = simulationsOfFile()

describe('a network that goes and is not wholly the stack’s', () => {
  it.each(foreign)('is not taken apart around $name, which the plan names', async ({ make, remove }) => {
    const world = await simulation()
    await world.apply(network)
    const id = (await make(world.client, await vpcIn(world.client))) ?? ''
    const plan = await world.plan(nothing)
    expect(plan.steps).toEqual([])
    expect(plan.problems).toMatchObject([
      { code: 'PLAN_NETWORK_IN_USE', message: `network.lab stays, because ${id} is in it` },
    ])
    await remove(world.client, id)
    expect((await world.apply(nothing)).result.status).toBe('converged')
    expect(await vpcIn(world.client)).toBe('')
  })

  it('keeps the security group of an endpoint that stays with it', async () => {
    const world = await simulation()
    const door = 'securityGroups: { door: { network: lab, ingress: [{ port: 443, from: 10.20.0.0/16 }] } }\n'
    const endpoint = '    endpoints: { ssm: { service: ssm, subnets: [b], securityGroups: [door] } }\n'
    await world.apply(`${network.replace('    subnets:', `${endpoint}    subnets:`)}${door}`)
    const id = await foreign[0]?.make(world.client, await vpcIn(world.client))
    const { plan, result } = await world.apply(nothing)
    expect(plan.steps).toEqual([])
    expect(result.outcomes).toEqual([])
    await foreign[0]?.remove(world.client, id ?? '')
    expect((await world.apply(nothing)).result.status).toBe('converged')
    expect((await world.census()).securityGroups).toEqual([])
  })

  it('loses a part that nothing foreign is in', async () => {
    const world = await simulation()
    await world.apply(network)
    await foreign[0]?.make(world.client, await vpcIn(world.client))
    const { plan, result } = await world.apply(network.replace(/\n {6}b: .*/, ''))
    expect(plan.problems).toEqual([])
    expect(result.status).toBe('converged')
  })
})

describe('a server of the stack that has just ended', () => {
  it('is not in the way, though its network interface still shows', async () => {
    const world = await simulation({ latencies: 'real' })
    const text = `${network}servers:\n  web: { image: ${image}, type: t3.small, subnet: network.lab.a }\n`
    await world.apply(text)
    const [id = ''] = (await world.census()).instances
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
    const stateOf = async () => {
      const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({ InstanceIds: [id] }))
      return Reservations[0]?.Instances?.[0]?.State?.Name
    }
    while ((await stateOf()) !== 'terminated') await world.clock.sleep(1_000)
    const { NetworkInterfaces = [] } = await world.client.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [id] }] }),
    )
    expect(NetworkInterfaces).toHaveLength(1)
    expect((await world.plan(nothing)).problems).toEqual([])
  })
})

describe('a NAT gateway and an endpoint of the stack that a killed run was deleting', () => {
  it('are not in the way, though their network interfaces still show', async () => {
    const world = await simulation({ latencies: 'real' })
    const text = network.replace(
      '    subnets:',
      '    nat: single\n    endpoints: { ssm: { service: ssm, subnets: [b] } }\n    subnets:',
    )
    expect((await world.apply(text)).result.status).toBe('converged')
    const { NatGateways = [] } = await world.client.send(new DescribeNatGatewaysCommand({}))
    const { VpcEndpoints = [] } = await world.client.send(new DescribeVpcEndpointsCommand({}))
    await world.client.send(new DeleteNatGatewayCommand({ NatGatewayId: NatGateways[0]?.NatGatewayId }))
    const VpcEndpointIds = [VpcEndpoints[0]?.VpcEndpointId ?? '']
    await world.client.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds }))
    const { NetworkInterfaces = [] } = await world.client.send(new DescribeNetworkInterfacesCommand({}))
    expect(NetworkInterfaces).toHaveLength(2)
    const { plan, result } = await world.apply(nothing)
    expect(plan.problems).toEqual([])
    expect(result.status).toBe('converged')
  })
})

describe('a load balancer of the stack', () => {
  it('is waited for with its network, though its network interfaces go minutes after it', async () => {
    const world = await simulation({ latencies: { interfaceReleaseMs: 5 * 60_000 } })
    const text = `${network.replace('zone: us-east-1a }', 'zone: us-east-1b }')}loadBalancers:
  front: { internal: true, kind: network, subnets: [network.lab.a, network.lab.b], targets: { servers: web, port: 8080 } }
servers:
  web: { image: ${image}, type: t3.small, subnet: network.lab.a }
`
    expect((await world.apply(text)).result.status).toBe('converged')
    const { plan, result } = await world.apply(nothing)
    expect(plan.problems).toEqual([])
    const told = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.message] : []))
    expect(told).toEqual([])
  })
})

describe('a route table that somebody made the main one of its network', () => {
  it('stays, and is told to be that', async () => {
    const world = await simulation()
    await world.apply(network)
    await makeMain(world)
    const { result } = await world.apply(network.replace(/\n {6}a: .*/, ''))
    const failed = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.message] : []))
    expect(failed).toEqual([
      expect.stringMatching(/^rtb-\w+ \(network\.lab\.a\.routes\) is still used by vpc-\w+ as its main route table$/),
    ])
  })
})

/** Gives the network the table of a subnet for all that have none. */
async function makeMain({ client }: Simulation): Promise<void> {
  const Filters = [{ Name: 'vpc-id', Values: [await vpcIn(client)] }]
  const { RouteTables = [] } = await client.send(new DescribeRouteTablesCommand({ Filters }))
  const main = RouteTables.flatMap(({ Associations = [] }) => Associations).find(({ Main }) => Main)
  const own = RouteTables.find(({ Tags = [] }) => Tags.some(({ Value }) => Value === 'network.lab.a.routes'))
  await client.send(
    new ReplaceRouteTableAssociationCommand({
      AssociationId: main?.RouteTableAssociationId,
      RouteTableId: own?.RouteTableId,
    }),
  )
}
