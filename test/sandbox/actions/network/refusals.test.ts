import * as ec2 from '@aws-sdk/client-ec2'
import { beforeAll, describe, expect, it } from 'vitest'
import { clientOf, errorOf, testSandbox, until } from '../../support.js'

const everywhere = '0.0.0.0/0'
const rule = { Protocol: '-1', RuleAction: 'allow', Egress: false, CidrBlock: everywhere } as const

/** What EC2 refuses of networks, in its own codes and words: whoever orders a removal wrongly hears of it here first. */
describe('what is refused of networks', () => {
  let client: ec2.EC2Client
  const ids = { vpc: '', other: '', subnet: '', second: '', table: '', acl: '', gateway: '', address: '', nat: '' }
  const refusal = async (sent: Promise<unknown>) => {
    const { name, message } = await errorOf(sent)
    return { name, message }
  }

  beforeAll(async () => {
    client = clientOf(await testSandbox())
    ids.vpc = (await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.20.0.0/16' }))).Vpc?.VpcId ?? ''
    ids.other = (await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.21.0.0/16' }))).Vpc?.VpcId ?? ''
    const subnetOf = async (CidrBlock: string) =>
      (await client.send(new ec2.CreateSubnetCommand({ VpcId: ids.vpc, CidrBlock }))).Subnet?.SubnetId ?? ''
    ids.subnet = await subnetOf('10.20.1.0/24')
    ids.second = await subnetOf('10.20.2.0/24')
    const { RouteTable } = await client.send(new ec2.CreateRouteTableCommand({ VpcId: ids.vpc }))
    ids.table = RouteTable?.RouteTableId ?? ''
    await client.send(new ec2.AssociateRouteTableCommand({ RouteTableId: ids.table, SubnetId: ids.subnet }))
    const { NetworkAcl } = await client.send(new ec2.CreateNetworkAclCommand({ VpcId: ids.vpc }))
    ids.acl = NetworkAcl?.NetworkAclId ?? ''
    const { InternetGateway } = await client.send(new ec2.CreateInternetGatewayCommand({}))
    ids.gateway = InternetGateway?.InternetGatewayId ?? ''
    await client.send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId: ids.gateway, VpcId: ids.vpc }))
    ids.address = (await client.send(new ec2.AllocateAddressCommand({ Domain: 'vpc' }))).AllocationId ?? ''
    const made = await client.send(new ec2.CreateNatGatewayCommand({ SubnetId: ids.subnet, AllocationId: ids.address }))
    ids.nat = made.NatGateway?.NatGatewayId ?? ''
    await until(
      () => client.send(new ec2.DescribeNatGatewaysCommand({ NatGatewayIds: [ids.nat] })),
      ({ NatGateways }) => NatGateways?.[0]?.State === 'available',
    )
  })

  it('is the end of what something is still in', async () => {
    const depends = (what: string, id: string) => ({
      name: 'DependencyViolation',
      message: `The ${what} '${id}' has dependencies and cannot be deleted.`,
    })
    expect(await refusal(client.send(new ec2.DeleteVpcCommand({ VpcId: ids.vpc })))).toEqual(depends('vpc', ids.vpc))
    expect(await refusal(client.send(new ec2.DeleteSubnetCommand({ SubnetId: ids.subnet })))).toEqual(
      depends('subnet', ids.subnet),
    )
    expect(await refusal(client.send(new ec2.DeleteRouteTableCommand({ RouteTableId: ids.table })))).toEqual(
      depends('routeTable', ids.table),
    )
    expect(
      await refusal(client.send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId: ids.gateway }))),
    ).toEqual(depends('internetGateway', ids.gateway))
    expect(
      await refusal(
        client.send(new ec2.DetachInternetGatewayCommand({ InternetGatewayId: ids.gateway, VpcId: ids.vpc })),
      ),
    ).toEqual({
      name: 'DependencyViolation',
      message: `Network ${ids.vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    })
  })

  it('is an address that a NAT gateway has, a second time and its release', async () => {
    const input = { SubnetId: ids.subnet, AllocationId: ids.address }
    expect((await refusal(client.send(new ec2.CreateNatGatewayCommand(input)))).name).toBe('Resource.AlreadyAssociated')
    expect((await refusal(client.send(new ec2.ReleaseAddressCommand({ AllocationId: ids.address })))).name).toBe(
      'InvalidIPAddress.InUse',
    )
    expect(
      (await refusal(client.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId: 'nat-00000000000000000' })))).name,
    ).toBe('NatGatewayNotFound')
  })

  it('is a network ACL that a subnet has, the default one, and a number twice', async () => {
    const { NetworkAcls = [] } = await client.send(
      new ec2.DescribeNetworkAclsCommand({ Filters: [{ Name: 'association.subnet-id', Values: [ids.second] }] }),
    )
    const first = NetworkAcls[0]?.Associations?.find(({ SubnetId }) => SubnetId === ids.second)
    expect(
      await refusal(client.send(new ec2.DeleteNetworkAclCommand({ NetworkAclId: NetworkAcls[0]?.NetworkAclId }))),
    ).toEqual({
      name: 'InvalidParameterValue',
      message: `The default network ACL '${NetworkAcls[0]?.NetworkAclId}' cannot be deleted.`,
    })
    const AssociationId = first?.NetworkAclAssociationId
    await client.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId: ids.acl }))
    // It has another id from then on.
    expect(
      (
        await refusal(
          client.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId: ids.acl })),
        )
      ).name,
    ).toBe('InvalidAssociationID.NotFound')
    expect(await refusal(client.send(new ec2.DeleteNetworkAclCommand({ NetworkAclId: ids.acl })))).toEqual({
      name: 'DependencyViolation',
      message: `The networkAcl '${ids.acl}' has dependencies and cannot be deleted.`,
    })
    const entry = { ...rule, NetworkAclId: ids.acl, RuleNumber: 10 }
    await client.send(new ec2.CreateNetworkAclEntryCommand(entry))
    expect((await refusal(client.send(new ec2.CreateNetworkAclEntryCommand(entry)))).name).toBe(
      'NetworkAclEntryAlreadyExists',
    )
    const missing = { NetworkAclId: ids.acl, RuleNumber: 11, Egress: false }
    expect((await refusal(client.send(new ec2.DeleteNetworkAclEntryCommand(missing)))).name).toBe(
      'InvalidNetworkAclEntry.NotFound',
    )
    expect(
      (
        await refusal(
          client.send(new ec2.ReplaceNetworkAclEntryCommand({ ...rule, NetworkAclId: ids.acl, RuleNumber: 11 })),
        )
      ).name,
    ).toBe('InvalidNetworkAclEntry.NotFound')
  })

  it('is a route twice, one that is not there, and an association twice', async () => {
    const route = { RouteTableId: ids.table, DestinationCidrBlock: everywhere }
    await client.send(new ec2.CreateRouteCommand({ ...route, GatewayId: ids.gateway }))
    expect(await refusal(client.send(new ec2.CreateRouteCommand({ ...route, GatewayId: ids.gateway })))).toEqual({
      name: 'RouteAlreadyExists',
      message: `The route identified by ${everywhere} already exists.`,
    })
    await client.send(new ec2.DeleteRouteCommand(route))
    expect(await refusal(client.send(new ec2.DeleteRouteCommand(route)))).toEqual({
      name: 'InvalidRoute.NotFound',
      message: `no route with destination-cidr-block ${everywhere} in route table ${ids.table}`,
    })
    const { RouteTable } = await client.send(new ec2.CreateRouteTableCommand({ VpcId: ids.vpc }))
    const other = { RouteTableId: RouteTable?.RouteTableId, SubnetId: ids.subnet }
    expect((await refusal(client.send(new ec2.AssociateRouteTableCommand(other)))).name).toBe(
      'Resource.AlreadyAssociated',
    )
    const elsewhere = await client.send(new ec2.CreateRouteTableCommand({ VpcId: ids.other }))
    const foreign = { RouteTableId: elsewhere.RouteTable?.RouteTableId, SubnetId: ids.second }
    expect((await refusal(client.send(new ec2.AssociateRouteTableCommand(foreign)))).name).toBe('InvalidParameterValue')
  })

  it('is an endpoint of nothing, of another kind, twice in a table or a zone, and with names that nobody tells', async () => {
    const of = (service: string) => ({ VpcId: ids.vpc, ServiceName: `com.amazonaws.us-east-1.${service}` })
    const VpcEndpointType = 'Interface' as const
    const interfaceOf = { ...of('ssm'), VpcEndpointType, SubnetIds: [ids.subnet] }
    expect((await refusal(client.send(new ec2.CreateVpcEndpointCommand(of('nothing'))))).name).toBe(
      'InvalidServiceName',
    )
    expect((await refusal(client.send(new ec2.CreateVpcEndpointCommand(of('ssm'))))).name).toBe('InvalidParameter')
    const gateway = { ...of('s3'), RouteTableIds: [ids.table] }
    await client.send(new ec2.CreateVpcEndpointCommand(gateway))
    expect((await refusal(client.send(new ec2.CreateVpcEndpointCommand(gateway)))).name).toBe('RouteAlreadyExists')
    expect(await refusal(client.send(new ec2.CreateVpcEndpointCommand(interfaceOf)))).toEqual({
      name: 'InvalidParameter',
      message: `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${ids.vpc}`,
    })
    const both = { ...interfaceOf, PrivateDnsEnabled: false, SubnetIds: [ids.subnet, ids.second] }
    expect((await refusal(client.send(new ec2.CreateVpcEndpointCommand(both)))).name).toBe('DuplicateSubnetsInSameZone')
    // One that is not there is told beside those that go, and refuses nothing (EC2 API, DeleteVpcEndpoints).
    const gone = await client.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: ['vpce-00000000000000000'] }))
    expect(gone.Unsuccessful?.[0]?.Error?.Code).toBe('InvalidVpcEndpointId.NotFound')
  })
})
