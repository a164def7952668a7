import * as ec2 from '@aws-sdk/client-ec2'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../../src/sandbox/sandbox.js'
import { clientOf, errorNameOf, errorOf, testSandbox, until } from '../../support.js'

const other = '210987654321'
let sandbox: Sandbox
let client: ec2.EC2Client

beforeAll(async () => {
  sandbox = await testSandbox({ switches: { kmsKeys: 'alias/backup' } })
  client = clientOf(sandbox)
})

async function snapshotOf(input: Partial<ec2.CreateVolumeCommandInput> = {}): Promise<string> {
  const volume = await client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, ...input }))
  const { SnapshotId = '' } = await client.send(new ec2.CreateSnapshotCommand({ VolumeId: volume.VolumeId }))
  await until(
    async () => (await describeBy({ SnapshotIds: [SnapshotId] }))[0]?.State,
    (state) => state === 'completed',
  )
  return SnapshotId
}
const describeBy = async (input: ec2.DescribeSnapshotsCommandInput) =>
  (await client.send(new ec2.DescribeSnapshotsCommand(input))).Snapshots ?? []
const idsBy = async (input: ec2.DescribeSnapshotsCommandInput) =>
  (await describeBy(input)).map(({ SnapshotId }) => SnapshotId)
const modify = (SnapshotId: string, CreateVolumePermission: ec2.CreateVolumePermissionModifications) =>
  client.send(new ec2.ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission }))

describe('a snapshot', () => {
  it('is shared with accounts by an operation that adds or removes, and found by who can restore it', async () => {
    const id = await snapshotOf()
    await modify(id, { Add: [{ UserId: other }] })
    expect(await idsBy({ RestorableByUserIds: [other], OwnerIds: ['self'] })).toEqual([id])
    expect(await idsBy({ RestorableByUserIds: ['333333333333'] })).toEqual([])
    expect(await idsBy({ RestorableByUserIds: ['self'] })).toContain(id)
    const both = modify(id, { Add: [{ Group: 'all' }], Remove: [{ UserId: other }] })
    expect(await errorNameOf(both)).toBe('InvalidParameterCombination')
    await modify(id, { Remove: [{ UserId: other }] })
    await modify(id, { Add: [{ Group: 'all' }] })
    expect(await idsBy({ RestorableByUserIds: [other], OwnerIds: ['self'] })).toEqual([])
    const everybodys = await idsBy({ RestorableByUserIds: ['all'] })
    expect(everybodys).toContain(id)
    expect(everybodys.length).toBeGreaterThan(1)
  })

  it('that EBS’s own key encrypts is shared with nobody, and one of another key is not public', async () => {
    const byDefault = await snapshotOf({ Encrypted: true })
    expect(await errorOf(modify(byDefault, { Add: [{ UserId: other }] }))).toMatchObject({
      name: 'OperationNotPermitted',
      message: 'Encrypted snapshots with EBS default key cannot be shared',
    })
    const own = await snapshotOf({ Encrypted: true, KmsKeyId: 'alias/backup' })
    await modify(own, { Add: [{ UserId: other }] })
    expect(await errorNameOf(modify(own, { Add: [{ Group: 'all' }] }))).toBe('OperationNotPermitted')
  })

  it('that another account shares makes volumes, and is nobody’s here to change', async () => {
    const source = await snapshotOf()
    const tell = (body: object) =>
      fetch(`${sandbox.endpoint}/_evenkeel/shared-snapshots`, { method: 'POST', body: JSON.stringify(body) })
    expect((await tell({ snapshotId: source, ownerId: 'me' })).status).toBe(400)
    expect((await tell({ snapshotId: 'snap-0', ownerId: other })).status).toBe(400)
    const { id } = (await (await tell({ snapshotId: source, ownerId: other })).json()) as { readonly id: string }
    expect((await describeBy({ SnapshotIds: [id] }))[0]).toMatchObject({ OwnerId: other, State: 'completed' })
    expect(await idsBy({ OwnerIds: ['self'] })).not.toContain(id)
    expect(await idsBy({ RestorableByUserIds: ['self'] })).toContain(id)
    const attribute = { SnapshotId: id, Attribute: 'createVolumePermission' } as const
    expect(await errorNameOf(client.send(new ec2.DescribeSnapshotAttributeCommand(attribute)))).toBe(
      'UnauthorizedOperation',
    )
    expect(await errorNameOf(modify(id, { Add: [{ Group: 'all' }] }))).toBe('UnauthorizedOperation')
    expect(await errorNameOf(client.send(new ec2.DeleteSnapshotCommand({ SnapshotId: id })))).toBe(
      'UnauthorizedOperation',
    )
    await client.send(new ec2.DeleteSnapshotCommand({ SnapshotId: source }))
    const made = await client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', SnapshotId: id }))
    expect([made.SnapshotId, made.Size]).toEqual([id, 1])
  })
})
