import * as ec2 from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import type { SandboxOptions } from '../../../src/sandbox/sandbox.js'
import { askSigned } from '../signed-request.js'
import { clientOf, errorOf, testSandbox } from '../support.js'

/** A client, and a burstable instance that runs. */
async function world(options: Partial<SandboxOptions> = {}) {
  const client = clientOf(await testSandbox(options))
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

  it('gives servers those that it was started with, and takes them away', async () => {
    const { client, run, id } = await world({ switches: { instanceProfiles: 'web,db' } })
    const arn = 'arn:aws:iam::123456789012:instance-profile/web'
    const profileOf = async (InstanceId: string) => {
      const { Reservations } = await client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [InstanceId] }))
      return Reservations?.[0]?.Instances?.[0]?.IamInstanceProfile?.Arn
    }
    const launch = { ...run, InstanceType: 't3.micro', IamInstanceProfile: { Arn: arn } } as const
    const { Instances = [] } = await client.send(new ec2.RunInstancesCommand(launch))
    expect(await profileOf(Instances[0]?.InstanceId ?? '')).toBe(arn)
    const associate = new ec2.AssociateIamInstanceProfileCommand({ InstanceId: id, IamInstanceProfile: { Name: 'db' } })
    const { IamInstanceProfileAssociation: made } = await client.send(associate)
    expect(made).toMatchObject({ State: 'associating', InstanceId: id })
    expect(await errorOf(client.send(associate))).toMatchObject({
      name: 'IncorrectState',
      message: `There is an existing association for instance ${id}`,
    })
    const { IamInstanceProfileAssociation: other } = await client.send(
      new ec2.ReplaceIamInstanceProfileAssociationCommand({
        AssociationId: made?.AssociationId,
        IamInstanceProfile: { Name: 'web' },
      }),
    )
    expect(await profileOf(id)).toBe(arn)
    const Filters = [{ Name: 'instance-id', Values: [id] }]
    const listed = await client.send(new ec2.DescribeIamInstanceProfileAssociationsCommand({ Filters }))
    expect(listed.IamInstanceProfileAssociations?.map(({ AssociationId, State }) => [AssociationId, State])).toEqual([
      [other?.AssociationId, 'associated'],
    ])
    await client.send(new ec2.DisassociateIamInstanceProfileCommand({ AssociationId: other?.AssociationId }))
    expect(await profileOf(id)).toBeUndefined()
    const gone = new ec2.DisassociateIamInstanceProfileCommand({ AssociationId: other?.AssociationId })
    expect((await errorOf(client.send(gone))).name).toBe('InvalidAssociationID.NotFound')
  })

  it('asks for the right to pass the role of a profile', async () => {
    const Statement = [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }]
    const { client, id } = await world({ switches: { instanceProfiles: 'web' }, policy: { Statement } })
    const IamInstanceProfile = { Name: 'web' }
    const { name, message } = await errorOf(
      client.send(new ec2.AssociateIamInstanceProfileCommand({ InstanceId: id, IamInstanceProfile })),
    )
    expect(name).toBe('UnauthorizedOperation')
    expect(message).toContain('perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/web')
  })

  it('finds VPCs by what Ansible asks for, and has no ClassicLink any more', async () => {
    const { client } = await world()
    const { Vpcs = [] } = await client.send(
      new ec2.DescribeVpcsCommand({ Filters: [{ Name: 'cidr-block', Values: ['10.66.0.0/16'] }] }),
    )
    expect(Vpcs.map(({ IsDefault }) => IsDefault)).toEqual([true])
    const sandbox = await testSandbox()
    const { status, text } = await askSigned(sandbox, 'ec2', {
      Version: '2016-11-15',
      Action: 'DescribeVpcClassicLink',
    })
    expect(status).toBe(400)
    expect(text).toContain('The functionality you requested is not available in this region.')
  })

  it('shows the default network ACL of each VPC', async () => {
    const { client } = await world()
    const { NetworkAcls = [] } = await client.send(new ec2.DescribeNetworkAclsCommand({}))
    expect(NetworkAcls.map(({ IsDefault, Associations }) => [IsDefault, Associations?.length])).toEqual([[true, 6]])
    expect(NetworkAcls[0]?.Entries).toHaveLength(4)
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
