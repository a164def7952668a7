import {
  AttachVolumeCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSecurityGroupCommand,
  DeleteVolumeCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  DetachVolumeCommand,
  GetConsoleOutputCommand,
  ModifyVolumeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { clientOf, errorNameOf, testSandbox, until } from './support.js'

test('a server with a volume is launched, changed, stopped and removed through the SDK', async () => {
  const sandbox = await testSandbox()
  const client = clientOf(sandbox)
  const images = await client.send(
    new DescribeImagesCommand({
      Owners: ['136693071363'],
      Filters: [
        { Name: 'name', Values: ['debian-12-amd64-*'] },
        { Name: 'architecture', Values: ['x86_64'] },
      ],
    }),
  )
  const image = images.Images!.toSorted((left, right) => left.CreationDate!.localeCompare(right.CreationDate!)).at(-1)!
  expect(image).toMatchObject({ OwnerId: '136693071363', RootDeviceName: '/dev/xvda', State: 'available' })

  const key = await client.send(new CreateKeyPairCommand({ KeyName: 'deploy', KeyType: 'ed25519' }))
  expect(key.KeyMaterial).toContain('BEGIN OPENSSH PRIVATE KEY')
  const keys = await client.send(new DescribeKeyPairsCommand({ IncludePublicKey: true }))
  expect(keys.KeyPairs![0]!.PublicKey).toMatch(/^ssh-ed25519 AAAA\S+ deploy\n$/)

  const group = await client.send(new CreateSecurityGroupCommand({ GroupName: 'web', Description: 'web tier' }))
  await client.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: group.GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '203.0.113.1/32' }] }],
    }),
  )
  const run = await client.send(
    new RunInstancesCommand({
      ImageId: image.ImageId,
      InstanceType: 't3.small',
      MinCount: 1,
      MaxCount: 1,
      KeyName: 'deploy',
      SecurityGroupIds: [group.GroupId!],
      Placement: { AvailabilityZone: 'us-east-1b' },
      UserData: Buffer.from('#cloud-config\n').toString('base64'),
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'evenkeel:stack', Value: 'one' }] }],
    }),
  )
  const id = run.Instances![0]!.InstanceId!
  expect(run.Instances![0]).toMatchObject({
    State: { Name: 'pending', Code: 0 },
    Placement: { AvailabilityZone: 'us-east-1b' },
  })
  const describe = async () =>
    (await client.send(new DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!
  const running = await until(describe, ({ State }) => State?.Name === 'running')
  expect(running).toMatchObject({
    KeyName: 'deploy',
    SecurityGroups: [{ GroupId: group.GroupId, GroupName: 'web' }],
    Tags: [{ Key: 'evenkeel:stack', Value: 'one' }],
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Status: 'attached', DeleteOnTermination: true } }],
  })
  expect(running.PrivateIpAddress).toMatch(/^10\.66\.16\./)
  expect(running.PublicIpAddress).toMatch(/^198\.18\.16\./)

  const console = await until(
    () => client.send(new GetConsoleOutputCommand({ InstanceId: id })),
    ({ Output }) => Output !== '',
  )
  expect(Buffer.from(console.Output!, 'base64').toString()).toMatch(
    /-----BEGIN SSH HOST KEY KEYS-----\r\nssh-ed25519 AAAA\S+ root@ip-10-66-16-4\r\n-----END/,
  )

  const volume = await client.send(
    new CreateVolumeCommand({ AvailabilityZone: 'us-east-1b', Size: 2, VolumeType: 'gp3' }),
  )
  expect(volume).toMatchObject({ State: 'creating', Iops: 3000, Throughput: 125 })
  const volumeId = volume.VolumeId!
  const readVolume = async () => (await client.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] }))).Volumes![0]!
  await until(readVolume, ({ State }) => State === 'available')
  await client.send(new CreateTagsCommand({ Resources: [volumeId], Tags: [{ Key: 'evenkeel:stack', Value: 'one' }] }))
  await client.send(new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: id, Device: '/dev/sdf' }))
  await until(readVolume, ({ Attachments }) => Attachments?.[0]?.State === 'attached')
  await client.send(new ModifyVolumeCommand({ VolumeId: volumeId, Size: 3 }))
  await until(readVolume, ({ Size }) => Size === 3)

  const snapshot = await client.send(new CreateSnapshotCommand({ VolumeId: volumeId, Description: 'before' }))
  expect(snapshot.State).toBe('pending')
  await until(
    async () => (await client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))).Snapshots!,
    (snapshots) => snapshots.length === 1 && snapshots[0]!.State === 'completed',
  )
  const restored = await client.send(
    new CreateVolumeCommand({ AvailabilityZone: 'us-east-1b', SnapshotId: snapshot.SnapshotId }),
  )
  expect(restored.Size).toBe(3)

  await client.send(new StopInstancesCommand({ InstanceIds: [id] }))
  await until(describe, ({ State }) => State?.Name === 'stopped')
  await client.send(new StartInstancesCommand({ InstanceIds: [id] }))
  await until(describe, ({ State }) => State?.Name === 'running')
  await client.send(new DetachVolumeCommand({ VolumeId: volumeId }))
  await until(readVolume, ({ State }) => State === 'available')
  await client.send(new DeleteVolumeCommand({ VolumeId: volumeId }))
  await client.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
  await until(describe, ({ State }) => State?.Name === 'terminated')
  await until(
    async () => errorNameOf(client.send(new DeleteSecurityGroupCommand({ GroupId: group.GroupId }))),
    (answer) => answer !== 'DependencyViolation',
  )
  expect(
    (await client.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups!.map(({ GroupName }) => GroupName),
  ).toEqual(['default'])
  expect((await client.send(new DescribeVpcsCommand({}))).Vpcs).toMatchObject([
    { IsDefault: true, CidrBlock: '10.66.0.0/16' },
  ])
  expect((await client.send(new DescribeSubnetsCommand({}))).Subnets).toHaveLength(6)
  expect((await client.send(new DescribeAvailabilityZonesCommand({}))).AvailabilityZones).toHaveLength(6)
  expect(sandbox.requests().some(({ action, mutating }) => action === 'RunInstances' && mutating)).toBe(true)
})
