import { join } from 'node:path'
import * as ec2 from '@aws-sdk/client-ec2'
import { beforeAll, expect, test } from 'vitest'
import { ensureSandbox, stopSandbox } from '../../../../src/sandbox/daemon-client.js'
import { describeHosts, keyPair, runOverSsh, unlessHosts } from '../../hosts/support.js'
import { afterTests, temporaryDir, until } from '../../support.js'

/** What a network interface is inside a host: a link of its own, which the other hosts of its network reach. */
describeHosts(`a further network interface${unlessHosts}`, () => {
  let client: ec2.EC2Client
  let web: Server
  let database: Server
  let nic: ec2.NetworkInterface

  interface Server {
    readonly id: string
    readonly hostKeys: readonly string[]
  }

  beforeAll(async () => {
    const dir = join(temporaryDir(), 'sandbox')
    afterTests(() => stopSandbox(dir))
    const { endpoint, region, accessKeyId, secretAccessKey } = await ensureSandbox(dir, { hosts: 'linux' })
    client = new ec2.EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 })
    const current = client
    afterTests(() => current.destroy())
    await client.send(
      new ec2.ImportKeyPairCommand({ KeyName: 'test', PublicKeyMaterial: Buffer.from(keyPair.publicKey) }),
    )
    await client.send(
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupName: 'default',
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '203.0.113.1/32' }] }],
      }),
    )
    ;[web, database] = await Promise.all([launch(), launch()])
    const { SubnetId } = await read(web.id)
    nic = (await client.send(new ec2.CreateNetworkInterfaceCommand({ SubnetId, SecondaryPrivateIpAddressCount: 1 })))
      .NetworkInterface!
  })

  async function launch(): Promise<Server> {
    const { Instances } = await client.send(
      new ec2.RunInstancesCommand({
        ImageId: 'resolve:ssm:/aws/service/debian/release/12/latest/amd64',
        InstanceType: 't3.small',
        MinCount: 1,
        MaxCount: 1,
        KeyName: 'test',
        Placement: { AvailabilityZone: 'us-east-1a' },
      }),
    )
    const id = Instances![0]!.InstanceId!
    await inState(id, 'running')
    const console = await until(
      async () => {
        const { Output = '' } = await client.send(new ec2.GetConsoleOutputCommand({ InstanceId: id, Latest: true }))
        return Buffer.from(Output, 'base64').toString()
      },
      (text) => text.includes('-----END SSH HOST KEY KEYS-----'),
    )
    return { id, hostKeys: console.match(/^ssh-\S+ \S+/gm) ?? [] }
  }

  const read = async (id: string) =>
    (await client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!
  const inState = (id: string, state: string) =>
    until(
      () => read(id),
      ({ State }) => State?.Name === state,
    )
  const run = async (server: Server, command: string) => {
    const publicIp = (await read(server.id)).PublicIpAddress!
    return (await runOverSsh({ publicIp, loginUser: 'admin' }, server, command)).output
  }
  const addresses = () => nic.PrivateIpAddresses!.map(({ PrivateIpAddress }) => PrivateIpAddress!)
  const greet = (address: string) => `timeout 2 bash -c 'exec 3<>/dev/tcp/${address}/22; head -c 7 <&3'`
  const links = (server: Server) => run(server, 'ip -o -4 addr show')

  test('is there with its addresses once it is attached, and answers to others of its group', async () => {
    expect(await run(database, greet(addresses()[0]!))).not.toBe('SSH-2.0')
    await client.send(
      new ec2.AttachNetworkInterfaceCommand({
        InstanceId: web.id,
        NetworkInterfaceId: nic.NetworkInterfaceId,
        DeviceIndex: 1,
      }),
    )
    for (const address of addresses()) {
      expect(await links(web)).toMatch(new RegExp(`eth1\\s+inet ${address.replaceAll('.', '\\.')}/`))
      expect(await run(database, greet(address))).toBe('SSH-2.0')
    }
    expect(await run(web, 'cat /sys/class/net/eth1/address')).toBe(nic.MacAddress)
  })

  test('wears groups of its own', async () => {
    const { VpcId } = await read(web.id)
    const { GroupId = '' } = await client.send(
      new ec2.CreateSecurityGroupCommand({ GroupName: 'closed', Description: 'closed', VpcId }),
    )
    const wear = (id: string) =>
      client.send(
        new ec2.ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId: nic.NetworkInterfaceId, Groups: [id] }),
      )
    await wear(GroupId)
    expect(await run(database, greet(addresses()[0]!))).not.toBe('SSH-2.0')
    expect(await run(database, greet((await read(web.id)).PrivateIpAddress!))).toBe('SSH-2.0')
    await wear(nic.Groups![0]!.GroupId!)
    expect(await run(database, greet(addresses()[0]!))).toBe('SSH-2.0')
  })

  test('loses and gets addresses while the host runs, as the first one does', async () => {
    const [, secondary = ''] = addresses()
    await client.send(
      new ec2.UnassignPrivateIpAddressesCommand({
        NetworkInterfaceId: nic.NetworkInterfaceId,
        PrivateIpAddresses: [secondary],
      }),
    )
    expect(await links(web)).not.toContain(secondary)
    const first = (await read(web.id)).NetworkInterfaces![0]!.NetworkInterfaceId
    await client.send(
      new ec2.AssignPrivateIpAddressesCommand({ NetworkInterfaceId: first, PrivateIpAddresses: [secondary] }),
    )
    expect(await links(web)).toMatch(new RegExp(`eth0\\s+inet ${secondary.replaceAll('.', '\\.')}/`))
    expect(await run(database, greet(secondary))).toBe('SSH-2.0')
  })

  test('is reached by an elastic address of its own', async () => {
    const { AllocationId, PublicIp = '' } = await client.send(new ec2.AllocateAddressCommand({}))
    await client.send(new ec2.AssociateAddressCommand({ AllocationId, NetworkInterfaceId: nic.NetworkInterfaceId }))
    const { output } = await runOverSsh({ publicIp: PublicIp, loginUser: 'admin' }, web, 'echo $SSH_CONNECTION')
    expect(output.split(' ')[2]).toBe(nic.PrivateIpAddress)
    expect(await run(web, 'echo $SSH_CONNECTION')).not.toContain(nic.PrivateIpAddress)
  })

  test('is there after a reboot, goes when it is detached, and comes to another host', async () => {
    await client.send(new ec2.RebootInstancesCommand({ InstanceIds: [web.id] }))
    const [address = ''] = addresses()
    await until(
      () => run(database, greet(address)).catch(() => ''),
      (text) => text === 'SSH-2.0',
    )
    const { NetworkInterfaces = [] } = await read(web.id)
    const AttachmentId = NetworkInterfaces[1]?.Attachment?.AttachmentId
    await client.send(new ec2.DetachNetworkInterfaceCommand({ AttachmentId }))
    expect(await run(database, greet(address))).not.toBe('SSH-2.0')
    await client.send(
      new ec2.AttachNetworkInterfaceCommand({
        InstanceId: database.id,
        NetworkInterfaceId: nic.NetworkInterfaceId,
        DeviceIndex: 1,
      }),
    )
    expect(await links(database)).toMatch(/eth1\s+inet/)
    expect(await run(web, greet(address))).toBe('SSH-2.0')
  })
})
