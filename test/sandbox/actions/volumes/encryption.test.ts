import {
  CopySnapshotCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DisableEbsEncryptionByDefaultCommand,
  GetEbsDefaultKmsKeyIdCommand,
  GetEbsEncryptionByDefaultCommand,
  RunInstancesCommand,
  type CopySnapshotCommandInput,
  type CreateVolumeCommandInput,
  type EC2Client,
} from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { clientOf, errorNameOf, errorOf, temporaryDir, testSandbox, until } from '../../support.js'

const AvailabilityZone = 'us-east-1a'
const keyArn = /^arn:aws:kms:us-east-1:123456789012:key\/[0-9a-f-]+$/

async function volume(client: EC2Client, input: Partial<CreateVolumeCommandInput> = {}) {
  const made = await client.send(new CreateVolumeCommand({ AvailabilityZone, Size: 1, ...input }))
  const VolumeIds = [made.VolumeId ?? '']
  await until(
    () =>
      client.send(new DescribeVolumesCommand({ VolumeIds })).then(
        ({ Volumes }) => Volumes?.[0]?.State,
        () => 'gone',
      ),
    (state) => state !== 'creating',
  )
  return made
}

async function settled(client: EC2Client, id: string | undefined) {
  return until(
    async () => (await client.send(new DescribeSnapshotsCommand({ SnapshotIds: [id ?? ''] }))).Snapshots![0]!,
    ({ State }) => State !== 'pending',
  )
}

async function snapshotOf(client: EC2Client, VolumeId: string | undefined) {
  return settled(client, (await client.send(new CreateSnapshotCommand({ VolumeId }))).SnapshotId)
}

async function copyOf(client: EC2Client, input: Omit<CopySnapshotCommandInput, 'SourceRegion'>) {
  const { SnapshotId } = await client.send(new CopySnapshotCommand({ SourceRegion: 'us-east-1', ...input }))
  return settled(client, SnapshotId)
}

test('an account that encrypts by default encrypts every new volume, with the key of EBS', async () => {
  const client = clientOf(await testSandbox({ switches: { accountEncryption: true } }))
  expect(await client.send(new GetEbsEncryptionByDefaultCommand({}))).toMatchObject({ EbsEncryptionByDefault: true })
  expect((await client.send(new GetEbsDefaultKmsKeyIdCommand({}))).KmsKeyId).toBe('alias/aws/ebs')
  const made = await volume(client, { Encrypted: false })
  expect(made).toMatchObject({ Encrypted: true, KmsKeyId: expect.stringMatching(keyArn) })
  expect((await volume(client, { Encrypted: true, KmsKeyId: 'alias/aws/ebs' })).KmsKeyId).toBe(made.KmsKeyId)
})

test('what the account switched off since stays off at the next start', async () => {
  const stateDir = temporaryDir()
  const first = await testSandbox({ stateDir, switches: { accountEncryption: true } })
  await clientOf(first).send(new DisableEbsEncryptionByDefaultCommand({}))
  await first.close()
  expect(await volume(clientOf(await testSandbox({ stateDir })))).toMatchObject({ Encrypted: false })
})

test('a key is known by id, alias and ARN, and stays known', async () => {
  const id = '1234abcd-12ab-34cd-56ef-1234567890ab'
  const stateDir = temporaryDir()
  const first = await testSandbox({ stateDir, switches: { kmsKeys: `${id},alias/team` } })
  const aliased = (await volume(clientOf(first), { Encrypted: true, KmsKeyId: 'alias/team' })).KmsKeyId ?? ''
  await first.close()
  const client = clientOf(await testSandbox({ stateDir }))
  const arn = `arn:aws:kms:us-east-1:123456789012:key/${id}`
  for (const KmsKeyId of [id, arn]) {
    expect(await volume(client, { Encrypted: true, KmsKeyId })).toMatchObject({ KmsKeyId: arn })
  }
  for (const KmsKeyId of [aliased, aliased.split('/')[1], 'arn:aws:kms:us-east-1:123456789012:alias/team']) {
    const { VolumeId, KmsKeyId: key } = await volume(client, { Encrypted: true, KmsKeyId })
    expect(key).toBe(aliased)
    expect((await client.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId!] }))).Volumes).toMatchObject([
      { State: 'available' },
    ])
  }
})

test('a volume whose key does not exist is answered, and vanishes; its token is burnt', async () => {
  const client = clientOf(await testSandbox())
  const input = { Encrypted: true, KmsKeyId: 'alias/nobody', ClientToken: 'one' }
  const { VolumeId = '', State } = await volume(client, input)
  expect(State).toBe('creating')
  expect(await errorNameOf(client.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] })))).toBe(
    'InvalidVolume.NotFound',
  )
  expect(await errorNameOf(volume(client, input))).toBe('IdempotentParameterMismatch')
  const elsewhere = 'arn:aws:kms:eu-west-1:123456789012:alias/aws/ebs'
  const other = await volume(client, { Encrypted: true, KmsKeyId: elsewhere })
  expect(await errorNameOf(client.send(new DescribeVolumesCommand({ VolumeIds: [other.VolumeId!] })))).toBe(
    'InvalidVolume.NotFound',
  )
})

test('an instance whose disk has no key is answered, and ends', async () => {
  const client = clientOf(await testSandbox())
  const { Images } = await client.send(
    new DescribeImagesCommand({ Owners: ['136693071363'], Filters: [{ Name: 'architecture', Values: ['x86_64'] }] }),
  )
  const Ebs = { VolumeSize: 8, Encrypted: true, KmsKeyId: 'alias/nobody' }
  const { Instances } = await client.send(
    new RunInstancesCommand({
      ImageId: Images?.[0]?.ImageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }],
    }),
  )
  const ended = await until(
    async () =>
      (await client.send(new DescribeInstancesCommand({ InstanceIds: [Instances![0]!.InstanceId!] }))).Reservations![0]!
        .Instances![0]!,
    ({ State }) => State?.Name !== 'pending' && State?.Name !== 'shutting-down',
  )
  expect(ended.State?.Name).toBe('terminated')
  expect(ended.StateReason).toEqual({
    Code: 'Client.InternalError',
    Message: 'Client.InternalError: Client error on launch',
  })
})

test('snapshots and what is made of them inherit encryption and key; a copy takes the account’s key', async () => {
  const client = clientOf(await testSandbox({ switches: { kmsKeys: 'alias/team' } }))
  const { VolumeId, KmsKeyId } = await volume(client, { Encrypted: true, KmsKeyId: 'alias/team' })
  const snapshot = await snapshotOf(client, VolumeId)
  expect(snapshot).toMatchObject({ Encrypted: true, KmsKeyId })
  const SnapshotId = snapshot.SnapshotId
  expect(await volume(client, { SnapshotId, Encrypted: false })).toMatchObject({ Encrypted: true, KmsKeyId })
  const { KmsKeyId: ebsKey } = await volume(client, { Encrypted: true })
  expect(await copyOf(client, { SourceSnapshotId: SnapshotId })).toMatchObject({ Encrypted: true, KmsKeyId: ebsKey })
  expect(await copyOf(client, { SourceSnapshotId: SnapshotId, KmsKeyId: 'alias/team' })).toMatchObject({ KmsKeyId })
  expect(await errorNameOf(copyOf(client, { SourceSnapshotId: SnapshotId, Encrypted: false }))).toBe(
    'InvalidParameterCombination',
  )
  expect(await copyOf(client, { SourceSnapshotId: SnapshotId, KmsKeyId: 'alias/nobody' })).toMatchObject({
    State: 'error',
    StateMessage: 'Given key ID is not accessible',
  })
})

test('a key is for what is encrypted', async () => {
  const client = clientOf(await testSandbox())
  const refused = {
    name: 'InvalidParameterDependency',
    message: 'The parameter KmsKeyId requires the parameter Encrypted to be set.',
  }
  expect(await errorOf(volume(client, { KmsKeyId: 'alias/aws/ebs' }))).toMatchObject(refused)
  const { SnapshotId } = await snapshotOf(client, (await volume(client)).VolumeId)
  expect(await errorOf(copyOf(client, { SourceSnapshotId: SnapshotId, KmsKeyId: 'alias/aws/ebs' }))).toMatchObject(
    refused,
  )
})
