import {
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeScalingActivitiesCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  SetInstanceProtectionCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import { StopInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { createSandbox } from '../../../../src/sandbox/sandbox.js'
import { afterTests, clientOf, errorOf, temporaryDir, until } from '../../support.js'
import { aliveIn, groupOf, idsOf, inService, scaled, scalingClientOf } from './support.js'

const web = { AutoScalingGroupName: 'web' }

test('a group launches what is desired, in all its zones, with the tags that are propagated', async () => {
  const { client, ec2, templateId } = await scaled()
  const group = await inService(client, 2)
  expect(group).toMatchObject({
    MinSize: 1,
    MaxSize: 3,
    DesiredCapacity: 2,
    HealthCheckType: 'EC2',
    LaunchTemplate: { LaunchTemplateId: templateId, LaunchTemplateName: 'web', Version: '1' },
    DeletionProtection: 'none',
  })
  const instances = await aliveIn(ec2)
  expect(instances.map(({ InstanceId }) => InstanceId!).sort()).toEqual(idsOf(group))
  const zones = instances.map(({ Placement }) => Placement!.AvailabilityZone!)
  expect(zones.sort()).toEqual(['us-east-1a', 'us-east-1b'])
  const tags = Object.fromEntries(instances[0]!.Tags!.map(({ Key, Value }) => [Key, Value]))
  expect(tags).toMatchObject({
    team: 'web',
    'aws:autoscaling:groupName': 'web',
    'aws:ec2launchtemplate:id': templateId,
    'aws:ec2launchtemplate:version': '1',
  })
  expect(tags).not.toHaveProperty('note')
  const { Activities = [] } = await client.send(new DescribeScalingActivitiesCommand(web))
  expect(Activities).toHaveLength(2)
  expect(Activities[0]).toMatchObject({ StatusCode: 'Successful', Progress: 100 })
  expect(Activities[0]?.Cause).toMatch(/increasing the capacity from 1 to 2\.$/)
  const { AutoScalingInstances } = await client.send(new DescribeAutoScalingInstancesCommand({}))
  expect(AutoScalingInstances?.map(({ HealthStatus }) => HealthStatus)).toEqual(['HEALTHY', 'HEALTHY'])
})

test('members of a zone that the group leaves are replaced elsewhere, another one in service first', async () => {
  const { client, ec2 } = await scaled({ MinSize: 2 })
  const before = idsOf(await inService(client, 2))
  const onlyA = { ...web, AvailabilityZones: ['us-east-1a'] }
  await client.send(new SuspendProcessesCommand({ ...web, ScalingProcesses: ['AZRebalance'] }))
  await client.send(new UpdateAutoScalingGroupCommand(onlyA))
  expect(idsOf(await inService(client, 2))).toEqual(before)
  const counts: number[] = []
  await client.send(new ResumeProcessesCommand({ ...web, ScalingProcesses: ['AZRebalance'] }))
  await until(
    () => groupOf(client),
    (group) => {
      const Instances = group?.Instances ?? []
      counts.push(Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length)
      return Instances.length === 2 && Instances.every(({ AvailabilityZone }) => AvailabilityZone === 'us-east-1a')
    },
  )
  expect(Math.min(...counts)).toBe(2)
  const zones = (await aliveIn(ec2)).map(({ Placement }) => Placement?.AvailabilityZone)
  expect(zones).toEqual(['us-east-1a', 'us-east-1a'])
})

test('what ends, stops or is called unhealthy is replaced', async () => {
  const { client, ec2 } = await scaled({ MinSize: 3, DesiredCapacity: 3 })
  const [first, second, third] = idsOf(await inService(client, 3))
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first!] }))
  await ec2.send(new StopInstancesCommand({ InstanceIds: [second!] }))
  await client.send(new SetInstanceHealthCommand({ InstanceId: third, HealthStatus: 'Unhealthy' }))
  const later = await until(
    () => groupOf(client),
    (group) =>
      group?.Instances?.length === 3 &&
      group.Instances.every(
        ({ InstanceId, LifecycleState }) =>
          LifecycleState === 'InService' && ![first, second, third].includes(InstanceId),
      ),
  )
  await until(
    () => aliveIn(ec2),
    (alive) => alive.length === 3,
  )
  expect(idsOf(later!)).toHaveLength(3)
  const { Activities = [] } = await client.send(new DescribeScalingActivitiesCommand(web))
  const causes = Activities.map(({ Cause }) => Cause!.replace(/^At \S+ /, ''))
  expect(causes).toContain('an instance was taken out of service in response to a user health-check.')
  expect(causes.filter((cause) => cause.includes('EC2 health check indicating it has been terminated'))).toHaveLength(2)
})

test('sizes are kept: out, in, by hand and by an update', async () => {
  const { client } = await scaled()
  const [oldest] = (await inService(client, 2)).Instances!
  await client.send(new SetDesiredCapacityCommand({ ...web, DesiredCapacity: 3 }))
  await inService(client, 3)
  await client.send(new UpdateAutoScalingGroupCommand({ ...web, MaxSize: 1 }))
  const shrunk = await inService(client, 1)
  expect(shrunk).toMatchObject({ DesiredCapacity: 1, MaxSize: 1 })
  expect(idsOf(shrunk)).not.toContain(oldest!.InstanceId)
  const above = new SetDesiredCapacityCommand({ ...web, DesiredCapacity: 2 })
  expect(await errorOf(client.send(above))).toMatchObject({
    name: 'ValidationError',
    message: 'New SetDesiredCapacity value 2 is above max value 1 for the AutoScalingGroup.',
  })
  const bad = new UpdateAutoScalingGroupCommand({ ...web, DesiredCapacity: 7 })
  expect((await errorOf(client.send(bad))).message).toBe(
    'Desired capacity:7 must be between the specified min size:1 and max size:1',
  )
})

test('a member is terminated with or without another in its place', async () => {
  const { client } = await scaled()
  const [first, second] = idsOf(await inService(client, 2))
  const end = (InstanceId: string, isLess: boolean) =>
    client.send(new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: isLess }))
  const { Activity } = await end(first!, true)
  expect(Activity).toMatchObject({ StatusCode: 'InProgress', Description: `Terminating EC2 instance: ${first}` })
  const left = await inService(client, 1)
  expect(idsOf(left)).toEqual([second])
  expect((await errorOf(end(second!, true))).message).toContain('desiredSize equals minSize (1)')
  await end(second!, false)
  await until(
    () => groupOf(client),
    (group) => group?.Instances?.length === 1 && group.Instances[0]?.InstanceId !== second,
  )
})

test('protected members stay when a group shrinks', async () => {
  const { client } = await scaled({ DesiredCapacity: 3 })
  const group = await inService(client, 3)
  const keep = group.Instances!.map(({ InstanceId }) => InstanceId!).slice(0, 2)
  await client.send(new SetInstanceProtectionCommand({ ...web, InstanceIds: keep, ProtectedFromScaleIn: true }))
  await client.send(new SetDesiredCapacityCommand({ ...web, DesiredCapacity: 1 }))
  expect(idsOf(await inService(client, 2))).toEqual(keep.toSorted())
})

test('what is suspended does not happen, until it is resumed', async () => {
  const { client, ec2 } = await scaled()
  const [first] = idsOf(await inService(client, 2))
  const ScalingProcesses = ['Launch', 'ReplaceUnhealthy']
  await client.send(new SuspendProcessesCommand({ ...web, ScalingProcesses }))
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first!] }))
  const sick = await until(
    () => groupOf(client),
    (group) => group?.Instances?.some(({ HealthStatus }) => HealthStatus === 'Unhealthy') ?? false,
  )
  expect(sick?.SuspendedProcesses?.map(({ ProcessName }) => ProcessName)).toEqual(ScalingProcesses)
  await client.send(new ResumeProcessesCommand(web))
  expect(idsOf(await inService(client, 2))).not.toContain(first)
  const none = new SuspendProcessesCommand({ ...web, ScalingProcesses: ['Nap'] })
  expect((await errorOf(client.send(none))).name).toBe('ValidationError')
})

test('a launch that EC2 refuses is told in the activities, and tried again', async () => {
  const { client, sandbox } = await scaled({ MinSize: 0, DesiredCapacity: 0 })
  sandbox.setFaults({ capacity: { probability: 1 } })
  await client.send(new SetDesiredCapacityCommand({ ...web, DesiredCapacity: 1 }))
  const { Activities } = await until(
    () => client.send(new DescribeScalingActivitiesCommand(web)),
    ({ Activities: found = [] }) => found.length > 1,
  )
  expect(Activities?.[0]).toMatchObject({ StatusCode: 'Failed', Progress: 100 })
  expect(Activities?.[0]?.StatusMessage).toMatch(/sufficient t3.micro capacity .* Launching EC2 instance failed\.$/)
  expect((await groupOf(client))?.Instances).toEqual([])
  sandbox.setFaults({})
  await inService(client, 1)
})

test('a zone without capacity is passed over', async () => {
  const { client, ec2, sandbox } = await scaled({ MinSize: 0, DesiredCapacity: 0 })
  sandbox.setFaults({ capacity: { probability: 1, only: ['us-east-1a'] } })
  await client.send(new SetDesiredCapacityCommand({ ...web, DesiredCapacity: 2 }))
  await inService(client, 2)
  const zones = (await aliveIn(ec2)).map(({ Placement }) => Placement?.AvailabilityZone)
  expect(zones).toEqual(['us-east-1b', 'us-east-1b'])
})

test('a group goes when it is empty, or is forced to', async () => {
  const { client, ec2 } = await scaled()
  await inService(client, 2)
  const remove = (ForceDelete: boolean) => client.send(new DeleteAutoScalingGroupCommand({ ...web, ForceDelete }))
  expect(await errorOf(remove(false))).toMatchObject({
    name: 'ResourceInUseFault',
    message:
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
  })
  await client.send(new UpdateAutoScalingGroupCommand({ ...web, DeletionProtection: 'prevent-all-deletion' }))
  expect((await errorOf(remove(true))).name).toBe('ValidationError')
  await client.send(new UpdateAutoScalingGroupCommand({ ...web, DeletionProtection: 'none' }))
  await remove(true)
  await until(
    () => groupOf(client),
    (group) => group === undefined,
  )
  expect(await aliveIn(ec2)).toEqual([])
  expect((await errorOf(remove(true))).message).toBe(
    "AutoScalingGroup name not found - AutoScalingGroup 'web' not found",
  )
})

test('an empty group goes without force', async () => {
  const { client } = await scaled({ MinSize: 0, DesiredCapacity: 0 })
  await client.send(new DeleteAutoScalingGroupCommand(web))
  const left = await until(
    () => groupOf(client),
    (group) => group === undefined,
  )
  expect(left).toBeUndefined()
})

test('it refuses in the words of Auto Scaling', async () => {
  const { client, templateId } = await scaled({ MinSize: 0, DesiredCapacity: 0 })
  const create = (more: object) =>
    errorOf(
      client.send(
        new CreateAutoScalingGroupCommand({
          AutoScalingGroupName: 'other',
          LaunchTemplate: { LaunchTemplateId: templateId },
          MinSize: 0,
          MaxSize: 1,
          AvailabilityZones: ['us-east-1a'],
          ...more,
        }),
      ),
    )
  expect(await create({ AutoScalingGroupName: 'web' })).toMatchObject({
    name: 'AlreadyExistsFault',
    message: 'AutoScalingGroup by this name already exists - A group with the name web already exists',
    status: 400,
  })
  const invalid = [
    [{ AutoScalingGroupName: 'a:b' }, 'autoScalingGroupName'],
    [{ MinSize: 2 }, 'Max bound, 1, must be greater than or equal to min bound, 2'],
    [{ DesiredCapacity: 2 }, 'Desired capacity:2 must be between the specified min size:0 and max size:1'],
    [{ AvailabilityZones: [] }, 'At least one Availability Zone or VPC Subnet is required.'],
    [{ AvailabilityZones: ['us-east-1z'] }, 'Invalid availability zones'],
    [{ VPCZoneIdentifier: 'subnet-0123456789abcdef0' }, "The subnet ID 'subnet-0123456789abcdef0' does not exist"],
    [{ TargetGroupARNs: ['arn:aws:x'] }, 'Provided Target Groups may not be valid.'],
    [{ HealthCheckType: 'PULSE' }, 'Invalid Health Check type'],
    [
      { LaunchTemplate: { LaunchTemplateId: 'lt-0123456789abcdef0' } },
      'You must use a valid fully-formed launch template.',
    ],
    [{ LaunchTemplate: { LaunchTemplateId: templateId, Version: '9' } }, 'You must use a valid fully-formed'],
    [{ LaunchTemplate: { LaunchTemplateId: templateId, LaunchTemplateName: 'web' } }, 'Valid requests must contain'],
    [{ Tags: [{ Key: 'aws:a', Value: 'b' }] }, 'reserved'],
  ] as const
  for (const [more, text] of invalid) {
    const error = await create(more)
    expect(error.name).toBe('ValidationError')
    expect(error.message).toContain(text)
  }
})

test('tags are changed and taken off, and filtered by', async () => {
  const { client } = await scaled({ MinSize: 0, DesiredCapacity: 0 })
  const tag = { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'team' }
  await client.send(new CreateOrUpdateTagsCommand({ Tags: [{ ...tag, Value: 'two', PropagateAtLaunch: false }] }))
  await client.send(new DeleteTagsCommand({ Tags: [{ ...tag, Key: 'note' }] }))
  const found = async (Name: string, value: string) =>
    (await client.send(new DescribeAutoScalingGroupsCommand({ Filters: [{ Name, Values: [value] }] })))
      .AutoScalingGroups
  expect(await found('tag:team', 'two')).toMatchObject([{ Tags: [{ ...tag, Value: 'two', PropagateAtLaunch: false }] }])
  expect(await found('tag:team', 'web')).toEqual([])
  expect(await found('tag-key', 'note')).toEqual([])
})

test('a killed daemon takes its groups up again', async () => {
  const stateDir = temporaryDir()
  const { sandbox, client } = await scaled({}, { stateDir })
  const [first] = idsOf(await inService(client, 2))
  await clientOf(sandbox).send(new TerminateInstancesCommand({ InstanceIds: [first!] }))
  await sandbox.close()
  const again = await createSandbox({ stateDir, hosts: 'none', latencies: 'zero' })
  afterTests(() => again.close())
  expect(idsOf(await inService(scalingClientOf(again), 2))).not.toContain(first)
})
