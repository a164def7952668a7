import {
  DescribeAddressesCommand,
  DescribeImagesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { startSimulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const whole = `evenkeel: 1
stack: own
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    nat: single
    acl: { in: [{ port: all, from: 0.0.0.0/0 }], out: [{ port: all, to: 0.0.0.0/0 }] }
    endpoints: { s3: { service: s3 }, ssm: { service: ssm, subnets: [b] } }
    subnets:
      a: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }
      b: { cidr: 10.20.2.0/24, zone: us-east-1a }
`
const changed = whole
  .replace('zone: us-east-1a, public: true', 'zone: us-east-1a')
  .replace('10.20.2.0/24, zone: us-east-1a', '10.20.2.0/24, zone: us-east-1a, public: true')
  .replace('in: [', 'in: [{ port: 23, from: 0.0.0.0/0, action: deny }, ')
  .replace('subnets: [b] }', 'subnets: [a], privateDns: false }')
const nothing = 'evenkeel: 1\nstack: own\ntarget: sandbox\n'

/** Everything of networks that is tagged as the stack's, by its address, so that what is there twice stands there twice. */
async function networkIn(client: EC2Client): Promise<readonly string[]> {
  const isThere = ({ State = '' }: { readonly State?: string | undefined }) =>
    !['deleting', 'deleted', 'failed'].includes(State.toLowerCase())
  const found = await Promise.all([
    client.send(new DescribeVpcsCommand({})).then(({ Vpcs = [] }) => Vpcs),
    client.send(new DescribeSubnetsCommand({})).then(({ Subnets = [] }) => Subnets),
    client.send(new DescribeInternetGatewaysCommand({})).then(({ InternetGateways = [] }) => InternetGateways),
    client.send(new DescribeRouteTablesCommand({})).then(({ RouteTables = [] }) => RouteTables),
    client.send(new DescribeNetworkAclsCommand({})).then(({ NetworkAcls = [] }) => NetworkAcls),
    client.send(new DescribeNatGatewaysCommand({})).then(({ NatGateways = [] }) => NatGateways.filter(isThere)),
    client.send(new DescribeVpcEndpointsCommand({})).then(({ VpcEndpoints = [] }) => VpcEndpoints.filter(isThere)),
    client.send(new DescribeAddressesCommand({})).then(({ Addresses = [] }) => Addresses),
  ])
  return found
    .flat()
    .flatMap(({ Tags = [] }) => Tags.filter(({ Key }) => Key === 'evenkeel:address').map(({ Value = '' }) => Value))
    .sort()
}

const parts = [
  'network.lab',
  'network.lab.a',
  'network.lab.a.nat',
  'network.lab.a.nat-address',
  'network.lab.a.routes',
  'network.lab.acl',
  'network.lab.b',
  'network.lab.b.routes',
  'network.lab.endpoint.s3',
  'network.lab.endpoint.ssm',
  'network.lab.gateway',
]

describe.concurrent('a lost response', () => {
  it.each([
    'CreateVpc',
    'CreateSubnet',
    'CreateInternetGateway',
    'AttachInternetGateway',
    'CreateRouteTable',
    'AssociateRouteTable',
    'CreateRoute',
    'CreateNetworkAcl',
    'CreateNetworkAclEntry',
    'ReplaceNetworkAclAssociation',
    'AllocateAddress',
    'CreateNatGateway',
    'CreateVpcEndpoint',
    'ModifyVpcAttribute',
    'ModifySubnetAttribute',
  ])('to each %s of a network neither fails the run nor makes anything twice', { timeout: 120_000 }, async (action) => {
    const world = await startSimulation()
    try {
      world.setFaults({ scripted: [1, 3].map((call) => ({ action, call, failure: 'lost-response' })) })
      const requests = await world.requestsDuring(async () => {
        expect((await world.apply(whole)).result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual(
          [],
        )
      })
      expect(requests.filter((request) => request.action === action).length).toBeGreaterThan(0)
      world.setFaults({})
      expect(await networkIn(world.client)).toEqual(parts)
      expect((await world.plan(whole)).steps).toEqual([])
    } finally {
      await world.close()
    }
  })

  it.each([
    'ReplaceRoute',
    'CreateRoute',
    'DeleteRoute',
    'ReplaceNetworkAclEntry',
    'CreateNetworkAclEntry',
    'ModifyVpcEndpoint',
    'CreateNatGateway',
    'DeleteNatGateway',
    'ReleaseAddress',
  ])('to %s of a change leaves the network as the file says', { timeout: 120_000 }, async (action) => {
    const world = await startSimulation()
    try {
      await world.apply(whole)
      world.setFaults({ scripted: [{ action, call: 1, failure: 'lost-response' }] })
      expect((await world.apply(changed)).result.status).toBe('converged')
      world.setFaults({})
      expect((await world.plan(changed)).steps).toEqual([])
      expect(await networkIn(world.client)).toEqual(parts.map((part) => part.replace('.a.nat', '.b.nat')).sort())
    } finally {
      await world.close()
    }
  })

  it.each([
    'DeleteVpcEndpoints',
    'DeleteNatGateway',
    'ReleaseAddress',
    'DeleteSubnet',
    'DeleteRouteTable',
    'DeleteNetworkAcl',
    'DetachInternetGateway',
    'DeleteInternetGateway',
    'DeleteVpc',
  ])('to each %s of a removal leaves nothing', { timeout: 120_000 }, async (action) => {
    const world = await startSimulation()
    try {
      await world.apply(whole)
      world.setFaults({ scripted: [1, 3].map((call) => ({ action, call, failure: 'lost-response' })) })
      expect((await world.apply(nothing)).result.status).toBe('converged')
      world.setFaults({})
      expect(await networkIn(world.client)).toEqual([])
    } finally {
      await world.close()
    }
  })

  it('to RegisterImage makes no second image, and takes nothing of the snapshot', async () => {
    const world = await startSimulation()
    try {
      const disk = `evenkeel: 1\nstack: of\ntarget: sandbox\nimages: { first: { from: server.builder } }\nservers:\n  builder: { image: ${image}, type: t3.small, zone: us-east-1a }\n`
      await world.apply(disk)
      const { Snapshots = [] } = await world.client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
      const text = `evenkeel: 1\nstack: own\ntarget: sandbox\nimages:\n  rescue: { from: ${Snapshots[0]?.SnapshotId}, architecture: x86_64, rootDevice: /dev/xvda, user: admin }\n`
      world.setFaults({ scripted: [{ action: 'RegisterImage', call: 1, failure: 'lost-response' }] })
      expect((await world.apply(text)).result.status).toBe('converged')
      expect((await world.plan(text)).steps).toEqual([])
      const imagesOf = async () => {
        const { Images = [] } = await world.client.send(new DescribeImagesCommand({ Owners: ['self'] }))
        return Images.map(({ Name = '' }) => Name).sort()
      }
      expect(await imagesOf()).toEqual(['of/first/1', 'own/rescue/1'])
      // The snapshot is somebody else's: it stays when the image goes.
      expect((await world.destroy(text)).result.status).toBe('converged')
      expect(await imagesOf()).toEqual(['of/first/1'])
      expect((await world.census()).snapshots).toEqual([Snapshots[0]?.SnapshotId])
    } finally {
      await world.close()
    }
  })
})
