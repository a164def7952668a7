import {
  AssociateAddressCommand,
  AssociateRouteTableCommand,
  AllocateAddressCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateDefaultVpcCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  RevokeSecurityGroupIngressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2'
import { describe, expect, test } from 'vitest'
import { clientOf, errorNameOf, errorOf, temporaryDir, testSandbox, until } from '../../support.js'

async function imageOf(client: EC2Client): Promise<string> {
  const { Images = [] } = await client.send(
    new DescribeImagesCommand({
      Owners: ['136693071363'],
      Filters: [{ Name: 'name', Values: ['debian-12-amd64-*'] }],
    }),
  )
  return Images[0]?.ImageId ?? ''
}

/** A VPC with a public and a private subnet, as everybody makes it. */
async function makeNetwork(client: EC2Client, cidr = '10.20.0.0/16') {
  const prefix = cidr.split('.').slice(0, 2).join('.')
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: cidr }))
  const VpcId = Vpc?.VpcId ?? ''
  const subnet = async (third: number) => {
    const { Subnet } = await client.send(
      new CreateSubnetCommand({ VpcId, CidrBlock: `${prefix}.${third}.0/24`, AvailabilityZone: 'us-east-1b' }),
    )
    return Subnet?.SubnetId ?? ''
  }
  const [open, closed] = [await subnet(1), await subnet(2)]
  const { InternetGateway } = await client.send(new CreateInternetGatewayCommand({}))
  const InternetGatewayId = InternetGateway?.InternetGatewayId ?? ''
  await client.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }))
  const { RouteTable } = await client.send(new CreateRouteTableCommand({ VpcId }))
  const RouteTableId = RouteTable?.RouteTableId ?? ''
  await client.send(
    new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: InternetGatewayId }),
  )
  const { AssociationId = '' } = await client.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId: open }))
  return { VpcId, open, closed, InternetGatewayId, RouteTableId, AssociationId }
}

async function launch(client: EC2Client, input: Partial<ConstructorParameters<typeof RunInstancesCommand>[0]> = {}) {
  const { Instances = [] } = await client.send(
    new RunInstancesCommand({
      ImageId: await imageOf(client),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      ...input,
    }),
  )
  const id = Instances[0]?.InstanceId ?? ''
  return until(
    async () => {
      const { Reservations } = await client.send(new DescribeInstancesCommand({ InstanceIds: [id] }))
      return Reservations![0]!.Instances![0]!
    },
    ({ State }) => State?.Name !== 'pending',
  )
}

describe('without a default VPC', () => {
  test('there is nothing, and what names no network is refused as by EC2', async () => {
    const client = clientOf(await testSandbox({ switches: { defaultVpc: false } }))
    expect((await client.send(new DescribeVpcsCommand({}))).Vpcs).toEqual([])
    expect((await client.send(new DescribeSubnetsCommand({}))).Subnets).toEqual([])
    const refused = { name: 'VPCIdNotSpecified', message: 'No default VPC for this user', status: 400 }
    expect(await errorOf(launch(client))).toEqual(refused)
    expect(await errorOf(launch(client, { Placement: { AvailabilityZone: 'us-east-1a' } }))).toEqual(refused)
    expect(
      await errorOf(client.send(new CreateSecurityGroupCommand({ GroupName: 'web', Description: 'web' }))),
    ).toEqual(refused)
  })

  test('a default VPC can be made, and stays away once it was taken away', async () => {
    const stateDir = temporaryDir()
    const sandbox = await testSandbox({ stateDir, switches: { defaultVpc: false } })
    const client = clientOf(sandbox)
    await client.send(new CreateDefaultVpcCommand({}))
    expect(await errorNameOf(client.send(new CreateDefaultVpcCommand({})))).toBe('DefaultVpcAlreadyExists')
    expect((await launch(client)).PublicIpAddress).toBeDefined()
    await sandbox.close()
    const { Vpcs = [] } = await clientOf(await testSandbox({ stateDir })).send(new DescribeVpcsCommand({}))
    expect(Vpcs.map(({ IsDefault }) => IsDefault)).toEqual([true])
  })

  test('an account that was made without one has none at the next start either', async () => {
    const stateDir = temporaryDir()
    await (await testSandbox({ stateDir, switches: { defaultVpc: false } })).close()
    const { Vpcs } = await clientOf(await testSandbox({ stateDir })).send(new DescribeVpcsCommand({}))
    expect(Vpcs).toEqual([])
  })
})

describe('a VPC of one’s own', () => {
  test('gives public addresses where its subnet or the launch says so', async () => {
    const client = clientOf(await testSandbox())
    const { VpcId, open, closed } = await makeNetwork(client)
    const alone = await launch(client, { SubnetId: closed })
    expect(alone).toMatchObject({ VpcId, SubnetId: closed, PrivateIpAddress: '10.20.2.4' })
    expect(alone.PublicIpAddress).toBeUndefined()
    expect((await launch(client, { SubnetId: open })).PublicIpAddress).toBeUndefined()
    await client.send(new ModifySubnetAttributeCommand({ SubnetId: open, MapPublicIpOnLaunch: { Value: true } }))
    const first = await launch(client, { SubnetId: open })
    const second = await launch(client, { SubnetId: open })
    expect(first.PublicIpAddress).not.toBe(second.PublicIpAddress)
    const asked = await launch(client, {
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: open, AssociatePublicIpAddress: false }],
    })
    expect(asked.PublicIpAddress).toBeUndefined()
  })

  test('has its own default group, and refuses those of another', async () => {
    const client = clientOf(await testSandbox())
    const { VpcId, closed } = await makeNetwork(client)
    const groups = async (vpc: string) =>
      (await client.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] })))
        .SecurityGroups ?? []
    const [own] = await groups(VpcId)
    expect(own?.GroupName).toBe('default')
    expect((await launch(client, { SubnetId: closed })).SecurityGroups).toEqual([
      { GroupId: own?.GroupId, GroupName: 'default' },
    ])
    const make = async (vpc: string | undefined) =>
      (
        await client.send(
          new CreateSecurityGroupCommand({ GroupName: 'web', Description: 'web', ...(vpc && { VpcId: vpc }) }),
        )
      ).GroupId ?? ''
    const [here, elsewhere] = [await make(VpcId), await make(undefined)]
    expect(await errorNameOf(make(VpcId))).toBe('InvalidGroup.Duplicate')
    expect(await errorOf(launch(client, { SubnetId: closed, SecurityGroupIds: [elsewhere] }))).toMatchObject({
      name: 'InvalidGroup.NotFound',
      message: `The security group '${elsewhere}' does not exist in VPC '${VpcId}'`,
    })
    const rule = { GroupId: here, IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: elsewhere }] }] }
    expect(await errorNameOf(client.send(new AuthorizeSecurityGroupIngressCommand(rule)))).toBe('InvalidGroup.NotFound')
    // An unknown rule is an error here, and none in the default VPC.
    const unknown = {
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    }
    expect(await errorNameOf(client.send(new RevokeSecurityGroupIngressCommand({ GroupId: here, ...unknown })))).toBe(
      'InvalidPermission.NotFound',
    )
    await client.send(new RevokeSecurityGroupIngressCommand({ GroupId: elsewhere, ...unknown }))
    // By name a group is one of the default VPC.
    await client.send(new DeleteSecurityGroupCommand({ GroupName: 'web' }))
    expect((await groups(VpcId)).map(({ GroupName }) => GroupName)).toEqual(['default', 'web'])
  })

  test('takes an elastic address only with a gateway', async () => {
    const client = clientOf(await testSandbox())
    const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.30.0.0/16' }))
    const VpcId = Vpc?.VpcId ?? ''
    const { Subnet } = await client.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.30.1.0/28' }))
    const { InstanceId } = await launch(client, { SubnetId: Subnet?.SubnetId })
    const { AllocationId } = await client.send(new AllocateAddressCommand({}))
    const associate = () => client.send(new AssociateAddressCommand({ AllocationId, InstanceId }))
    expect(await errorOf(associate())).toMatchObject({
      name: 'Gateway.NotAttached',
      message: `Network ${VpcId} is not attached to any internet gateway`,
    })
    const { InternetGateway } = await client.send(new CreateInternetGatewayCommand({}))
    const gateway = { InternetGatewayId: InternetGateway?.InternetGatewayId, VpcId }
    await client.send(new AttachInternetGatewayCommand(gateway))
    await associate()
    expect(await errorNameOf(client.send(new DetachInternetGatewayCommand(gateway)))).toBe('DependencyViolation')
  })

  test('goes when nothing depends on it any more', async () => {
    const client = clientOf(await testSandbox())
    const { VpcId, open, closed, InternetGatewayId, RouteTableId, AssociationId } = await makeNetwork(client)
    const deleteVpc = () => client.send(new DeleteVpcCommand({ VpcId }))
    const { InstanceId = '' } = await launch(client, { SubnetId: open })
    const blocked = async (attempt: Promise<unknown>) => expect(await errorNameOf(attempt)).toBe('DependencyViolation')
    await blocked(client.send(new DeleteSubnetCommand({ SubnetId: open })))
    await client.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }))
    await until(
      () => errorNameOf(client.send(new DeleteSubnetCommand({ SubnetId: open }))),
      (name) => name === '',
    )
    await blocked(deleteVpc())
    await client.send(new DeleteSubnetCommand({ SubnetId: closed }))
    await blocked(deleteVpc())
    await blocked(client.send(new DeleteInternetGatewayCommand({ InternetGatewayId })))
    await client.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }))
    await client.send(new DeleteInternetGatewayCommand({ InternetGatewayId }))
    await blocked(deleteVpc())
    expect(await errorNameOf(client.send(new DisassociateRouteTableCommand({ AssociationId })))).toBe(
      'InvalidAssociationID.NotFound',
    )
    await client.send(new DeleteRouteTableCommand({ RouteTableId }))
    await deleteVpc()
    expect(await errorNameOf(client.send(new DescribeVpcsCommand({ VpcIds: [VpcId] })))).toBe('InvalidVpcID.NotFound')
  })

  test('refuses blocks that do not fit', async () => {
    const client = clientOf(await testSandbox())
    const { VpcId } = await makeNetwork(client)
    const subnet = (CidrBlock: string) => errorNameOf(client.send(new CreateSubnetCommand({ VpcId, CidrBlock })))
    expect(await subnet('10.21.0.0/24')).toBe('InvalidSubnet.Range')
    expect(await subnet('10.20.1.128/25')).toBe('InvalidSubnet.Conflict')
    expect(await subnet('10.20.9.0/29')).toBe('InvalidSubnet.Range')
    expect(await subnet('ten')).toBe('InvalidParameterValue')
    expect(await errorNameOf(client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/8' })))).toBe('InvalidVpc.Range')
    expect(await errorNameOf(client.send(new CreateVpcCommand({ CidrBlock: '10.20.0.0/16' })))).toBe('')
  })

  test('is described as Terraform and Ansible read it', async () => {
    const client = clientOf(await testSandbox())
    const { VpcId, open, closed, InternetGatewayId, RouteTableId } = await makeNetwork(client)
    const tables = async (name: string, value: string) =>
      (await client.send(new DescribeRouteTablesCommand({ Filters: [{ Name: name, Values: [value] }] }))).RouteTables ??
      []
    expect((await tables('association.subnet-id', open)).map((table) => table.RouteTableId)).toEqual([RouteTableId])
    expect(await tables('association.subnet-id', closed)).toEqual([])
    const [own] = await tables('route.gateway-id', InternetGatewayId)
    expect(own?.Routes?.map(({ DestinationCidrBlock, GatewayId }) => [DestinationCidrBlock, GatewayId])).toEqual([
      ['10.20.0.0/16', 'local'],
      ['0.0.0.0/0', InternetGatewayId],
    ])
    const { InternetGateways } = await client.send(
      new DescribeInternetGatewaysCommand({ Filters: [{ Name: 'attachment.vpc-id', Values: [VpcId] }] }),
    )
    expect(InternetGateways).toMatchObject([{ InternetGatewayId, Attachments: [{ VpcId, State: 'available' }] }])
    const hostnames = async () =>
      (await client.send(new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsHostnames' })))
        .EnableDnsHostnames?.Value
    expect(await hostnames()).toBe(false)
    await client.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }))
    expect(await hostnames()).toBe(true)
  })
})
