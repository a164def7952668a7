import { randomUUID } from 'node:crypto'
import {
  AllocateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteKeyPairCommand,
  DeleteLaunchTemplateCommand,
  DeleteSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  DisassociateAddressCommand,
  ImportKeyPairCommand,
  ReleaseAddressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEndpoint, type Endpoint } from './endpoint.js'

/** The behaviours of EC2 that the provider builds on; each is asserted through the plain SDK. */

const run = `evenkeel-conformance-${randomUUID().slice(0, 8)}`
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFLwiwbmsMHphwEtNNi2sVmTPeqXm1lHhtyIl5cQ5pHH'
const Tags = [{ Key: 'evenkeel:conformance', Value: run }]

let endpoint: Endpoint
let zone: string
/** What was made, newest last; taken down in reverse. */
const cleanups: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  endpoint = await openEndpoint()
  const zones = await endpoint.client.send(new DescribeAvailabilityZonesCommand({}))
  zone = zones.AvailabilityZones?.find(({ State }) => State === 'available')?.ZoneName ?? ''
})

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup().catch(() => undefined)
  await endpoint.close()
})

/** The error's Code and HTTP status. */
async function refusal(call: Promise<unknown>) {
  const error: unknown = await call.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  )
  const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number; requestId?: string } }
  return { name, status: $metadata?.httpStatusCode, hasRequestId: $metadata?.requestId !== undefined }
}

const refused = (name: string) => ({ name, status: 400, hasRequestId: true })

async function createVolume(ClientToken: string, Size = 1) {
  const { client } = endpoint
  const TagSpecifications = [{ ResourceType: 'volume' as const, Tags }]
  const volume = await client.send(
    new CreateVolumeCommand({ AvailabilityZone: zone, Size, VolumeType: 'gp3', ClientToken, TagSpecifications }),
  )
  const VolumeId = volume.VolumeId ?? ''
  cleanups.push(() => client.send(new DeleteVolumeCommand({ VolumeId })))
  return VolumeId
}

async function untilAvailable(VolumeId: string): Promise<void> {
  const deadline = Date.now() + 120_000
  while (Date.now() < deadline) {
    const output = await endpoint.client.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'volume-id', Values: [VolumeId] }] }),
    )
    if (output.Volumes?.[0]?.State === 'available') return
    await new Promise((resolve) => setTimeout(resolve, endpoint.pollMs))
  }
  throw new Error(`${VolumeId} did not become available`)
}

async function createGroup(GroupName: string): Promise<string> {
  const { client } = endpoint
  const output = await client.send(
    new CreateSecurityGroupCommand({
      GroupName,
      Description: 'conformance',
      TagSpecifications: [{ ResourceType: 'security-group', Tags }],
    }),
  )
  const GroupId = output.GroupId ?? ''
  cleanups.push(() => client.send(new DeleteSecurityGroupCommand({ GroupId })))
  return GroupId
}

describe('EC2 answers', () => {
  it('a missing id with an error, and the same id as a filter with an empty list', async () => {
    const VolumeId = 'vol-0123456789abcdef0'
    const byId = endpoint.client.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }))
    expect(await refusal(byId)).toEqual(refused('InvalidVolume.NotFound'))
    const byFilter = await endpoint.client.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'volume-id', Values: [VolumeId] }] }),
    )
    expect(byFilter.Volumes ?? []).toEqual([])
  })

  it('a missing instance with an error, which fails the whole call', async () => {
    const call = endpoint.client.send(new DescribeInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'] }))
    expect(await refusal(call)).toEqual(refused('InvalidInstanceID.NotFound'))
  })

  it('a malformed id as malformed', async () => {
    const call = endpoint.client.send(new DescribeInstancesCommand({ InstanceIds: ['nonsense'] }))
    expect(await refusal(call)).toEqual(refused('InvalidInstanceID.Malformed'))
  })

  it('ids together with MaxResults as a wrong combination', async () => {
    const VolumeIds = [await createVolume(randomUUID())]
    const call = endpoint.client.send(new DescribeVolumesCommand({ VolumeIds, MaxResults: 10 }))
    expect(await refusal(call)).toEqual(refused('InvalidParameterCombination'))
  })

  it('pages of less than five items with a refusal', async () => {
    const call = endpoint.client.send(new DescribeInstancesCommand({ MaxResults: 2 }))
    expect(await refusal(call)).toEqual(refused('InvalidParameterValue'))
  })

  it('an unknown launch template by name with an error', async () => {
    const call = endpoint.client.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: `${run}-none`, Versions: ['$Latest'] }),
    )
    expect(await refusal(call)).toEqual(refused('InvalidLaunchTemplateName.NotFoundException'))
  })
})

describe('volumes', () => {
  it('are made once for a token, and a token with other parameters is refused', async () => {
    const token = randomUUID()
    const first = await createVolume(token)
    expect(await createVolume(token)).toBe(first)
    expect(await refusal(createVolume(token, 2))).toEqual(refused('IdempotentParameterMismatch'))
  })

  it('say IncorrectState when they are detached from nothing', async () => {
    const VolumeId = await createVolume(randomUUID())
    await untilAvailable(VolumeId)
    expect(await refusal(endpoint.client.send(new DetachVolumeCommand({ VolumeId })))).toEqual(
      refused('IncorrectState'),
    )
  })

  it('that were never modified show no modification to a filter', async () => {
    const VolumeId = await createVolume(randomUUID())
    const output = await endpoint.client.send(
      new DescribeVolumesModificationsCommand({ Filters: [{ Name: 'volume-id', Values: [VolumeId] }] }),
    )
    expect(output.VolumesModifications ?? []).toEqual([])
  })

  it('come in pages that hold each of them once', async () => {
    const made = await Promise.all(Array.from({ length: 7 }, () => createVolume(randomUUID())))
    await Promise.all(made.map(untilAvailable))
    const seen: string[] = []
    let NextToken: string | undefined
    do {
      const output = await endpoint.client.send(
        new DescribeVolumesCommand({
          Filters: [{ Name: 'tag:evenkeel:conformance', Values: [run] }],
          MaxResults: 5,
          ...(NextToken === undefined ? {} : { NextToken }),
        }),
      )
      seen.push(...(output.Volumes ?? []).map(({ VolumeId }) => VolumeId ?? ''))
      NextToken = output.NextToken === '' ? undefined : output.NextToken
    } while (NextToken !== undefined)
    expect(new Set(seen).size).toBe(seen.length)
    expect(made.filter((id) => !seen.includes(id))).toEqual([])
  })

  it('that are gone say NotFound to a second deletion', async () => {
    const VolumeId = await createVolume(randomUUID())
    await untilAvailable(VolumeId)
    await endpoint.client.send(new DeleteVolumeCommand({ VolumeId }))
    const again = await refusal(endpoint.client.send(new DeleteVolumeCommand({ VolumeId })))
    expect(['InvalidVolume.NotFound', 'IncorrectState']).toContain(again.name)
  })
})

describe('tags', () => {
  it('are added and overwritten, never taken away, by CreateTags; DeleteTags takes what is named', async () => {
    const { client } = endpoint
    const VolumeId = await createVolume(randomUUID())
    const read = async () => {
      const output = await client.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }))
      return Object.fromEntries((output.Volumes?.[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))
    }
    await client.send(new CreateTagsCommand({ Resources: [VolumeId], Tags: [{ Key: 'a', Value: '1' }] }))
    await client.send(new CreateTagsCommand({ Resources: [VolumeId], Tags: [{ Key: 'b', Value: '' }] }))
    expect(await read()).toEqual({ 'evenkeel:conformance': run, a: '1', b: '' })
    await client.send(new DeleteTagsCommand({ Resources: [VolumeId], Tags: [{ Key: 'a' }, { Key: 'none' }] }))
    expect(await read()).toEqual({ 'evenkeel:conformance': run, b: '' })
  })
})

describe('snapshots', () => {
  it('can be found by a tag of their creation', async () => {
    const { client } = endpoint
    const VolumeId = await createVolume(randomUUID())
    await untilAvailable(VolumeId)
    const operation = [{ Key: 'evenkeel:op', Value: randomUUID() }]
    const { SnapshotId = '' } = await client.send(
      new CreateSnapshotCommand({ VolumeId, TagSpecifications: [{ ResourceType: 'snapshot', Tags: operation }] }),
    )
    cleanups.push(() => client.send(new DeleteSnapshotCommand({ SnapshotId })))
    const found = await client.send(
      new DescribeSnapshotsCommand({
        OwnerIds: ['self'],
        Filters: [{ Name: 'tag:evenkeel:op', Values: [operation[0]?.Value ?? ''] }],
      }),
    )
    expect(found.Snapshots?.map((snapshot) => snapshot.SnapshotId)).toEqual([SnapshotId])
  })
})

describe('security groups', () => {
  it('have names that are unique whatever their case', async () => {
    await createGroup(`${run}-Case`)
    expect(await refusal(createGroup(`${run}-case`))).toEqual(refused('InvalidGroup.Duplicate'))
  })

  it('refuse a rule that is there, also in another spelling of its CIDR, and all that came with it', async () => {
    const { client } = endpoint
    const GroupId = await createGroup(`${run}-rules`)
    const permission = (CidrIp: string) => ({ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp }] })
    const authorize = (...cidrs: string[]) =>
      client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: cidrs.map(permission) }))
    await authorize('100.68.0.18/18')
    expect(await refusal(authorize('10.0.0.0/8', '100.68.0.0/18'))).toEqual(refused('InvalidPermission.Duplicate'))
    const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }))
    expect(SecurityGroups?.[0]?.IpPermissions?.flatMap(({ IpRanges }) => IpRanges ?? [])).toMatchObject([
      { CidrIp: '100.68.0.0/18' },
    ])
    await client.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [permission('100.68.0.0/18')] }))
  })

  it('that another group’s rule names cannot be deleted', async () => {
    const { client } = endpoint
    const named = await createGroup(`${run}-named`)
    const naming = await createGroup(`${run}-naming`)
    const IpPermissions = [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: named }] }]
    await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: naming, IpPermissions }))
    const deletion = client.send(new DeleteSecurityGroupCommand({ GroupId: named }))
    expect(await refusal(deletion)).toEqual(refused('DependencyViolation'))
  })
})

describe('key pairs', () => {
  it('have unique names, and show their public half', async () => {
    const { client } = endpoint
    const KeyName = `${run}-key`
    const importKey = () =>
      client.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial: Buffer.from(publicKey) }))
    const { KeyPairId = '' } = await importKey()
    cleanups.push(() => client.send(new DeleteKeyPairCommand({ KeyPairId })))
    expect(await refusal(importKey())).toEqual(refused('InvalidKeyPair.Duplicate'))
    const { KeyPairs } = await client.send(
      new DescribeKeyPairsCommand({ KeyPairIds: [KeyPairId], IncludePublicKey: true }),
    )
    expect(KeyPairs?.[0]?.PublicKey?.startsWith(publicKey)).toBe(true)
  })
})

describe('launch templates', () => {
  it('have unique names, count their versions, and keep user data as it was sent', async () => {
    const { client } = endpoint
    const LaunchTemplateName = `${run}-ledger`
    const create = () =>
      client.send(
        new CreateLaunchTemplateCommand({
          LaunchTemplateName,
          ClientToken: randomUUID(),
          LaunchTemplateData: { UserData: Buffer.from('one').toString('base64') },
        }),
      )
    const LaunchTemplateId = (await create()).LaunchTemplate?.LaunchTemplateId ?? ''
    cleanups.push(() => client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId })))
    expect(await refusal(create())).toEqual(refused('InvalidLaunchTemplateName.AlreadyExistsException'))
    const UserData = Buffer.from('two').toString('base64')
    const added = await client.send(
      new CreateLaunchTemplateVersionCommand({ LaunchTemplateId, LaunchTemplateData: { UserData } }),
    )
    expect(added.LaunchTemplateVersion?.VersionNumber).toBe(2)
    const latest = await client.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ['$Latest'] }),
    )
    expect(latest.LaunchTemplateVersions?.map((version) => version.LaunchTemplateData?.UserData)).toEqual([UserData])
  })

  it('that are gone say so to a deletion by id', async () => {
    const deletion = new DeleteLaunchTemplateCommand({ LaunchTemplateId: 'lt-0123456789abcdef0' })
    expect(await refusal(endpoint.client.send(deletion))).toEqual(refused('InvalidLaunchTemplateId.NotFound'))
  })
})

describe('elastic addresses', () => {
  it('are tagged as they are allocated, found by tag, and gone with their release', async () => {
    const { client } = endpoint
    const TagSpecifications = [{ ResourceType: 'elastic-ip' as const, Tags }]
    const { AllocationId = '', PublicIp } = await client.send(new AllocateAddressCommand({ TagSpecifications }))
    const release = () => client.send(new ReleaseAddressCommand({ AllocationId }))
    cleanups.push(release)
    const ofThisRun = async () => {
      const Filters = [{ Name: 'tag:evenkeel:conformance', Values: [run] }]
      const { Addresses = [] } = await client.send(new DescribeAddressesCommand({ Filters }))
      return Addresses.map((address) => [address.AllocationId, address.PublicIp, address.Domain, address.AssociationId])
    }
    expect(await ofThisRun()).toEqual([[AllocationId, PublicIp, 'vpc', undefined]])
    await release()
    expect(await ofThisRun()).toEqual([])
    expect(await refusal(release())).toEqual(refused('InvalidAllocationID.NotFound'))
  })

  it('that are not known say so', async () => {
    const { client } = endpoint
    const AllocationIds = ['eipalloc-0123456789abcdef0']
    expect(await refusal(client.send(new DescribeAddressesCommand({ AllocationIds })))).toEqual(
      refused('InvalidAllocationID.NotFound'),
    )
    const disassociation = new DisassociateAddressCommand({ AssociationId: 'eipassoc-0123456789abcdef0' })
    expect(await refusal(client.send(disassociation))).toEqual(refused('InvalidAssociationID.NotFound'))
  })
})
