import * as ec2 from '@aws-sdk/client-ec2'
import { beforeAll, describe, expect, it } from 'vitest'
import { clientOf, errorOf, testSandbox, until } from '../../support.js'

describe('images of snapshots', () => {
  let client: ec2.EC2Client
  /** Of a root disk of 8 GiB, and of a disk of 10 GiB beside it. */
  let root: string
  let data: string
  let image: ec2.Image

  beforeAll(async () => {
    client = clientOf(await testSandbox())
    const Filters = [{ Name: 'name', Values: ['ubuntu/images/hvm-ssd-gp3/*-amd64-*'] }]
    const { Images = [] } = await client.send(new ec2.DescribeImagesCommand({ Filters }))
    image = Images[0]!
    const { Instances = [] } = await client.send(
      new ec2.RunInstancesCommand({
        ImageId: image.ImageId,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 10 } }],
      }),
    )
    const InstanceIds = [Instances[0]!.InstanceId!]
    await until(
      () => client.send(new ec2.DescribeInstanceStatusCommand({ InstanceIds })),
      ({ InstanceStatuses }) => InstanceStatuses?.length === 1,
    )
    const { Snapshots = [] } = await client.send(
      new ec2.CreateSnapshotsCommand({ InstanceSpecification: { InstanceId: InstanceIds[0] } }),
    )
    const SnapshotIds = Snapshots.map(({ SnapshotId }) => SnapshotId!)
    await until(
      () => client.send(new ec2.DescribeSnapshotsCommand({ SnapshotIds })),
      ({ Snapshots: seen }) => seen?.every(({ State }) => State === 'completed') === true,
    )
    root = Snapshots.find(({ VolumeSize }) => VolumeSize === 8)!.SnapshotId!
    data = Snapshots.find(({ VolumeSize }) => VolumeSize === 10)!.SnapshotId!
    // Nothing of the server is asked for when the image is registered.
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds }))
  })

  const whole = (Name: string): ec2.RegisterImageCommandInput => ({
    Name,
    Architecture: 'x86_64',
    VirtualizationType: 'hvm',
    EnaSupport: true,
    RootDeviceName: '/dev/sda1',
    BlockDeviceMappings: [
      { DeviceName: '/dev/sda1', Ebs: { SnapshotId: root, VolumeSize: 20, VolumeType: 'gp3' } },
      { DeviceName: '/dev/sdf', Ebs: { SnapshotId: data, DeleteOnTermination: false } },
    ],
  })

  it('are there at once, and launched from', async () => {
    const TagSpecifications: ec2.TagSpecification[] = [{ ResourceType: 'image', Tags: [{ Key: 'a', Value: 'b' }] }]
    const { ImageId = '' } = await client.send(
      new ec2.RegisterImageCommand({ ...whole('golden'), Description: 'of snapshots', TagSpecifications }),
    )
    const { Images = [] } = await client.send(new ec2.DescribeImagesCommand({ ImageIds: [ImageId] }))
    expect(Images[0]).toMatchObject({
      State: 'available',
      Name: 'golden',
      Description: 'of snapshots',
      Architecture: 'x86_64',
      RootDeviceName: '/dev/sda1',
      BlockDeviceMappings: [
        { DeviceName: '/dev/sda1', Ebs: { SnapshotId: root, VolumeSize: 20, VolumeType: 'gp3' } },
        { DeviceName: '/dev/sdf', Ebs: { SnapshotId: data, VolumeSize: 10, DeleteOnTermination: false } },
      ],
      Tags: [{ Key: 'a', Value: 'b' }],
    })
    const run = new ec2.RunInstancesCommand({ ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 })
    const { Instances = [] } = await client.send(run)
    const Filters = [{ Name: 'attachment.instance-id', Values: [Instances[0]!.InstanceId!] }]
    const { Volumes = [] } = await until(
      () => client.send(new ec2.DescribeVolumesCommand({ Filters })),
      ({ Volumes: seen }) => seen?.length === 2,
    )
    expect(new Map(Volumes.map(({ SnapshotId, Size }) => [SnapshotId, Size]))).toEqual(
      new Map([
        [root, 20],
        [data, 10],
      ]),
    )
  })

  it('are refused as EC2 refuses them, and by name where the sandbox has none', async () => {
    const { BlockDeviceMappings: mappings = [] } = whole('')
    const changed = (Ebs: ec2.EbsBlockDevice) => ({
      BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { ...mappings[0]!.Ebs, ...Ebs } }],
    })
    const cases: readonly (readonly [Partial<ec2.RegisterImageCommandInput>, string])[] = [
      [{ Name: 'x' }, 'InvalidAMIName.Malformed'],
      [{ RootDeviceName: undefined }, 'MissingParameter'],
      [{ RootDeviceName: '/dev/xvda' }, 'InvalidBlockDeviceMapping'],
      [{ BlockDeviceMappings: [...mappings, mappings[1]!] }, 'InvalidBlockDeviceMapping'],
      [changed({ VolumeSize: 7 }), 'InvalidBlockDeviceMapping'],
      [changed({ Encrypted: true }), 'InvalidBlockDeviceMapping'],
      [changed({ SnapshotId: 'snap-00000000000000000' }), 'InvalidSnapshot.NotFound'],
      [changed({ SnapshotId: data, VolumeSize: 10 }), 'UnsupportedOperation'],
      [changed({ SnapshotId: undefined }), 'UnsupportedOperation'],
      [{ Architecture: undefined }, 'UnsupportedOperation'],
      [{ Architecture: 'i386' }, 'UnsupportedOperation'],
      [{ VirtualizationType: 'paravirtual' }, 'UnsupportedOperation'],
      [{ VirtualizationType: undefined }, 'UnsupportedOperation'],
      [{ EnaSupport: false }, 'UnsupportedOperation'],
      [{ ImageLocation: 'bucket/manifest.xml' }, 'UnsupportedOperation'],
      [{ BootMode: 'uefi' }, 'UnsupportedOperation'],
    ]
    for (const [input, code] of cases) {
      const { name, status } = await errorOf(
        client.send(new ec2.RegisterImageCommand({ ...whole('refused'), ...input })),
      )
      expect([input, name, status]).toEqual([input, code, 400])
    }
    await client.send(new ec2.RegisterImageCommand(whole('taken')))
    expect((await errorOf(client.send(new ec2.RegisterImageCommand(whole('taken'))))).name).toBe(
      'InvalidAMIName.Duplicate',
    )
  })
})
