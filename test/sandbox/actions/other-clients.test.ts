import * as ec2 from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { clientOf, errorOf, testSandbox } from '../support.js'

/** A client, and a burstable instance that runs. */
async function world() {
  const client = clientOf(await testSandbox())
  const { Images = [] } = await client.send(
    new ec2.DescribeImagesCommand({ Filters: [{ Name: 'architecture', Values: ['x86_64'] }] }),
  )
  const run = { ImageId: Images[0]?.ImageId, MinCount: 1, MaxCount: 1 }
  const { Instances = [] } = await client.send(new ec2.RunInstancesCommand({ ...run, InstanceType: 't3.micro' }))
  return { client, run, id: Instances[0]?.InstanceId ?? '' }
}

describe('what modules of other tools ask', () => {
  it('switches detailed monitoring', async () => {
    const { client, id } = await world()
    const InstanceIds = [id]
    const state = async () => {
      const { Reservations } = await client.send(new ec2.DescribeInstancesCommand({ InstanceIds }))
      return Reservations?.[0]?.Instances?.[0]?.Monitoring?.State
    }
    const on = await client.send(new ec2.MonitorInstancesCommand({ InstanceIds }))
    expect([on.InstanceMonitorings?.[0]?.Monitoring?.State, await state()]).toEqual(['pending', 'enabled'])
    const off = await client.send(new ec2.UnmonitorInstancesCommand({ InstanceIds }))
    expect([off.InstanceMonitorings?.[0]?.Monitoring?.State, await state()]).toEqual(['disabling', 'disabled'])
  })

  it('tells and changes how CPU credits are used', async () => {
    const { client, id } = await world()
    const read = async () =>
      (await client.send(new ec2.DescribeInstanceCreditSpecificationsCommand({ InstanceIds: [id] })))
        .InstanceCreditSpecifications
    expect(await read()).toEqual([{ InstanceId: id, CpuCredits: 'unlimited' }])
    const foreign = 'i-00000000000000000'
    const change = await client.send(
      new ec2.ModifyInstanceCreditSpecificationCommand({
        InstanceCreditSpecifications: [id, foreign].map((InstanceId) => ({ InstanceId, CpuCredits: 'standard' })),
      }),
    )
    expect(change.SuccessfulInstanceCreditSpecifications).toEqual([{ InstanceId: id }])
    expect(change.UnsuccessfulInstanceCreditSpecifications?.[0]).toMatchObject({ InstanceId: foreign })
    expect(await read()).toEqual([{ InstanceId: id, CpuCredits: 'standard' }])
  })

  it('has no instance profiles, and says so as EC2 does', async () => {
    const { client, run, id } = await world()
    const named = { Name: 'web' }
    const said = {
      name: 'InvalidParameterValue',
      message: expect.stringContaining('Invalid IAM Instance Profile name') as string,
    }
    const launch = new ec2.RunInstancesCommand({ ...run, InstanceType: 't3.micro', IamInstanceProfile: named })
    expect(await errorOf(client.send(launch))).toMatchObject(said)
    const Filters = [{ Name: 'instance-id', Values: [id] }]
    const listed = await client.send(new ec2.DescribeIamInstanceProfileAssociationsCommand({ Filters }))
    expect(listed.IamInstanceProfileAssociations).toEqual([])
  })

  it('shares snapshots, and takes it back', async () => {
    const { client } = await world()
    const volume = await client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
    const { SnapshotId = '' } = await client.send(new ec2.CreateSnapshotCommand({ VolumeId: volume.VolumeId }))
    const attribute = { SnapshotId, Attribute: 'createVolumePermission' } as const
    const shares = async () =>
      (await client.send(new ec2.DescribeSnapshotAttributeCommand(attribute))).CreateVolumePermissions
    const modify = (input: object) => client.send(new ec2.ModifySnapshotAttributeCommand({ SnapshotId, ...input }))
    expect(await shares()).toEqual([])
    await modify({ CreateVolumePermission: { Add: [{ UserId: '210987654321' }, { Group: 'all' }] } })
    expect(await shares()).toEqual([{ UserId: '210987654321' }, { Group: 'all' }])
    await modify({ Attribute: 'createVolumePermission', OperationType: 'remove', GroupNames: ['all'] })
    expect(await shares()).toEqual([{ UserId: '210987654321' }])
    await client.send(new ec2.ResetSnapshotAttributeCommand(attribute))
    expect(await shares()).toEqual([])
    expect((await errorOf(modify({ OperationType: 'add', UserIds: ['me'] }))).name).toBe('InvalidParameterValue')
  })

  it('names no type that nobody wrote in a launch without one', async () => {
    const { client, run } = await world()
    const { name, message } = await errorOf(client.send(new ec2.RunInstancesCommand(run)))
    expect(name).toBe('InvalidParameterCombination')
    expect(message).not.toContain('m1.small')
  })
})
