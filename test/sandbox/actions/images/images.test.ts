import * as ec2 from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import type { SandboxOptions } from '../../../../src/sandbox/sandbox.js'
import { clientOf, errorNameOf, errorOf, testSandbox, until } from '../../support.js'

/** A client, and an instance that runs, with a disk of 10 GiB beside its root disk. */
async function world(options: Partial<SandboxOptions> = {}) {
  const sandbox = await testSandbox(options)
  const client = clientOf(sandbox)
  const { Images = [] } = await client.send(
    new ec2.DescribeImagesCommand({ Filters: [{ Name: 'name', Values: ['debian-12-amd64-*'] }] }),
  )
  const { Instances = [] } = await client.send(
    new ec2.RunInstancesCommand({
      ImageId: Images[0]?.ImageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 10, VolumeType: 'gp3', Iops: 4_000 } }],
    }),
  )
  const id = Instances[0]?.InstanceId ?? ''
  await until(
    () => client.send(new ec2.DescribeInstanceStatusCommand({ InstanceIds: [id] })),
    ({ InstanceStatuses }) => InstanceStatuses?.length === 1,
  )
  return { sandbox, client, id, source: Images[0]?.ImageId ?? '' }
}

async function imageOf(client: ec2.EC2Client, ImageId: string) {
  const { Images = [] } = await client.send(new ec2.DescribeImagesCommand({ ImageIds: [ImageId] }))
  return Images[0]
}

function available(client: ec2.EC2Client, id: string) {
  return until(
    () => imageOf(client, id),
    (image) => image?.State !== 'pending',
  )
}

describe('images of one’s own', () => {
  it('are copied whole or not at all', async () => {
    const { client, id } = await world()
    await client.send(new ec2.StopInstancesCommand({ InstanceIds: [id] }))
    const { VolumeId } = await client.send(
      new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, Encrypted: true }),
    )
    await until(
      () => client.send(new ec2.DescribeVolumesCommand({ VolumeIds: [VolumeId!] })),
      ({ Volumes }) => Volumes?.[0]?.State === 'available',
    )
    const attach = new ec2.AttachVolumeCommand({ VolumeId, InstanceId: id, Device: '/dev/sdg' })
    await until(
      () => errorNameOf(client.send(attach)),
      (name) => name === '' || name === 'VolumeInUse',
    )
    const made = await client.send(new ec2.CreateImageCommand({ InstanceId: id, Name: 'mixed', NoReboot: true }))
    await available(client, made.ImageId!)
    const snapshots = async () =>
      (await client.send(new ec2.DescribeSnapshotsCommand({ OwnerIds: ['self'] }))).Snapshots?.length
    const before = await snapshots()
    const copy = { SourceImageId: made.ImageId, SourceRegion: 'us-east-1', Name: 'copy', Encrypted: false }
    expect((await errorOf(client.send(new ec2.CopyImageCommand(copy)))).name).toBe('InvalidParameterCombination')
    expect(await snapshots()).toBe(before)
  })

  it('are made of an instance with a snapshot of each disk, and launched', async () => {
    const { client, id, source } = await world({ latencies: { snapshotPendingMs: 400 } })
    const { ImageId = '' } = await client.send(
      new ec2.CreateImageCommand({
        InstanceId: id,
        Name: 'golden',
        NoReboot: true,
        TagSpecifications: [
          { ResourceType: 'image', Tags: [{ Key: 'a', Value: 'b' }] },
          { ResourceType: 'snapshot', Tags: [{ Key: 'c', Value: 'd' }] },
        ],
      }),
    )
    expect(await imageOf(client, ImageId)).toMatchObject({ State: 'pending', SourceInstanceId: id })
    const early = new ec2.RunInstancesCommand({ ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 })
    expect((await errorOf(client.send(early))).name).toBe('InvalidAMIID.Unavailable')
    const image = await available(client, ImageId)
    expect(image).toMatchObject({
      State: 'available',
      Name: 'golden',
      Public: false,
      SourceImageId: source,
      Tags: [{ Key: 'a', Value: 'b' }],
      RootDeviceName: '/dev/xvda',
    })
    const disks = image?.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.VolumeSize, Ebs?.Iops])
    expect(disks).toEqual([
      ['/dev/xvda', 8, 3_000],
      ['/dev/sdf', 10, 4_000],
    ])
    const { Snapshots = [] } = await client.send(new ec2.DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
    expect(Snapshots.map(({ Description }) => Description)).toEqual([
      `Created by CreateImage(${id}) for ${ImageId}`,
      `Created by CreateImage(${id}) for ${ImageId}`,
    ])
    expect(Snapshots[0]?.Tags).toEqual([{ Key: 'c', Value: 'd' }])
    const mine = await client.send(new ec2.DescribeImagesCommand({ Owners: ['self'] }))
    expect(mine.Images?.map((each) => each.ImageId)).toEqual([ImageId])

    const launch = new ec2.RunInstancesCommand({
      ImageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 11 } }],
    })
    const { Instances = [] } = await client.send(launch)
    const { Volumes = [] } = await client.send(
      new ec2.DescribeVolumesCommand({
        Filters: [{ Name: 'attachment.instance-id', Values: [Instances[0]?.InstanceId ?? ''] }],
      }),
    )
    expect(Volumes.map(({ Size, Iops, SnapshotId }) => [Size, Iops, SnapshotId])).toEqual([
      [8, 3_000, image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId],
      [11, 4_000, image?.BlockDeviceMappings?.[1]?.Ebs?.SnapshotId],
    ])
  })

  it('keep their snapshots from deletion, until they are deregistered', async () => {
    const { client, id } = await world()
    const make = { InstanceId: id, Name: 'golden', BlockDeviceMappings: [{ DeviceName: '/dev/sdf', NoDevice: '' }] }
    const { ImageId = '' } = await client.send(new ec2.CreateImageCommand(make))
    const image = await available(client, ImageId)
    expect(image?.BlockDeviceMappings).toHaveLength(1)
    const SnapshotId = image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId
    expect(await errorOf(client.send(new ec2.DeleteSnapshotCommand({ SnapshotId })))).toMatchObject({
      name: 'InvalidSnapshot.InUse',
      message: `The snapshot ${SnapshotId} is currently in use by ${ImageId}`,
    })
    await client.send(new ec2.DeregisterImageCommand({ ImageId }))
    expect(await imageOf(client, ImageId)).toBeUndefined()
    const gone = client.send(new ec2.DeregisterImageCommand({ ImageId }))
    expect((await errorOf(gone)).name).toBe('InvalidAMIID.Unavailable')
    await client.send(new ec2.DeleteSnapshotCommand({ SnapshotId }))
  })

  it('go with their snapshots where the call says so', async () => {
    const { client, id } = await world()
    const { ImageId = '' } = await client.send(new ec2.CreateImageCommand({ InstanceId: id, Name: 'golden' }))
    await available(client, ImageId)
    const deregister = new ec2.DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true })
    const { DeleteSnapshotResults = [] } = await client.send(deregister)
    expect(DeleteSnapshotResults.map(({ ReturnCode }) => ReturnCode)).toEqual(['success', 'success'])
    const { Snapshots } = await client.send(new ec2.DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
    expect(Snapshots).toEqual([])
  })

  it('are copied, with tags and encryption, to another region too', async () => {
    const { sandbox, client, id } = await world()
    const TagSpecifications = [{ ResourceType: 'image' as const, Tags: [{ Key: 'a', Value: 'b' }] }]
    const make = new ec2.CreateImageCommand({ InstanceId: id, Name: 'golden', TagSpecifications })
    const { ImageId = '' } = await client.send(make)
    await available(client, ImageId)
    const frankfurt = clientOf(sandbox, { region: 'eu-central-1' })
    const copy = {
      SourceImageId: ImageId,
      SourceRegion: 'us-east-1',
      Name: 'golden',
      CopyImageTags: true,
      Encrypted: true,
      ClientToken: 'one',
    }
    const { ImageId: there = '' } = await frankfurt.send(new ec2.CopyImageCommand(copy))
    expect((await frankfurt.send(new ec2.CopyImageCommand(copy))).ImageId).toBe(there)
    const image = await available(frankfurt, there)
    expect(image).toMatchObject({ State: 'available', SourceImageId: ImageId, SourceImageRegion: 'us-east-1' })
    expect(image?.Tags).toEqual([{ Key: 'a', Value: 'b' }])
    expect(image?.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.Encrypted)).toEqual([true, true])
    expect((await errorOf(client.send(new ec2.CopyImageCommand({ ...copy, ClientToken: 'two' })))).name).toBe(
      'InvalidAMIName.Duplicate',
    )
  })

  it('fail with a snapshot that fails', async () => {
    const { client, id } = await world()
    const { ImageId = '' } = await client.send(new ec2.CreateImageCommand({ InstanceId: id, Name: 'golden' }))
    await available(client, ImageId)
    const KmsKeyId = 'alias/nobody'
    const copy = new ec2.CopyImageCommand({
      SourceImageId: ImageId,
      SourceRegion: 'us-east-1',
      Name: 'sealed',
      Encrypted: true,
      KmsKeyId,
    })
    const { ImageId: sealed = '' } = await client.send(copy)
    expect(await available(client, sealed)).toMatchObject({ State: 'failed' })
  })

  it('are refused as EC2 refuses them', async () => {
    const { client, id, source } = await world()
    const make = (input: Partial<ec2.CreateImageCommandInput>) =>
      errorOf(client.send(new ec2.CreateImageCommand({ InstanceId: id, Name: 'golden', ...input })))
    expect((await make({ Name: 'a!' })).name).toBe('InvalidAMIName.Malformed')
    expect((await make({ InstanceId: 'i-00000000000000000' })).name).toBe('InvalidInstanceID.NotFound')
    expect(await errorOf(client.send(new ec2.DeregisterImageCommand({ ImageId: source })))).toMatchObject({
      name: 'AuthFailure',
      message: `Not authorized for image:${source}`,
    })
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] }))
    expect((await make({})).name).toBe('IncorrectInstanceState')
  })

  it('are shared and described', async () => {
    const { client, id } = await world()
    const { ImageId = '' } = await client.send(new ec2.CreateImageCommand({ InstanceId: id, Name: 'golden' }))
    const modify = (input: object) => client.send(new ec2.ModifyImageAttributeCommand({ ImageId, ...input }))
    const shares = async () =>
      (await client.send(new ec2.DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' })))
        .LaunchPermissions
    await modify({ LaunchPermission: { Add: [{ UserId: '210987654321' }, { Group: 'all' }] } })
    expect(await shares()).toEqual([{ UserId: '210987654321' }, { Group: 'all' }])
    expect((await imageOf(client, ImageId))?.Public).toBe(true)
    await client.send(new ec2.ResetImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }))
    expect(await shares()).toEqual([])
    await modify({ Description: { Value: 'of gold' } })
    expect((await imageOf(client, ImageId))?.Description).toBe('of gold')
  })
})
