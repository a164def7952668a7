import * as ec2 from '@aws-sdk/client-ec2'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.js'
import { clientOf, errorOf, testSandbox, until } from './support.js'

/**
 * Behaviours of EC2 with the codes and texts that it answers. Where nothing else is said, their source is the EC2 API
 * reference or a text seen in somebody's log; the ones that are only believed are marked as such.
 */
let sandbox: Sandbox
let client: ec2.EC2Client
let image: string
const debian = { Owners: ['136693071363'], Filters: [{ Name: 'name', Values: ['debian-12-amd64-*'] }] }

beforeAll(async () => {
  sandbox = await testSandbox()
  client = clientOf(sandbox)
  image = (await client.send(new ec2.DescribeImagesCommand(debian))).Images!.at(-1)!.ImageId!
})

async function launch(extra: Partial<ec2.RunInstancesCommandInput> = {}): Promise<string> {
  const answer = await client.send(
    new ec2.RunInstancesCommand({ ImageId: image, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ...extra }),
  )
  return answer.Instances![0]!.InstanceId!
}

const read = async (id: string) =>
  (await client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!
const inState = (id: string, state: string) =>
  until(
    () => read(id),
    ({ State }) => State?.Name === state,
  )
const launched = async (extra: Partial<ec2.RunInstancesCommandInput> = {}) => {
  const id = await launch(extra)
  await inState(id, 'running')
  return id
}
const readVolume = async (id: string) =>
  (await client.send(new ec2.DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes![0]!
async function volume(extra: Partial<ec2.CreateVolumeCommandInput> = {}): Promise<string> {
  const { VolumeId } = await client.send(
    new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, VolumeType: 'gp3', ...extra }),
  )
  await until(
    () => readVolume(VolumeId!),
    ({ State }) => State === 'available',
  )
  return VolumeId!
}

describe('identifiers', () => {
  const missing = '0123456789abcdef0'
  test.each([
    [
      'InvalidInstanceID.NotFound',
      `The instance ID 'i-${missing}' does not exist`,
      () => new ec2.DescribeInstancesCommand({ InstanceIds: [`i-${missing}`] }),
    ],
    [
      'InvalidInstanceID.Malformed',
      'Invalid id: "x" (expecting "i-...")',
      () => new ec2.DescribeInstancesCommand({ InstanceIds: ['x'] }),
    ],
    [
      'InvalidVolume.NotFound',
      `The volume 'vol-${missing}' does not exist.`,
      () => new ec2.DeleteVolumeCommand({ VolumeId: `vol-${missing}` }),
    ],
    [
      'InvalidSnapshot.NotFound',
      `The snapshot 'snap-${missing}' does not exist.`,
      () => new ec2.DescribeSnapshotsCommand({ SnapshotIds: [`snap-${missing}`] }),
    ],
    [
      'InvalidAMIID.NotFound',
      `The image id '[ami-${missing}]' does not exist`,
      () => new ec2.DescribeImagesCommand({ ImageIds: [`ami-${missing}`] }),
    ],
    [
      'InvalidGroup.NotFound',
      `The security group 'sg-${missing}' does not exist`,
      () => new ec2.DescribeSecurityGroupsCommand({ GroupIds: [`sg-${missing}`] }),
    ],
    [
      'InvalidKeyPair.NotFound',
      `The key pair 'nobody' does not exist`,
      () => new ec2.DescribeKeyPairsCommand({ KeyNames: ['nobody'] }),
    ],
    [
      'InvalidAllocationID.NotFound',
      `The allocation ID 'eipalloc-${missing}' does not exist`,
      () => new ec2.ReleaseAddressCommand({ AllocationId: `eipalloc-${missing}` }),
    ],
    [
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID lt-${missing}, does not exist.`,
      () => new ec2.DeleteLaunchTemplateCommand({ LaunchTemplateId: `lt-${missing}` }),
    ],
    [
      'InvalidLaunchTemplateName.NotFoundException',
      'The specified launch template, with template name nobody, does not exist.',
      () => new ec2.DeleteLaunchTemplateCommand({ LaunchTemplateName: 'nobody' }),
    ],
    [
      'InvalidSecurityGroupRuleId.NotFound',
      `The security group rule ID 'sgr-${missing}' does not exist`,
      () => new ec2.DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: [`sgr-${missing}`] }),
    ],
    [
      'InvalidVolumeModification.NotFound',
      expect.stringContaining('does not exist'),
      async () => new ec2.DescribeVolumesModificationsCommand({ VolumeIds: [await volume()] }),
    ],
  ])('%s', async (name, message, command) => {
    expect(await errorOf(client.send((await command()) as ec2.DescribeInstancesCommand))).toEqual({
      name,
      message,
      status: 400,
    })
  })

  test('an id as a filter is no error', async () => {
    const answer = await client.send(
      new ec2.DescribeVolumesCommand({ Filters: [{ Name: 'volume-id', Values: [`vol-${missing}`] }] }),
    )
    expect(answer.Volumes).toEqual([])
  })

  test('one missing id fails the whole call', async () => {
    const id = await volume()
    expect(
      (await errorOf(client.send(new ec2.DescribeVolumesCommand({ VolumeIds: [id, `vol-${missing}`] })))).name,
    ).toBe('InvalidVolume.NotFound')
  })
})

describe('pages', () => {
  test('ids and MaxResults do not go together', async () => {
    expect(
      await errorOf(client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [await launch()], MaxResults: 5 }))),
    ).toMatchObject({
      name: 'InvalidParameterCombination',
      message: 'The parameter instancesSet cannot be used with the parameter maxResults',
    })
  })

  test('fewer than five are too few', async () => {
    expect(await errorOf(client.send(new ec2.DescribeVolumesCommand({ MaxResults: 2 })))).toMatchObject({
      name: 'InvalidParameterValue',
      message: 'Value ( 2 ) for parameter maxResults is invalid. Expecting a value greater than 5.',
    })
  })

  test('pages cover everything once, also when records are removed meanwhile', async () => {
    const tag = { Key: 'page', Value: 'yes' }
    const made = await Promise.all(
      Array.from({ length: 12 }, () => volume({ TagSpecifications: [{ ResourceType: 'volume', Tags: [tag] }] })),
    )
    const ask = (NextToken?: string) =>
      client.send(
        new ec2.DescribeVolumesCommand({ MaxResults: 5, NextToken, Filters: [{ Name: 'tag:page', Values: ['yes'] }] }),
      )
    const first = await ask()
    expect(first.Volumes).toHaveLength(5)
    await client.send(new ec2.DeleteVolumeCommand({ VolumeId: first.Volumes![4]!.VolumeId }))
    const second = await ask(first.NextToken)
    const third = await ask(second.NextToken)
    expect(third.NextToken).toBe('')
    const seen = [first, second, third].flatMap(({ Volumes }) => Volumes!.map(({ VolumeId }) => VolumeId))
    expect(seen).toHaveLength(made.length)
    expect(new Set(seen)).toEqual(new Set(made))
  })

  test('a token of another question is refused', async () => {
    const filters = (value: string) => [{ Name: 'tag:page', Values: [value] }]
    const { NextToken } = await client.send(new ec2.DescribeVolumesCommand({ MaxResults: 5, Filters: filters('yes') }))
    expect(
      (await errorOf(client.send(new ec2.DescribeVolumesCommand({ MaxResults: 5, NextToken, Filters: filters('no') }))))
        .name,
    ).toBe('InvalidNextToken')
  })
})

describe('client tokens', () => {
  const request = { ImageId: '', InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 } as const

  test('the same request is the same instance, with its tags', async () => {
    const input = {
      ...request,
      ImageId: image,
      ClientToken: 'one',
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }],
    } as const
    const [first, second] = [
      await client.send(
        new ec2.RunInstancesCommand({ ...input, TagSpecifications: [...input.TagSpecifications] as never }),
      ),
      await client.send(
        new ec2.RunInstancesCommand({ ...input, TagSpecifications: [...input.TagSpecifications] as never }),
      ),
    ]
    expect(second.Instances![0]!.InstanceId).toBe(first.Instances![0]!.InstanceId)
    expect(second.Instances![0]).toMatchObject({ ClientToken: 'one', Tags: [{ Key: 'a', Value: 'b' }] })
  })

  test('another request with the token is a mismatch', async () => {
    await client.send(new ec2.RunInstancesCommand({ ...request, ImageId: image, ClientToken: 'two' }))
    expect(
      await errorOf(
        client.send(
          new ec2.RunInstancesCommand({ ...request, ImageId: image, ClientToken: 'two', InstanceType: 't3.small' }),
        ),
      ),
    ).toMatchObject({
      name: 'IdempotentParameterMismatch',
      message: 'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    })
  })

  test('in another zone the token is another request', async () => {
    const ids = await Promise.all(
      ['us-east-1a', 'us-east-1b'].map((zone) =>
        launch({ ClientToken: 'zonal', Placement: { AvailabilityZone: zone } }),
      ),
    )
    expect(new Set(ids).size).toBe(2)
  })

  test('the token of a terminated instance is burnt, or gives it back', async () => {
    const id = await launched({ ClientToken: 'three' })
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] }))
    await inState(id, 'terminated')
    expect((await errorOf(launch({ ClientToken: 'three' }))).name).toBe('IdempotentInstanceTerminated')
    sandbox.setFaults({ terminatedToken: 'instance' })
    expect(await launch({ ClientToken: 'three' })).toBe(id)
    sandbox.setFaults({})
  })

  test('volumes have tokens as well', async () => {
    const input = { AvailabilityZone: 'us-east-1a', Size: 1, ClientToken: 'volume' }
    const first = await client.send(new ec2.CreateVolumeCommand(input))
    expect((await client.send(new ec2.CreateVolumeCommand(input))).VolumeId).toBe(first.VolumeId)
    expect((await errorOf(client.send(new ec2.CreateVolumeCommand({ ...input, Size: 2 })))).name).toBe(
      'IdempotentParameterMismatch',
    )
  })
})

describe('instances', () => {
  test.each<[string, string, string | RegExp, Partial<ec2.RunInstancesCommandInput>]>([
    [
      'an unknown type',
      'InvalidParameterValue',
      "Invalid value 't9.huge' for InstanceType.",
      { InstanceType: 't9.huge' as never },
    ],
    [
      'a type that EC2 has and the sandbox has not',
      'Unsupported',
      'The evenkeel sandbox does not have the instance type m5d.large.',
      { InstanceType: 'm5d.large' },
    ],
    [
      'the wrong architecture',
      'InvalidParameterValue',
      /architecture 'arm64' .* does not match the architecture 'x86_64'/,
      { InstanceType: 't4g.micro' },
    ],
    [
      'an unknown zone',
      'InvalidParameterValue',
      'Invalid availability zone: [us-east-1z]',
      { Placement: { AvailabilityZone: 'us-east-1z' } },
    ],
    [
      'a type that the zone does not have',
      'Unsupported',
      /not supported in your requested Availability Zone \(us-east-1e\)/,
      { Placement: { AvailabilityZone: 'us-east-1e' } },
    ],
    ['an unknown key', 'InvalidKeyPair.NotFound', "The key pair 'nobody' does not exist", { KeyName: 'nobody' }],
    [
      'user data that is no base64',
      'InvalidUserData.Malformed',
      'Invalid BASE64 encoding of user data.',
      { UserData: '#!' },
    ],
    [
      'user data above 16 KiB',
      'InvalidParameterValue',
      'User data is limited to 16384 bytes',
      { UserData: Buffer.alloc(16_385).toString('base64') },
    ],
    [
      'a root disk smaller than its image',
      'InvalidBlockDeviceMapping',
      /smaller than snapshot/,
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 4 } }] },
    ],
    [
      'a tag on what it does not make',
      'InvalidParameterValue',
      "'snapshot' is not a valid taggable resource type for this operation.",
      { TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'a', Value: 'b' }] }] },
    ],
    [
      'a reserved tag',
      'InvalidParameterValue',
      /aws:/,
      { TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'aws:x', Value: 'b' }] }] },
    ],
    ['more wanted at least than at most', 'InvalidParameterValue', /minCount/, { MinCount: 2 }],
    ['what EC2 has and the sandbox has not', 'UnsupportedOperation', /KernelId/, { KernelId: 'aki-1' }],
    ['a dry run', 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', { DryRun: true }],
  ])('RunInstances refuses %s', async (_what, name, message, extra) => {
    const error = await errorOf(launch(extra))
    expect(error.name).toBe(name)
    if (typeof message === 'string') expect(error.message).toBe(message)
    else expect(error.message).toMatch(message)
  })

  test('an image by its public parameter', async () => {
    const id = await launch({ ImageId: 'resolve:ssm:/aws/service/debian/release/12/latest/amd64' })
    expect((await read(id)).ImageId).toBe(image)
  })

  test('disks of a launch: the root, and data disks that go with the instance unless told otherwise', async () => {
    const id = await launched({
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, VolumeType: 'gp3' } },
        { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 2 } },
        { DeviceName: '/dev/sdg', Ebs: { VolumeSize: 3, DeleteOnTermination: false } },
      ],
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'of', Value: 'launch' }] }],
    })
    const disks = await client.send(
      new ec2.DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [id] }] }),
    )
    expect(
      disks.Volumes!.map(({ Size, VolumeType, Attachments, Tags }) => [
        Attachments![0]!.Device,
        Size,
        VolumeType,
        Attachments![0]!.DeleteOnTermination,
        Tags!.length,
      ]),
    ).toEqual([
      ['/dev/xvda', 20, 'gp3', true, 1],
      ['/dev/sdf', 2, 'gp2', true, 1],
      ['/dev/sdg', 3, 'gp2', false, 1],
    ])
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] }))
    await inState(id, 'terminated')
    const left = await client.send(
      new ec2.DescribeVolumesCommand({ Filters: [{ Name: 'tag:of', Values: ['launch'] }] }),
    )
    expect(left.Volumes!.map(({ Size, State }) => [Size, State])).toEqual([[3, 'available']])
  })

  test('a terminated instance cannot start or stop, is terminated again without an error, and has lost its network', async () => {
    const id = await launched()
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] }))
    const gone = await inState(id, 'terminated')
    expect(gone.PrivateIpAddress).toBeUndefined()
    expect(gone.StateReason).toEqual({
      Code: 'Client.UserInitiatedShutdown',
      Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
    })
    expect(await errorOf(client.send(new ec2.StartInstancesCommand({ InstanceIds: [id] })))).toMatchObject({
      name: 'IncorrectInstanceState',
      message: `The instance '${id}' is not in a state from which it can be started.`,
    })
    expect(await errorOf(client.send(new ec2.StopInstancesCommand({ InstanceIds: [id] })))).toMatchObject({
      name: 'IncorrectInstanceState',
      message: `This instance '${id}' is not in a state from which it can be stopped.`,
    })
    const again = await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] }))
    expect(again.TerminatingInstances![0]!.CurrentState!.Name).toBe('terminated')
  })

  test('protection keeps a whole batch', async () => {
    const [open, locked] = [await launched(), await launched({ DisableApiTermination: true })]
    expect(
      await errorOf(client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [open, locked] }))),
    ).toMatchObject({
      name: 'OperationNotPermitted',
      message: `The instance '${locked}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    })
    expect((await read(open)).State!.Name).toBe('running')
    await client.send(
      new ec2.ModifyInstanceAttributeCommand({ InstanceId: locked, DisableApiTermination: { Value: false } }),
    )
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [locked] }))
  })

  test('type and user data change on a stopped instance alone, one attribute a call', async () => {
    const id = await launched()
    const modify = (extra: object) => client.send(new ec2.ModifyInstanceAttributeCommand({ InstanceId: id, ...extra }))
    expect((await errorOf(modify({ InstanceType: { Value: 't3.small' } }))).name).toBe('IncorrectInstanceState')
    expect(await errorOf(modify({ SourceDestCheck: { Value: false }, DisableApiStop: { Value: true } }))).toMatchObject(
      {
        name: 'InvalidParameterCombination',
        message: 'Fields for multiple attribute types specified',
      },
    )
    await client.send(new ec2.StopInstancesCommand({ InstanceIds: [id] }))
    expect((await inState(id, 'stopped')).PublicIpAddress).toBeUndefined()
    await modify({ InstanceType: { Value: 't3.small' } })
    await modify({ UserData: { Value: Buffer.from('#!/bin/sh\n') } })
    const attribute = await client.send(
      new ec2.DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'userData' }),
    )
    expect(Buffer.from(attribute.UserData!.Value!, 'base64').toString()).toBe('#!/bin/sh\n')
    expect((await read(id)).InstanceType).toBe('t3.small')
  })

  test('deletion on termination left out of a mapping is set', async () => {
    const id = await launched({
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1, DeleteOnTermination: false } }],
    })
    await client.send(
      new ec2.ModifyInstanceAttributeCommand({
        InstanceId: id,
        BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: {} }],
      }),
    )
    expect((await read(id)).BlockDeviceMappings![1]!.Ebs!.DeleteOnTermination).toBe(true)
  })

  test('the status of instances that do not run is told only when asked for', async () => {
    const id = await launched()
    const ask = (IncludeAllInstances: boolean) =>
      client.send(new ec2.DescribeInstanceStatusCommand({ InstanceIds: [id], IncludeAllInstances }))
    await until(
      () => ask(false),
      ({ InstanceStatuses }) => InstanceStatuses![0]!.InstanceStatus!.Status === 'ok',
    )
    await client.send(new ec2.StopInstancesCommand({ InstanceIds: [id] }))
    await inState(id, 'stopped')
    expect((await ask(false)).InstanceStatuses).toEqual([])
    expect((await ask(true)).InstanceStatuses![0]!.InstanceStatus!.Status).toBe('not-applicable')
  })
})

describe('volumes', () => {
  test.each<[string, string, string | RegExp, Partial<ec2.CreateVolumeCommandInput>]>([
    [
      'an unknown zone',
      'InvalidZone.NotFound',
      "The zone 'us-east-1z' does not exist.",
      { AvailabilityZone: 'us-east-1z' },
    ],
    ['an unknown type', 'UnknownVolumeType', /gp9/, { VolumeType: 'gp9' as never }],
    [
      'too many IOPS',
      'InvalidParameterValue',
      'Volume iops of 90000 is too high; maximum is 80000.',
      { Size: 1000, Iops: 90_000 },
    ],
    ['IOPS on gp2', 'InvalidParameterCombination', /iops/, { VolumeType: 'gp2', Iops: 3000 }],
    ['io2 without IOPS', 'MissingParameter', /iops/, { VolumeType: 'io2', Size: 4 }],
    ['st1 of one GiB', 'InvalidParameterValue', /too small/, { VolumeType: 'st1' }],
  ])('CreateVolume refuses %s', async (_what, name, message, extra) => {
    const error = await errorOf(
      client.send(
        new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, VolumeType: 'gp3', ...extra }),
      ),
    )
    expect(error.name).toBe(name)
    if (typeof message === 'string') expect(error.message).toBe(message)
    else expect(error.message).toMatch(message)
  })

  test('the default type of the API is gp2', async () => {
    expect(await client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 100 }))).toMatchObject(
      { VolumeType: 'gp2', Iops: 300 },
    )
  })

  test('attaching: twice, to the wrong zone, at a taken place, at no place at all', async () => {
    const id = await launched({ Placement: { AvailabilityZone: 'us-east-1a' } })
    const [one, two, far] = [await volume(), await volume(), await volume({ AvailabilityZone: 'us-east-1b' })]
    const attach = (VolumeId: string, Device = '/dev/sdf') =>
      client.send(new ec2.AttachVolumeCommand({ VolumeId, InstanceId: id, Device }))
    expect((await attach(one)).State).toBe('attaching')
    expect(await errorOf(attach(one))).toMatchObject({
      name: 'VolumeInUse',
      message: `${one} is already attached to an instance`,
    })
    expect(await errorOf(attach(two))).toMatchObject({
      name: 'InvalidParameterValue',
      message: `Invalid value '/dev/sdf' for unixDevice. Attachment point /dev/sdf is already in use`,
    })
    expect((await errorOf(attach(far, '/dev/sdg'))).name).toBe('InvalidVolume.ZoneMismatch')
    expect((await errorOf(attach(two, '/dev/foo'))).name).toBe('InvalidParameterValue')
    expect(await errorOf(client.send(new ec2.DeleteVolumeCommand({ VolumeId: one })))).toMatchObject({
      name: 'VolumeInUse',
      message: `Volume ${one} is currently attached to ${id}`,
    })
    expect(await errorOf(client.send(new ec2.DetachVolumeCommand({ VolumeId: two })))).toMatchObject({
      name: 'IncorrectState',
      message: `Volume '${two}' is in the 'available' state.`,
    })
    const root = (await read(id)).BlockDeviceMappings![0]!.Ebs!.VolumeId!
    expect(await errorOf(client.send(new ec2.DetachVolumeCommand({ VolumeId: root })))).toMatchObject({
      name: 'IncorrectState',
      message: `Unable to detach root volume '${root}' from instance '${id}'`,
    })
  })

  test('attaching to an instance that is not up yet', async () => {
    const slow = await testSandbox({ latencies: { instancePendingMs: 5_000 } })
    const other = clientOf(slow)
    const run = await other.send(
      new ec2.RunInstancesCommand({ ImageId: image, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }),
    )
    const { VolumeId } = await other.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
    const InstanceId = run.Instances![0]!.InstanceId!
    const attach = () => errorOf(other.send(new ec2.AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdf' })))
    expect((await attach()).message).toBe(`Volume '${VolumeId}' is in the 'creating' state.`)
    await until(
      async () => (await other.send(new ec2.DescribeVolumesCommand({}))).Volumes!,
      (all) => all.some((one) => one.VolumeId === VolumeId && one.State === 'available'),
    )
    expect(await attach()).toMatchObject({
      name: 'IncorrectState',
      message: `Instance '${InstanceId}' is not 'running'.`,
    })
  })

  test('a volume grows, never shrinks, waits for its last change, and changes four times a day', async () => {
    // Without a latency the first change may be over before the second is asked for.
    const slow = clientOf(await testSandbox({ latencies: { modifyingMs: 150, optimizingMs: 150 } }))
    const made = await slow.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
    const id = made.VolumeId ?? ''
    await until(
      async () => (await slow.send(new ec2.DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes![0]!,
      ({ State }) => State === 'available',
    )
    const modify = (extra: object) => slow.send(new ec2.ModifyVolumeCommand({ VolumeId: id, ...extra }))
    const completed = () =>
      until(
        async () =>
          (await slow.send(new ec2.DescribeVolumesModificationsCommand({ VolumeIds: [id] }))).VolumesModifications![0]!,
        ({ ModificationState }) => ModificationState === 'completed',
      )
    expect((await modify({ Size: 2 })).VolumeModification).toMatchObject({
      ModificationState: 'modifying',
      OriginalSize: 1,
      TargetSize: 2,
    })
    expect(await errorOf(modify({ Size: 3 }))).toMatchObject({
      name: 'IncorrectModificationState',
      message: expect.stringMatching(/cannot be modified in modification state (MODIFYING|OPTIMIZING)/),
    })
    await completed()
    expect(await errorOf(modify({ Size: 1 }))).toMatchObject({
      name: 'InvalidParameterValue',
      message: 'New size cannot be smaller than existing size',
    })
    for (const Size of [3, 4, 5]) {
      await modify({ Size })
      await completed()
    }
    expect(await errorOf(modify({ Size: 6 }))).toMatchObject({
      name: 'VolumeModificationRateExceeded',
      message: expect.stringContaining('maximum modification rate'),
    })
  })
})

describe('snapshots', () => {
  test('only a completed one can become a volume, which is not smaller', async () => {
    const slow = await testSandbox({ latencies: { snapshotPendingMs: 1_500 } })
    const other = clientOf(slow)
    const { VolumeId } = await other.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 2 }))
    await until(
      async () => (await other.send(new ec2.DescribeVolumesCommand({}))).Volumes![0]!,
      ({ State }) => State === 'available',
    )
    const { SnapshotId } = await other.send(new ec2.CreateSnapshotCommand({ VolumeId }))
    const restore = (Size?: number) =>
      other.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', SnapshotId, Size }))
    expect((await errorOf(restore())).name).toBe('IncorrectState')
    await until(
      async () => (await other.send(new ec2.DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId!] }))).Snapshots![0]!,
      ({ State }) => State === 'completed',
    )
    expect((await errorOf(restore(1))).name).toBe('InvalidParameterValue')
    expect(await restore(3)).toMatchObject({ Size: 3, SnapshotId })
  })

  test('without an owner everybody sees the public ones', async () => {
    const all = await client.send(new ec2.DescribeSnapshotsCommand({}))
    const own = await client.send(new ec2.DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
    expect(all.Snapshots!.length).toBeGreaterThan(own.Snapshots!.length + 10)
  })
})

describe('key pairs and groups', () => {
  test('names of key pairs are unique, deleting what is not there is no error', async () => {
    const create = () => client.send(new ec2.CreateKeyPairCommand({ KeyName: 'mine' }))
    const made = await create()
    expect(made.KeyMaterial).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/)
    expect(made.KeyFingerprint).toMatch(/^([0-9a-f]{2}:){19}[0-9a-f]{2}$/)
    expect((await errorOf(create())).name).toBe('InvalidKeyPair.Duplicate')
    expect(await client.send(new ec2.DeleteKeyPairCommand({ KeyName: 'nobody' }))).toMatchObject({ Return: true })
    expect(
      (
        await errorOf(
          client.send(
            new ec2.ImportKeyPairCommand({ KeyName: 'x', PublicKeyMaterial: Buffer.from('ssh-rsa nonsense') }),
          ),
        )
      ).name,
    ).toBe('InvalidKey.Format')
  })

  test('names of groups are unique whatever their case, some are reserved', async () => {
    const create = (GroupName: string) =>
      client.send(new ec2.CreateSecurityGroupCommand({ GroupName, Description: 'd' }))
    await create('Front')
    expect((await errorOf(create('front'))).name).toBe('InvalidGroup.Duplicate')
    expect((await errorOf(create('Default'))).name).toBe('InvalidGroup.Reserved')
    expect((await errorOf(create('sg-mine'))).name).toBe('InvalidParameterValue')
  })

  test('rules are compared by their canonical content', async () => {
    const { GroupId } = await client.send(new ec2.CreateSecurityGroupCommand({ GroupName: 'rules', Description: 'd' }))
    const permission = (CidrIp: string) => ({
      GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp }] }],
    })
    await client.send(new ec2.AuthorizeSecurityGroupIngressCommand(permission('100.68.0.18/18')))
    expect(
      await errorOf(client.send(new ec2.AuthorizeSecurityGroupIngressCommand(permission('100.68.0.0/18')))),
    ).toMatchObject({
      name: 'InvalidPermission.Duplicate',
      message: 'the specified rule "peer: 100.68.0.0/18, TCP, from port: 22, to port: 22, ALLOW" already exists',
    })
    const unknown = await client.send(new ec2.RevokeSecurityGroupIngressCommand(permission('10.0.0.0/8')))
    expect(unknown.UnknownIpPermissions).toHaveLength(1)
    const groups = await client.send(new ec2.DescribeSecurityGroupsCommand({ GroupIds: [GroupId!] }))
    expect(groups.SecurityGroups![0]!.IpPermissions![0]!.IpRanges).toEqual([{ CidrIp: '100.68.0.0/18' }])
    expect(groups.SecurityGroups![0]!.IpPermissionsEgress).toMatchObject([
      { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ])
  })

  test('a group that is used or referred to stays', async () => {
    const create = async (GroupName: string) =>
      (await client.send(new ec2.CreateSecurityGroupCommand({ GroupName, Description: 'd' }))).GroupId!
    const [used, other] = [await create('used'), await create('other')]
    await client.send(
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: other,
        IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: used }] }],
      }),
    )
    const remove = (GroupId: string) => client.send(new ec2.DeleteSecurityGroupCommand({ GroupId }))
    expect(await errorOf(remove(used))).toMatchObject({
      name: 'DependencyViolation',
      message: `resource ${used} has a dependent object`,
    })
    const id = await launched({ SecurityGroupIds: [other] })
    expect((await errorOf(remove(other))).name).toBe('DependencyViolation')
    await client.send(new ec2.ModifyInstanceAttributeCommand({ InstanceId: id, Groups: [used] }))
    await remove(other)
    const standard = (await client.send(new ec2.DescribeSecurityGroupsCommand({ GroupNames: ['default'] })))
      .SecurityGroups![0]!
    expect((await errorOf(remove(standard.GroupId!))).name).toBe('CannotDelete')
  })
})

describe('tags', () => {
  test('limits, prefixes and removal', async () => {
    const id = await volume({ TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'Name', Value: 'one' }] }] })
    const create = (Tags: ec2.Tag[]) => client.send(new ec2.CreateTagsCommand({ Resources: [id], Tags }))
    expect(
      (await errorOf(create(Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }))))).name,
    ).toBe('TagLimitExceeded')
    expect((await errorOf(create([{ Key: 'AWS:x', Value: '' }]))).name).toBe('InvalidParameterValue')
    await create([
      { Key: 'empty', Value: '' },
      { Key: 'full', Value: 'x' },
    ])
    const remove = (Tags?: ec2.Tag[]) => client.send(new ec2.DeleteTagsCommand({ Resources: [id], Tags }))
    await remove([{ Key: 'full', Value: '' }])
    expect((await readVolume(id)).Tags).toHaveLength(3)
    await remove([{ Key: 'full' }, { Key: 'empty', Value: '' }])
    expect((await readVolume(id)).Tags).toEqual([{ Key: 'Name', Value: 'one' }])
    await remove()
    expect((await readVolume(id)).Tags).toEqual([])
  })

  test('filters by tag with wildcards and escapes', async () => {
    const made = await Promise.all(
      ['a*c', 'abc', 'axc'].map((Value) =>
        volume({ TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'wild', Value }] }] }),
      ),
    )
    const find = async (...Values: string[]) =>
      (await client.send(new ec2.DescribeVolumesCommand({ Filters: [{ Name: 'tag:wild', Values }] }))).Volumes!.map(
        ({ VolumeId }) => VolumeId,
      )
    expect((await find('a*c')).length).toBe(3)
    expect(await find('a\\*c')).toEqual([made[0]])
    expect((await find('a?c', 'nothing')).length).toBe(3)
    expect(await find('ABC')).toEqual([])
    expect(
      (await errorOf(client.send(new ec2.DescribeVolumesCommand({ Filters: [{ Name: 'colour', Values: ['red'] }] }))))
        .message,
    ).toBe("The filter 'colour' is invalid")
  })

  test('DescribeTags', async () => {
    const id = await volume({ TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'only', Value: 'here' }] }] })
    const answer = await client.send(new ec2.DescribeTagsCommand({ Filters: [{ Name: 'key', Values: ['only'] }] }))
    expect(answer.Tags).toEqual([{ Key: 'only', Value: 'here', ResourceId: id, ResourceType: 'volume' }])
  })
})

describe('launch templates as locks', () => {
  const create = (extra: object = {}) =>
    client.send(
      new ec2.CreateLaunchTemplateCommand({
        LaunchTemplateName: 'evenkeel-lock',
        LaunchTemplateData: { InstanceType: 't3.micro' },
        ...extra,
      }),
    )

  test('of many contenders one gets the name, and it is free again when deleted by id', async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => create()))
    const won = results.filter((result) => result.status === 'fulfilled')
    expect(won).toHaveLength(1)
    const lost = results.find((result) => result.status === 'rejected')!
    expect(lost.reason).toMatchObject({
      name: 'InvalidLaunchTemplateName.AlreadyExistsException',
      message: 'Launch template name already in use.',
    })
    const { LaunchTemplateId } = won[0]!.value.LaunchTemplate!
    await client.send(new ec2.DeleteLaunchTemplateCommand({ LaunchTemplateId }))
    expect((await errorOf(client.send(new ec2.DeleteLaunchTemplateCommand({ LaunchTemplateId })))).name).toBe(
      'InvalidLaunchTemplateId.NotFound',
    )
    const again = await create({ ClientToken: 'same' })
    expect((await create({ ClientToken: 'same' })).LaunchTemplate!.LaunchTemplateId).toBe(
      again.LaunchTemplate!.LaunchTemplateId,
    )
  })

  test('version numbers grow and are not given twice', async () => {
    const { LaunchTemplate } = await create({ LaunchTemplateName: 'counter' })
    const { LaunchTemplateId } = LaunchTemplate!
    const next = async () =>
      (await client.send(new ec2.CreateLaunchTemplateVersionCommand({ LaunchTemplateId, LaunchTemplateData: {} })))
        .LaunchTemplateVersion!.VersionNumber
    // The SDK leaves an empty LaunchTemplateData out of the request, and EC2 requires it.
    await expect(next()).rejects.toMatchObject({ name: 'MissingParameter' })
    const version = async () =>
      (
        await client.send(
          new ec2.CreateLaunchTemplateVersionCommand({
            LaunchTemplateId,
            LaunchTemplateData: { InstanceType: 't3.small' },
          }),
        )
      ).LaunchTemplateVersion!.VersionNumber
    expect(await version()).toBe(2)
    await client.send(new ec2.DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['2'] }))
    expect(await version()).toBe(3)
  })

  test('an instance takes what its template says, and carries the template in its tags', async () => {
    const { LaunchTemplate } = await create({
      LaunchTemplateName: 'web',
      LaunchTemplateData: {
        InstanceType: 't3.small',
        ImageId: image,
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: [
              { Key: 'a', Value: 'template' },
              { Key: 'b', Value: 'template' },
            ],
          },
        ],
      },
    })
    const id = await launch({
      ImageId: undefined,
      InstanceType: undefined,
      LaunchTemplate: { LaunchTemplateName: 'web' },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'call' }] }],
    })
    const instance = await read(id)
    expect(instance.InstanceType).toBe('t3.small')
    expect(Object.fromEntries(instance.Tags!.map(({ Key, Value }) => [Key, Value]))).toEqual({
      a: 'call',
      b: 'template',
      'aws:ec2launchtemplate:id': LaunchTemplate!.LaunchTemplateId,
      'aws:ec2launchtemplate:version': '1',
    })
  })
})
