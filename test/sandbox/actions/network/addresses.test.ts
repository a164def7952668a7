import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ec2 from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { createSandbox, type Sandbox } from '../../../../src/sandbox/sandbox.js'
import { clientOf, errorOf, temporaryDir, testSandbox, until } from '../../support.js'

/** Elastic IPs as EC2 has them: API reference and User Guide, "Elastic IP addresses"; error texts from logs of clients. */

let sandbox: Sandbox
let client: ec2.EC2Client

// Five addresses are the quota of a region, so each test has a sandbox of its own.
beforeEach(async () => {
  sandbox = await testSandbox()
  client = clientOf(sandbox)
})

const ImageId = 'resolve:ssm:/aws/service/debian/release/12/latest/amd64'

const read = async (id: string) =>
  (await client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!
const inState = (id: string, state: string) =>
  until(
    () => read(id),
    ({ State }) => State?.Name === state,
  )
async function launched(extra: Partial<ec2.RunInstancesCommandInput> = {}): Promise<string> {
  const { Instances } = await client.send(
    new ec2.RunInstancesCommand({ ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ...extra }),
  )
  await inState(Instances![0]!.InstanceId!, 'running')
  return Instances![0]!.InstanceId!
}
const publicIpOf = async (id: string) => (await read(id)).PublicIpAddress

const allocate = (extra: ec2.AllocateAddressCommandInput = {}) =>
  client.send(new ec2.AllocateAddressCommand({ Domain: 'vpc', ...extra }))
const associate = (AllocationId: string | undefined, InstanceId: string, extra: object = {}) =>
  client.send(new ec2.AssociateAddressCommand({ AllocationId, InstanceId, ...extra }))
const disassociate = (AssociationId: string | undefined) =>
  client.send(new ec2.DisassociateAddressCommand({ AssociationId }))
const release = (AllocationId: string | undefined) => client.send(new ec2.ReleaseAddressCommand({ AllocationId }))
const describeAddresses = async (input: ec2.DescribeAddressesCommandInput = {}) =>
  (await client.send(new ec2.DescribeAddressesCommand(input))).Addresses!
const describeAddress = async (AllocationId: string | undefined) =>
  (await describeAddresses({ AllocationIds: [AllocationId!] }))[0]!

describe('an association', () => {
  test('puts the address in the place of the one that the instance had', async () => {
    const id = await launched()
    const before = await publicIpOf(id)
    const { AllocationId, PublicIp } = await allocate()
    const { AssociationId } = await associate(AllocationId, id)
    expect(PublicIp).not.toBe(before)
    const instance = await read(id)
    expect(instance.PublicIpAddress).toBe(PublicIp)
    expect(instance.PublicDnsName).toBe(`ec2-${PublicIp!.replaceAll('.', '-')}.compute-1.amazonaws.com`)
    expect(instance.NetworkInterfaces![0]!.Association).toMatchObject({ PublicIp, IpOwnerId: sandbox.accountId })
    expect(await describeAddress(AllocationId)).toMatchObject({
      PublicIp,
      AssociationId,
      InstanceId: id,
      Domain: 'vpc',
      NetworkInterfaceId: instance.NetworkInterfaces![0]!.NetworkInterfaceId,
      PrivateIpAddress: instance.PrivateIpAddress,
    })
    const { NetworkInterfaces } = await client.send(
      new ec2.DescribeNetworkInterfacesCommand({
        Filters: [{ Name: 'association.allocation-id', Values: [AllocationId!] }],
      }),
    )
    expect(NetworkInterfaces![0]!.Association).toMatchObject({ AllocationId, AssociationId, PublicIp })
  })

  test('is the same when asked for again', async () => {
    const id = await launched()
    const { AllocationId } = await allocate()
    const { AssociationId } = await associate(AllocationId, id)
    expect((await associate(AllocationId, id, { AllowReassociation: false })).AssociationId).toBe(AssociationId)
  })

  test('ends with a new address of its own for the instance', async () => {
    const id = await launched()
    const before = await publicIpOf(id)
    const { AllocationId, PublicIp } = await allocate()
    await disassociate((await associate(AllocationId, id)).AssociationId)
    const after = await read(id)
    expect(after.PublicIpAddress).toMatch(/^198\.18\./)
    expect([before, PublicIp]).not.toContain(after.PublicIpAddress)
    expect(after.NetworkInterfaces![0]!.Association!.IpOwnerId).toBe('amazon')
    const left = await describeAddress(AllocationId)
    expect(left.PublicIp).toBe(PublicIp)
    expect([left.InstanceId, left.AssociationId]).toEqual([undefined, undefined])
  })

  test('ends with none where the launch asked for none', async () => {
    const NetworkInterfaces = [{ DeviceIndex: 0, AssociatePublicIpAddress: false }]
    const id = await launched({ NetworkInterfaces })
    expect(await publicIpOf(id)).toBeUndefined()
    const { AllocationId, PublicIp } = await allocate()
    const { AssociationId } = await associate(AllocationId, id)
    expect(await publicIpOf(id)).toBe(PublicIp)
    await disassociate(AssociationId)
    expect(await publicIpOf(id)).toBeUndefined()
  })

  test('moves silently, unless that is forbidden, and the other instance gets a new address', async () => {
    const [one, two] = [await launched(), await launched()]
    const before = await publicIpOf(one)
    const { AllocationId, PublicIp } = await allocate()
    const { AssociationId } = await associate(AllocationId, one)
    expect(await errorOf(associate(AllocationId, two, { AllowReassociation: false }))).toMatchObject({
      name: 'Resource.AlreadyAssociated',
      message: `resource ${AllocationId} is already associated with associate-id ${AssociationId}`,
    })
    expect(await publicIpOf(one)).toBe(PublicIp)
    expect((await associate(AllocationId, two)).AssociationId).not.toBe(AssociationId)
    expect(await publicIpOf(two)).toBe(PublicIp)
    expect(await publicIpOf(one)).toMatch(/^198\.18\./)
    expect([before, PublicIp]).not.toContain(await publicIpOf(one))
    expect((await errorOf(disassociate(AssociationId))).name).toBe('InvalidAssociationID.NotFound')
  })

  test('evicts another Elastic IP of the instance', async () => {
    const id = await launched()
    const [first, second] = [await allocate(), await allocate()]
    await associate(first.AllocationId, id)
    await associate(second.AllocationId, id)
    expect(await publicIpOf(id)).toBe(second.PublicIp)
    expect((await describeAddress(first.AllocationId)).InstanceId).toBeUndefined()
  })

  test('outlives a stop and a start, which an address of its own does not', async () => {
    const [kept, own] = [await launched(), await launched()]
    const before = await publicIpOf(own)
    const { AllocationId, PublicIp } = await allocate()
    const { AssociationId } = await associate(AllocationId, kept)
    await client.send(new ec2.StopInstancesCommand({ InstanceIds: [kept, own] }))
    expect((await inState(kept, 'stopped')).PublicIpAddress).toBe(PublicIp)
    expect((await inState(own, 'stopped')).PublicIpAddress).toBeUndefined()
    await client.send(new ec2.StartInstancesCommand({ InstanceIds: [kept, own] }))
    expect((await inState(kept, 'running')).PublicIpAddress).toBe(PublicIp)
    const { PublicIpAddress: after } = await inState(own, 'running')
    expect(after).toMatch(/^198\.18\./)
    expect(after).not.toBe(before)
    expect((await describeAddress(AllocationId)).AssociationId).toBe(AssociationId)
  })

  test('is possible with a stopped instance, and not with a pending or terminated one', async () => {
    const { AllocationId, PublicIp } = await allocate()
    const stopped = await launched()
    await client.send(new ec2.StopInstancesCommand({ InstanceIds: [stopped] }))
    await inState(stopped, 'stopped')
    await associate(AllocationId, stopped)
    expect(await publicIpOf(stopped)).toBe(PublicIp)
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [stopped] }))
    await inState(stopped, 'terminated')
    expect(await errorOf(associate(AllocationId, stopped))).toMatchObject({
      name: 'InvalidInstanceID',
      message: `The terminated instance '${stopped}' is not in a valid state for this operation.`,
    })
  })

  test('ends with its instance, and the address stays allocated', async () => {
    const id = await launched()
    const { AllocationId, PublicIp } = await allocate()
    await associate(AllocationId, id)
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] }))
    expect((await inState(id, 'terminated')).PublicIpAddress).toBeUndefined()
    const left = await describeAddress(AllocationId)
    expect(left.PublicIp).toBe(PublicIp)
    expect([left.InstanceId, left.AssociationId]).toEqual([undefined, undefined])
    await release(AllocationId)
  })

  test('takes a network interface in place of an instance, not both', async () => {
    const id = await launched()
    const NetworkInterfaceId = (await read(id)).NetworkInterfaces![0]!.NetworkInterfaceId
    const { AllocationId, PublicIp } = await allocate()
    expect((await errorOf(associate(AllocationId, id, { NetworkInterfaceId }))).name).toBe(
      'InvalidParameterCombination',
    )
    await client.send(new ec2.AssociateAddressCommand({ AllocationId, NetworkInterfaceId }))
    expect(await publicIpOf(id)).toBe(PublicIp)
  })
})

describe('a release', () => {
  test('is refused while the address is associated', async () => {
    const id = await launched()
    const { AllocationId, PublicIp } = await allocate()
    const { AssociationId } = await associate(AllocationId, id)
    expect(await errorOf(release(AllocationId))).toEqual({
      name: 'InvalidIPAddress.InUse',
      message: `Address ${PublicIp} is in use.`,
      status: 400,
    })
    await disassociate(AssociationId)
    await release(AllocationId)
    expect(await describeAddresses()).toEqual([])
    expect(await errorOf(release(AllocationId))).toMatchObject({
      name: 'InvalidAllocationID.NotFound',
      message: `The allocation ID '${AllocationId}' does not exist`,
    })
  })

  test('makes room below the quota of five', async () => {
    const addresses = []
    for (let count = 0; count < 5; count += 1) addresses.push(await allocate())
    expect(new Set(addresses.map(({ PublicIp }) => PublicIp)).size).toBe(5)
    expect(await errorOf(allocate())).toEqual({
      name: 'AddressLimitExceeded',
      message: 'The maximum number of addresses has been reached.',
      status: 400,
    })
    const elsewhere = clientOf(sandbox, { region: 'eu-central-1' })
    expect((await elsewhere.send(new ec2.AllocateAddressCommand({}))).AllocationId).toMatch(/^eipalloc-/)
    await release(addresses[0]!.AllocationId)
    await allocate()
  })
})

test('an address of a VPC is named by its ids', async () => {
  const id = await launched()
  const { AllocationId, PublicIp } = await allocate()
  expect(await errorOf(client.send(new ec2.AssociateAddressCommand({ PublicIp, InstanceId: id })))).toMatchObject({
    name: 'InvalidParameterCombination',
    message: 'You must specify an allocation id when mapping an address to a VPC instance',
  })
  await associate(AllocationId, id)
  expect(await errorOf(client.send(new ec2.DisassociateAddressCommand({ PublicIp })))).toMatchObject({
    name: 'InvalidParameterValue',
    message: 'You must specify an association id when unmapping an address from a VPC instance',
  })
  expect(await errorOf(client.send(new ec2.ReleaseAddressCommand({ PublicIp })))).toMatchObject({
    name: 'InvalidParameterValue',
    message: 'You must specify an allocation id when releasing a VPC elastic IP address',
  })
  const unknown = '198.18.0.1'
  expect((await errorOf(client.send(new ec2.ReleaseAddressCommand({ PublicIp: unknown })))).name).toBe(
    'InvalidAddress.NotFound',
  )
  expect(await publicIpOf(id)).toBe(PublicIp)
})

test('tags come with the allocation, are changed later, and select', async () => {
  const tagged = (Value: string) => ({
    TagSpecifications: [{ ResourceType: 'elastic-ip' as const, Tags: [{ Key: 'nonce', Value }] }],
  })
  const [first, second] = [await allocate(tagged('1')), await allocate(tagged('2'))]
  const byTag = async (Name: string, ...Values: string[]) =>
    (await describeAddresses({ Filters: [{ Name, Values }] })).map(({ AllocationId }) => AllocationId)
  expect(await byTag('tag:nonce', '2')).toEqual([second.AllocationId])
  await client.send(new ec2.CreateTagsCommand({ Resources: [first.AllocationId!], Tags: [{ Key: 'b', Value: 'x' }] }))
  expect((await describeAddress(first.AllocationId)).Tags).toEqual([
    { Key: 'nonce', Value: '1' },
    { Key: 'b', Value: 'x' },
  ])
  expect(await byTag('tag-key', 'b')).toEqual([first.AllocationId])
  await client.send(new ec2.DeleteTagsCommand({ Resources: [first.AllocationId!], Tags: [{ Key: 'nonce' }] }))
  expect(await byTag('tag-key', 'nonce')).toEqual([second.AllocationId])
  const wrong = { TagSpecifications: [{ ResourceType: 'volume' as const, Tags: [{ Key: 'a', Value: 'b' }] }] }
  expect((await errorOf(allocate(wrong))).name).toBe('InvalidParameterValue')
})

test('addresses are found by everything that names them', async () => {
  const id = await launched()
  const free = await allocate()
  const { AllocationId, PublicIp } = await allocate()
  const { AssociationId } = await associate(AllocationId, id)
  const { PrivateIpAddress, NetworkInterfaces } = await read(id)
  const found = async (Name: string, ...Values: string[]) =>
    (await describeAddresses({ Filters: [{ Name, Values }] })).map((address) => address.AllocationId)
  for (const [name, value] of [
    ['allocation-id', AllocationId],
    ['association-id', AssociationId],
    ['instance-id', id],
    ['public-ip', PublicIp],
    ['private-ip-address', PrivateIpAddress],
    ['network-interface-id', NetworkInterfaces![0]!.NetworkInterfaceId],
  ] as const) {
    expect([name, await found(name, value!), await found(name, `${value}x`)]).toEqual([name, [AllocationId], []])
  }
  expect(await found('domain', 'vpc')).toEqual([free.AllocationId, AllocationId])
  expect(await found('domain', 'standard')).toEqual([])
  expect((await describeAddresses({ PublicIps: [PublicIp!] })).map((address) => address.AllocationId)).toEqual([
    AllocationId,
  ])
  expect((await errorOf(describeAddresses({ PublicIps: ['198.18.0.1'] }))).name).toBe('InvalidAddress.NotFound')
  const instances = async (Name: string, Value: string) =>
    (await client.send(new ec2.DescribeInstancesCommand({ Filters: [{ Name, Values: [Value] }] }))).Reservations!.length
  expect(await instances('network-interface.association.allocation-id', AllocationId!)).toBe(1)
  expect(await instances('ip-address', PublicIp!)).toBe(1)
  expect(await instances('ip-address', free.PublicIp!)).toBe(0)
})

test('an instance whose private address has the number of an Elastic IP gets another public one', async () => {
  const { PublicIp } = await allocate()
  const id = await launched({ PrivateIpAddress: PublicIp!.replace('198.18', '10.66') })
  expect(await publicIpOf(id)).toMatch(/^198\.18\./)
  expect(await publicIpOf(id)).not.toBe(PublicIp)
})

describe('a sandbox that comes back', () => {
  test('has its addresses where they were', async () => {
    const stateDir = temporaryDir()
    const first = await createSandbox({ stateDir, hosts: 'none', latencies: 'zero' })
    client = clientOf(first)
    const [one, two] = [await launched(), await launched()]
    const { AllocationId, PublicIp } = await allocate()
    await associate(AllocationId, one)
    await associate(AllocationId, two)
    const before = [await publicIpOf(one), await describeAddresses()]
    await first.close()
    client = clientOf(await testSandbox({ stateDir }))
    expect([await publicIpOf(one), await describeAddresses()]).toEqual(before)
    expect(await publicIpOf(two)).toBe(PublicIp)
  })

  test('reads the addresses that 0.1.0 wrote', async () => {
    const stateDir = temporaryDir()
    const first = await createSandbox({ stateDir, hosts: 'none', latencies: 'zero' })
    client = clientOf(first)
    await allocate()
    await first.close()
    const journal = join(stateDir, 'worlds', 'us-east-1.jsonl')
    const id = 'eipalloc-0123456789abcdef0'
    appendFileSync(journal, `${JSON.stringify([['address', id, { id, sequence: 99, publicIp: '127.66.15.200' }]])}\n`)
    expect(readFileSync(journal, 'utf8')).toContain('"publicNumber"')
    client = clientOf(await testSandbox({ stateDir }))
    expect((await describeAddress(id)).PublicIp).toBe('198.18.15.200')
    expect(await describeAddresses()).toHaveLength(2)
  })
})
