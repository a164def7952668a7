import {
  CreateNetworkAclEntryCommand,
  DeleteNatGatewayCommand,
  DeleteRouteCommand,
  DescribeAddressesCommand,
  DescribeImagesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

/** A network with everything that one can have. */
const whole = `evenkeel: 1
stack: own
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    nat: single
    acl: { in: [{ port: all, from: 0.0.0.0/0 }], out: [{ port: all, to: 0.0.0.0/0 }] }
    endpoints:
      s3: { service: s3 }
      ssm: { service: ssm, subnets: [b] }
    subnets:
      a: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }
      b: { cidr: 10.20.2.0/24, zone: us-east-1a }
servers:
  web: { image: ${image}, type: t3.small, subnet: network.lab.a }
`
const without = (text: string, ...patterns: readonly RegExp[]) =>
  patterns.reduce((rest, pattern) => rest.replace(pattern, ''), text)
const small = without(whole, /\n {4}nat: .*/, /\n {4}acl: .*/, /\n {4}endpoints:\n.*\n.*/)
/** Another server, in the account's own network. */
const bare = `evenkeel: 1
stack: own
target: sandbox
securityGroups: { door: { ingress: [{ port: 22, from: my-ip }] } }
servers:
  other: { image: ${image}, type: t3.small, zone: us-east-1a, securityGroups: [door] }
`

/** A change, from one stack file to another; `undefined`: everything goes. */
const changes: readonly { name: string; before?: string; after?: string }[] = [
  { name: 'the first apply', after: whole },
  { name: 'more for a network that stands', before: small, after: whole },
  { name: 'less of it', before: whole, after: small },
  { name: 'a network that goes, with the server in it', before: small, after: bare },
  { name: 'the end of everything', before: whole },
]

describe('a run with a network that is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 300_000 }, async ({ before, after }) => {
    let calls = 1
    while (await survivesDeath(before, after, calls)) calls += 1
    expect(calls).toBeGreaterThan(5)
  })
})

/** Kills the change after so many calls, and finishes it; false when it was over before. */
async function survivesDeath(before: string | undefined, after: string | undefined, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect((await world.apply(before)).result.status).toBe('converged')
    const isDead = after === undefined ? await world.killDestroy(whole, calls) : await world.kill(after, calls)
    const { result } = after === undefined ? await world.destroy(whole) : await world.apply(after)
    expect(result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual([])
    expect(result.status).toBe('converged')
    if (after !== undefined) expect((await world.plan(after)).steps).toEqual([])
    expect(await countsIn(world)).toEqual(expected(after))
    return isDead
  } finally {
    await world.close()
  }
}

const nothing = { vpcs: 1, subnets: 6, gateways: 1, tables: 1, acls: 1, nats: 0, endpoints: 0, addresses: 0 }
const some = { vpcs: 2, subnets: 8, gateways: 2, tables: 4, acls: 2, nats: 0, endpoints: 0, addresses: 0 }

function expected(text: string | undefined): typeof nothing {
  if (text === small) return some
  return text === whole ? { ...some, acls: 3, nats: 1, endpoints: 2, addresses: 1 } : nothing
}

/** What the account has, with its default network. */
async function countsIn({ client }: Simulation): Promise<typeof nothing> {
  const nats = (await client.send(new DescribeNatGatewaysCommand({}))).NatGateways ?? []
  const endpoints = (await client.send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints ?? []
  return {
    vpcs: (await client.send(new DescribeVpcsCommand({}))).Vpcs?.length ?? 0,
    subnets: (await client.send(new DescribeSubnetsCommand({}))).Subnets?.length ?? 0,
    gateways: (await client.send(new DescribeInternetGatewaysCommand({}))).InternetGateways?.length ?? 0,
    tables: (await client.send(new DescribeRouteTablesCommand({}))).RouteTables?.length ?? 0,
    acls: (await client.send(new DescribeNetworkAclsCommand({}))).NetworkAcls?.length ?? 0,
    nats: nats.filter(({ State }) => State === 'available').length,
    endpoints: endpoints.length,
    addresses: (await client.send(new DescribeAddressesCommand({}))).Addresses?.length ?? 0,
  }
}

/** What somebody does by hand, and the address and the property under which the plan tells it. */
const hands: readonly {
  readonly name: string
  readonly address: string
  readonly path: string
  readonly by: (world: Simulation) => Promise<unknown>
}[] = [
  {
    name: 'a route deleted',
    address: 'network.lab.a.routes',
    path: 'routes',
    by: async ({ client }) =>
      client.send(new DeleteRouteCommand({ ...(await tableOf(client, 'a')), DestinationCidrBlock: '0.0.0.0/0' })),
  },
  {
    name: 'a route table taken from its subnet',
    address: 'network.lab.b.routes',
    path: 'association',
    by: async ({ client }) => {
      const { RouteTables = [] } = await client.send(new DescribeRouteTablesCommand(named('network.lab.b.routes')))
      const AssociationId = RouteTables[0]?.Associations?.[0]?.RouteTableAssociationId
      return client.send(new DisassociateRouteTableCommand({ AssociationId }))
    },
  },
  {
    name: 'a rule put into a network ACL',
    address: 'network.lab.acl',
    path: 'entries',
    by: async ({ client }) => {
      const { NetworkAcls = [] } = await client.send(new DescribeNetworkAclsCommand(named('network.lab.acl')))
      const rule = { RuleNumber: 5, Protocol: '-1', RuleAction: 'deny', Egress: true, CidrBlock: '0.0.0.0/0' } as const
      return client.send(new CreateNetworkAclEntryCommand({ NetworkAclId: NetworkAcls[0]?.NetworkAclId, ...rule }))
    },
  },
  {
    name: 'public addresses switched off',
    address: 'network.lab.a',
    path: 'publicIps',
    by: async ({ client }) => {
      const { Subnets = [] } = await client.send(new DescribeSubnetsCommand(named('network.lab.a')))
      const input = { SubnetId: Subnets[0]?.SubnetId, MapPublicIpOnLaunch: { Value: false } }
      return client.send(new ModifySubnetAttributeCommand(input))
    },
  },
  {
    name: 'names switched off',
    address: 'network.lab',
    path: 'dnsHostnames',
    by: async ({ client }) => {
      const { Vpcs = [] } = await client.send(new DescribeVpcsCommand(named('network.lab')))
      return client.send(new ModifyVpcAttributeCommand({ VpcId: Vpcs[0]?.VpcId, EnableDnsHostnames: { Value: false } }))
    },
  },
  {
    name: 'an endpoint taken from a subnet’s names',
    address: 'network.lab.endpoint.ssm',
    path: 'privateDns',
    by: async ({ client }) => {
      const { VpcEndpoints = [] } = await client.send(
        new DescribeVpcEndpointsCommand(named('network.lab.endpoint.ssm')),
      )
      const VpcEndpointId = VpcEndpoints[0]?.VpcEndpointId
      return client.send(new ModifyVpcEndpointCommand({ VpcEndpointId, PrivateDnsEnabled: false }))
    },
  },
  {
    name: 'a NAT gateway deleted',
    address: 'network.lab.a.nat',
    path: 'exists',
    by: async ({ client }) => {
      const { NatGateways = [] } = await client.send(new DescribeNatGatewaysCommand({}))
      return client.send(new DeleteNatGatewayCommand({ NatGatewayId: NatGateways[0]?.NatGatewayId }))
    },
  },
]

const named = (address: string) => ({ Filters: [{ Name: 'tag:evenkeel:address', Values: [address] }] })

async function tableOf(client: Simulation['client'], subnet: string) {
  const { RouteTables = [] } = await client.send(new DescribeRouteTablesCommand(named(`network.lab.${subnet}.routes`)))
  return { RouteTableId: RouteTables[0]?.RouteTableId }
}

describe('what somebody changes by hand', () => {
  it('is found, each with its property, and healed', { timeout: 120_000 }, async () => {
    const world = await startSimulation()
    try {
      expect((await world.apply(whole)).result.status).toBe('converged')
      for (const { name, address, path, by } of hands) {
        await by(world)
        const plan = await world.plan(whole)
        const drifted = plan.changes.flatMap((change) =>
          change.diffs.filter(({ cause }) => cause === 'drift').map((diff) => `${change.address} ${diff.path}`),
        )
        expect([name, drifted]).toEqual([name, expect.arrayContaining([`${address} ${path}`])])
        expect((await world.apply(whole)).result.status).toBe('converged')
        expect([name, (await world.plan(whole)).steps]).toEqual([name, []])
      }
      expect(await countsIn(world)).toEqual(expected(whole))
    } finally {
      await world.close()
    }
  })

  it('is put right where the gateway was taken off', { timeout: 60_000 }, async () => {
    const world = await startSimulation()
    const text = small.replace(/servers:[^]*/, '')
    try {
      await world.apply(text)
      const { InternetGateways = [] } = await world.client.send(
        new DescribeInternetGatewaysCommand(named('network.lab.gateway')),
      )
      const [gateway] = InternetGateways
      const input = { InternetGatewayId: gateway?.InternetGatewayId, VpcId: gateway?.Attachments?.[0]?.VpcId }
      await world.client.send(new DetachInternetGatewayCommand(input))
      const plan = await world.plan(text)
      expect(plan.steps.map(({ id }) => id)).toEqual(['modify-network:network.lab.gateway'])
      expect((await world.apply(text)).result.status).toBe('converged')
      expect((await world.plan(text)).steps).toEqual([])
    } finally {
      await world.close()
    }
  })
})

describe('a network with somebody else’s things in it', () => {
  it('stays as a whole, and the plan names what is in the way', { timeout: 60_000 }, async () => {
    const world = await startSimulation()
    const text = small.replace(/servers:[^]*/, '')
    try {
      await world.apply(text)
      const { Subnets = [] } = await world.client.send(new DescribeSubnetsCommand(named('network.lab.b')))
      const { Images = [] } = await world.client.send(
        new DescribeImagesCommand({
          Owners: ['136693071363'],
          Filters: [{ Name: 'name', Values: ['debian-12-amd64-*'] }],
        }),
      )
      const launched = await world.client.send(
        new RunInstancesCommand({
          ImageId: Images[0]?.ImageId,
          InstanceType: 't3.small',
          MinCount: 1,
          MaxCount: 1,
          SubnetId: Subnets[0]?.SubnetId,
        }),
      )
      const id = launched.Instances?.[0]?.InstanceId ?? ''
      const without = text.replace(/networks:[^]*/, '')
      const plan = await world.plan(without)
      expect(plan.steps).toEqual([])
      expect(plan.problems).toMatchObject([
        { code: 'PLAN_NETWORK_IN_USE', scope: 'address', message: `network.lab stays, because ${id} is in it` },
      ])
      await world.client.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
      expect((await world.destroy(text)).result.status).toBe('converged')
      expect(await countsIn(world)).toEqual(nothing)
    } finally {
      await world.close()
    }
  })
})
