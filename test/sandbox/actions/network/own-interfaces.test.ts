import * as ec2 from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Sandbox } from '../../../../src/sandbox/sandbox.js'
import { clientOf, errorOf, testSandbox, until } from '../../support.js'

/** Network interfaces as EC2 has them: API reference and User Guide, "Elastic network interfaces"; error texts from logs of clients. */

let sandbox: Sandbox
let client: ec2.EC2Client

beforeEach(async () => {
  sandbox = await testSandbox()
  client = clientOf(sandbox)
})

const read = async (id: string) =>
  (await client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!
const inState = (id: string, state: string) =>
  until(
    () => read(id),
    ({ State }) => State?.Name === state,
  )

async function launched(type: 't3.micro' | 't3.small' = 't3.small', zone = 'us-east-1a') {
  const { Instances } = await client.send(
    new ec2.RunInstancesCommand({
      ImageId: 'resolve:ssm:/aws/service/debian/release/12/latest/amd64',
      InstanceType: type,
      MinCount: 1,
      MaxCount: 1,
      Placement: { AvailabilityZone: zone },
    }),
  )
  return inState(Instances![0]!.InstanceId!, 'running')
}

const create = async (SubnetId: string | undefined, extra: Partial<ec2.CreateNetworkInterfaceCommandInput> = {}) =>
  (await client.send(new ec2.CreateNetworkInterfaceCommand({ SubnetId, ...extra }))).NetworkInterface!
const attach = (InstanceId: string | undefined, NetworkInterfaceId: string | undefined, DeviceIndex = 1) =>
  client.send(new ec2.AttachNetworkInterfaceCommand({ InstanceId, NetworkInterfaceId, DeviceIndex }))
const describe1 = async (NetworkInterfaceId: string | undefined) =>
  (await client.send(new ec2.DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [NetworkInterfaceId!] })))
    .NetworkInterfaces![0]!

describe('an interface', () => {
  test('that is refused leaves nothing behind', async () => {
    const { SubnetId, PrivateIpAddress } = await launched()
    const count = async () =>
      (await client.send(new ec2.DescribeNetworkInterfacesCommand({}))).NetworkInterfaces?.length ?? 0
    const before = await count()
    const wanted = { PrivateIpAddresses: [{ PrivateIpAddress: PrivateIpAddress!, Primary: false }] }
    expect(await errorOf(create(SubnetId, wanted))).toMatchObject({ name: 'InvalidIPAddress.InUse' })
    expect(await errorOf(create(SubnetId, { SecondaryPrivateIpAddressCount: 100_000 }))).toMatchObject({
      name: 'InsufficientFreeAddressesInSubnet',
    })
    expect(await count()).toBe(before)
  })

  test('is made once for a token, available, with the addresses that were asked for', async () => {
    const { SubnetId } = await launched()
    const wanted = {
      ClientToken: 'once',
      Description: 'storage',
      PrivateIpAddresses: [
        { PrivateIpAddress: '10.66.15.10', Primary: true },
        { PrivateIpAddress: '10.66.15.11', Primary: false },
      ],
      TagSpecifications: [{ ResourceType: 'network-interface' as const, Tags: [{ Key: 'tier', Value: 'data' }] }],
    }
    const subnet = (await client.send(new ec2.DescribeSubnetsCommand({ SubnetIds: [SubnetId!] }))).Subnets![0]!
    const base = subnet.CidrBlock!.split('.').slice(0, 3).join('.')
    const addresses = wanted.PrivateIpAddresses.map(({ PrivateIpAddress, Primary }) => ({
      PrivateIpAddress: `${base}.${100 + Number(PrivateIpAddress.split('.')[3])}`,
      Primary,
    }))
    const request = { ...wanted, PrivateIpAddresses: addresses }
    const made = await create(SubnetId, request)
    expect((await create(SubnetId, request)).NetworkInterfaceId).toBe(made.NetworkInterfaceId)
    expect(await describe1(made.NetworkInterfaceId)).toMatchObject({
      Status: 'available',
      Description: 'storage',
      PrivateIpAddress: addresses[0]!.PrivateIpAddress,
      PrivateIpAddresses: addresses,
      SourceDestCheck: true,
      TagSet: [{ Key: 'tier', Value: 'data' }],
    })
    await expect(
      errorOf(create(SubnetId, { PrivateIpAddress: addresses[1]!.PrivateIpAddress })),
    ).resolves.toMatchObject({ name: 'InvalidIPAddress.InUse' })
  })

  test('is attached, shown with its instance, detached and deleted', async () => {
    const instance = await launched()
    const { NetworkInterfaceId } = await create(instance.SubnetId)
    const { AttachmentId } = await attach(instance.InstanceId, NetworkInterfaceId)
    expect((await read(instance.InstanceId!)).NetworkInterfaces).toMatchObject([
      { Attachment: { DeviceIndex: 0, DeleteOnTermination: true } },
      { NetworkInterfaceId, Attachment: { AttachmentId, DeviceIndex: 1, DeleteOnTermination: false } },
    ])
    const deletion = () => client.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }))
    expect(await errorOf(deletion())).toMatchObject({
      name: 'InvalidParameterValue',
      message: `Network interface '${NetworkInterfaceId}' is currently in use.`,
    })
    await client.send(new ec2.DetachNetworkInterfaceCommand({ AttachmentId }))
    expect((await read(instance.InstanceId!)).NetworkInterfaces).toHaveLength(1)
    await deletion()
    expect(await errorOf(describe1(NetworkInterfaceId))).toMatchObject({ name: 'InvalidNetworkInterfaceID.NotFound' })
  })

  test('is refused where it cannot be', async () => {
    const instance = await launched('t3.micro')
    const { SubnetId, InstanceId } = instance
    const one = await create(SubnetId)
    expect(await errorOf(attach(InstanceId, one.NetworkInterfaceId, 0))).toMatchObject({
      name: 'InvalidParameterValue',
      message: `Instance '${InstanceId}' already has an interface attached at device index '0'.`,
    })
    await attach(InstanceId, one.NetworkInterfaceId)
    expect(await errorOf(attach(InstanceId, one.NetworkInterfaceId, 2))).toMatchObject({
      name: 'InvalidNetworkInterface.InUse',
    })
    const two = await create(SubnetId)
    expect(await errorOf(attach(InstanceId, two.NetworkInterfaceId, 2))).toMatchObject({
      name: 'AttachmentLimitExceeded',
      message: 'Interface count 3 exceeds the limit for t3.micro',
    })
    const assign = (count: number) =>
      client.send(
        new ec2.AssignPrivateIpAddressesCommand({
          NetworkInterfaceId: one.NetworkInterfaceId,
          SecondaryPrivateIpAddressCount: count,
        }),
      )
    expect(await errorOf(assign(2))).toMatchObject({
      name: 'PrivateIpAddressLimitExceeded',
      message: 'Number of private addresses will exceed limit.',
    })
    const elsewhere = await launched('t3.micro', 'us-east-1b')
    expect(await errorOf(attach(elsewhere.InstanceId, two.NetworkInterfaceId))).toMatchObject({
      name: 'InvalidParameterCombination',
      message: 'You may not attach a network interface to an instance if they are not in the same availability zone',
    })
    const primary = (await read(InstanceId!)).NetworkInterfaces![0]!.Attachment!.AttachmentId
    expect(await errorOf(client.send(new ec2.DetachNetworkInterfaceCommand({ AttachmentId: primary })))).toMatchObject({
      name: 'OperationNotPermitted',
    })
  })

  test('has its groups, its check and its addresses changed; so has the first one of an instance', async () => {
    const { InstanceId, SubnetId, VpcId, NetworkInterfaces } = await launched()
    const { GroupId = '' } = await client.send(
      new ec2.CreateSecurityGroupCommand({ GroupName: 'storage', Description: 'storage', VpcId }),
    )
    const own = await create(SubnetId)
    for (const NetworkInterfaceId of [own.NetworkInterfaceId, NetworkInterfaces![0]!.NetworkInterfaceId]) {
      const modify = (change: object) =>
        client.send(new ec2.ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, ...change }))
      await modify({ Groups: [GroupId] })
      await modify({ SourceDestCheck: { Value: false } })
      const { AssignedPrivateIpAddresses } = await client.send(
        new ec2.AssignPrivateIpAddressesCommand({ NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }),
      )
      const address = AssignedPrivateIpAddresses![0]!.PrivateIpAddress!
      expect(await describe1(NetworkInterfaceId)).toMatchObject({
        Groups: [{ GroupId }],
        SourceDestCheck: false,
        PrivateIpAddresses: [{ Primary: true }, { Primary: false, PrivateIpAddress: address }],
      })
      const unassign = () =>
        client.send(new ec2.UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: [address] }))
      await unassign()
      expect(await errorOf(unassign())).toMatchObject({ name: 'InvalidParameterValue' })
      expect((await describe1(NetworkInterfaceId)).PrivateIpAddresses).toHaveLength(1)
      // A group is held by the interface that wears it.
      expect(await errorOf(client.send(new ec2.DeleteSecurityGroupCommand({ GroupId })))).toMatchObject({
        name: 'DependencyViolation',
      })
    }
    expect((await read(InstanceId!)).SourceDestCheck).toBe(false)
  })
})

describe('an instance with several interfaces', () => {
  test('is no target of calls that mean its only one', async () => {
    const instance = await launched()
    const { InstanceId } = instance
    const one = await create(instance.SubnetId)
    await attach(InstanceId, one.NetworkInterfaceId)
    const { AllocationId } = await client.send(new ec2.AllocateAddressCommand({}))
    const message = `There are multiple interfaces attached to instance '${InstanceId}'. Please specify an interface ID for the operation instead.`
    for (const call of [
      client.send(new ec2.AssociateAddressCommand({ AllocationId, InstanceId })),
      client.send(new ec2.ModifyInstanceAttributeCommand({ InstanceId, SourceDestCheck: { Value: false } })),
      client.send(
        new ec2.ModifyInstanceAttributeCommand({ InstanceId, Groups: [instance.SecurityGroups![0]!.GroupId!] }),
      ),
    ]) {
      expect(await errorOf(call)).toMatchObject({ name: 'InvalidInstanceID', message })
    }
    const [first] = instance.NetworkInterfaces!
    await client.send(new ec2.AssociateAddressCommand({ AllocationId, NetworkInterfaceId: first!.NetworkInterfaceId }))
    expect((await client.send(new ec2.DescribeAddressesCommand({}))).Addresses).toMatchObject([{ InstanceId }])
  })

  test('gets no public address when it is started again', async () => {
    const instance = await launched()
    const { InstanceId } = instance
    expect(instance.PublicIpAddress).toBeDefined()
    const one = await create(instance.SubnetId)
    const { AttachmentId } = await attach(InstanceId, one.NetworkInterfaceId)
    expect((await read(InstanceId!)).PublicIpAddress).toBe(instance.PublicIpAddress)
    const restart = async () => {
      await client.send(new ec2.StopInstancesCommand({ InstanceIds: [InstanceId!] }))
      await inState(InstanceId!, 'stopped')
      await client.send(new ec2.StartInstancesCommand({ InstanceIds: [InstanceId!] }))
      return inState(InstanceId!, 'running')
    }
    expect((await restart()).PublicIpAddress).toBeUndefined()
    await client.send(new ec2.DetachNetworkInterfaceCommand({ AttachmentId }))
    expect((await restart()).PublicIpAddress).toBeDefined()
  })

  test('leaves them behind when it ends, but for those that are to go with it', async () => {
    const instance = await launched()
    const { InstanceId } = instance
    const [kept, gone] = [await create(instance.SubnetId), await create(instance.SubnetId)]
    await attach(InstanceId, kept.NetworkInterfaceId, 1)
    const { AttachmentId } = await attach(InstanceId, gone.NetworkInterfaceId, 2)
    await client.send(
      new ec2.ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: gone.NetworkInterfaceId,
        Attachment: { AttachmentId, DeleteOnTermination: true },
      }),
    )
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [InstanceId!] }))
    await inState(InstanceId!, 'terminated')
    expect((await describe1(kept.NetworkInterfaceId)).Status).toBe('available')
    expect(await errorOf(describe1(gone.NetworkInterfaceId))).toMatchObject({
      name: 'InvalidNetworkInterfaceID.NotFound',
    })
  })

  test('can have an elastic address, which stays with it, whatever it is attached to, and is free when it goes', async () => {
    const [one, two] = [await launched(), await launched()]
    const nic = await create(one.SubnetId)
    const { AllocationId, PublicIp } = await client.send(new ec2.AllocateAddressCommand({}))
    const associate = (extra: Partial<ec2.AssociateAddressCommandInput> = {}) =>
      client.send(
        new ec2.AssociateAddressCommand({ AllocationId, NetworkInterfaceId: nic.NetworkInterfaceId, ...extra }),
      )
    const { AssociationId } = await associate()
    expect((await associate({ AllowReassociation: false })).AssociationId).toBe(AssociationId)
    const told = async () => (await client.send(new ec2.DescribeAddressesCommand({}))).Addresses?.[0]
    expect(await told()).toMatchObject({
      AssociationId,
      NetworkInterfaceId: nic.NetworkInterfaceId,
      PrivateIpAddress: nic.PrivateIpAddress,
    })
    expect((await told())?.InstanceId ?? '').toBe('')
    await attach(two.InstanceId, nic.NetworkInterfaceId)
    expect(await told()).toMatchObject({ AssociationId, InstanceId: two.InstanceId })
    const association = {
      PublicIp,
      AllocationId,
      AssociationId,
      PublicDnsName: expect.stringMatching(/^ec2-/) as string,
    }
    expect((await describe1(nic.NetworkInterfaceId)).Association).toMatchObject(association)
    const { PublicIpAddress, NetworkInterfaces = [] } = await read(two.InstanceId!)
    expect(PublicIpAddress).toBe(two.PublicIpAddress)
    expect(NetworkInterfaces[1]?.Association).toMatchObject({ PublicIp })
    const other = await create(one.SubnetId)
    const elsewhere = associate({ NetworkInterfaceId: other.NetworkInterfaceId, AllowReassociation: false })
    expect(await errorOf(elsewhere)).toMatchObject({ name: 'Resource.AlreadyAssociated' })
    await associate({ NetworkInterfaceId: other.NetworkInterfaceId })
    expect((await describe1(nic.NetworkInterfaceId)).Association).toBeUndefined()
    await client.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId: other.NetworkInterfaceId }))
    const isFree = async () => ((await told())?.AssociationId ?? '') === ''
    expect(await isFree()).toBe(true)
    await associate()
    expect(await isFree()).toBe(false)
    await client.send(new ec2.DisassociateAddressCommand({ AssociationId: (await told())?.AssociationId }))
    expect(await isFree()).toBe(true)
  })
})
