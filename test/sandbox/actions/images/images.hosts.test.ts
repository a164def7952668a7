import * as ec2 from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { generateOpensshKeyPair } from '../../../../src/core/openssh-key.js'
import { describeHosts, keyPair, runOverSsh, unlessHosts } from '../../hosts/support.js'
import { clientOf, testSandbox, until } from '../../support.js'

describeHosts(`an image of a server${unlessHosts}`, () => {
  test('is what is on its disks, and a launch of it is a server of its own', async () => {
    const sandbox = await testSandbox({ hosts: 'linux', switches: { init: 'minimal', offline: true } })
    const client = clientOf(sandbox)
    for (const [KeyName, { publicKey }] of [['one', keyPair] as const, ['two', generateOpensshKeyPair('two')] as const])
      await client.send(new ec2.ImportKeyPairCommand({ KeyName, PublicKeyMaterial: Buffer.from(publicKey) }))
    await client.send(
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupName: 'default',
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '203.0.113.1/32' }] }],
      }),
    )
    const launch = async (input: Partial<ec2.RunInstancesCommandInput>) => {
      const run = { InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1, ...input }
      const { Instances } = await client.send(new ec2.RunInstancesCommand(run))
      const id = Instances![0]!.InstanceId!
      const instance = await until(
        async () =>
          (await client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!,
        ({ State }) => State?.Name !== 'pending',
      )
      expect(instance.StateReason?.Message).toBeUndefined()
      const console = await until(
        async () => {
          const { Output = '' } = await client.send(new ec2.GetConsoleOutputCommand({ InstanceId: id, Latest: true }))
          return Buffer.from(Output, 'base64').toString()
        },
        (text) => text.includes('-----END SSH HOST KEY KEYS-----'),
      )
      const hostKeys = console.match(/^ssh-\S+ \S+/gm) ?? []
      const description = { publicIp: instance.PublicIpAddress!, loginUser: 'admin' }
      const ask = async (command: string) => (await runOverSsh(description, { hostKeys }, command)).output
      return { id, hostKeys, ask }
    }

    const builder = await launch({
      ImageId: 'resolve:ssm:/aws/service/debian/release/12/latest/amd64',
      KeyName: 'one',
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1 } }],
    })
    const bootId = 'cat /proc/sys/kernel/random/boot_id'
    const before = await builder.ask(bootId)
    await builder.ask('echo gold | sudo tee /etc/golden; sudo mkfs.ext4 -q -L data /dev/nvme1n1')
    const made = await client.send(new ec2.CreateImageCommand({ InstanceId: builder.id, Name: 'golden' }))
    const ImageId = made.ImageId!
    const image = await until(
      async () => (await client.send(new ec2.DescribeImagesCommand({ ImageIds: [ImageId] }))).Images![0]!,
      ({ State }) => State !== 'pending',
    )
    expect(image.State).toBe('available')
    // It was shut down for the image, and is up again.
    await until(
      () => builder.ask(bootId).catch(() => before),
      (now) => now !== before,
    )

    const server = await launch({
      ImageId,
      KeyName: 'two',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 10 } }],
    })
    expect(await server.ask('cat /etc/golden; lsblk -no LABEL /dev/nvme1n1')).toBe('gold\n')
    expect(await server.ask('sudo blkid -o value -s LABEL /dev/nvme1n1')).toBe('data')
    expect(await server.ask('df --output=size -BG / | tail -1')).toMatch(/^ *10G$/)
    expect(await server.ask('hostname')).not.toBe(await builder.ask('hostname'))
    expect(await server.ask('cut -d" " -f3 .ssh/authorized_keys')).toBe('one\ntwo')
    expect(server.hostKeys).not.toEqual(builder.hostKeys)
  })
})
