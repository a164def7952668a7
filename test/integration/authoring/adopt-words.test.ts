import {
  AttachVolumeCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  ImportKeyPairCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { sshKeys } from '../../support/ssh-keys.js'
import { image } from '../../support/stacks.js'

/** What nobody's stack has, made by other hands. */
async function makeUntagged({ client }: SandboxWorld) {
  const group = await client.send(new CreateSecurityGroupCommand({ GroupName: 'by-hand', Description: 'by hand' }))
  const GroupId = group.GroupId ?? ''
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  const PublicKeyMaterial = Buffer.from(sshKeys.ed25519)
  const { KeyPairId = '' } = await client.send(new ImportKeyPairCommand({ KeyName: 'by-hand', PublicKeyMaterial }))
  const Filters = [{ Name: 'name', Values: ['debian-12-amd64-*'] }]
  const { Images = [] } = await client.send(new DescribeImagesCommand({ Filters }))
  const launch = { ImageId: Images[0]?.ImageId, InstanceType: 't3.small' as const, MinCount: 1, MaxCount: 1 }
  const groups = { SecurityGroupIds: [GroupId], KeyName: 'by-hand' }
  const { Instances = [] } = await client.send(new RunInstancesCommand({ ...launch, ...groups }))
  const InstanceId = Instances[0]?.InstanceId ?? ''
  const AvailabilityZone = Instances[0]?.Placement?.AvailabilityZone
  const { VolumeId = '' } = await client.send(new CreateVolumeCommand({ AvailabilityZone, Size: 3, VolumeType: 'gp2' }))
  for (let state = ''; state !== 'running';) {
    const { Reservations } = await client.send(new DescribeInstancesCommand({ InstanceIds: [InstanceId] }))
    state = Reservations?.[0]?.Instances?.[0]?.State?.Name ?? ''
  }
  for (let state = ''; state !== 'available';) {
    state = (await client.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }))).Volumes?.[0]?.State ?? ''
  }
  await client.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: '/dev/sdf' }))
  return { GroupId, KeyPairId, InstanceId, VolumeId }
}

interface PlanView {
  readonly changes: readonly { readonly address: string; readonly kind: string }[]
  readonly steps: readonly { readonly kind: string }[]
}

describe('what the file adopts by its id', () => {
  let world: SandboxWorld
  let made: Awaited<ReturnType<typeof makeUntagged>>
  beforeAll(async () => {
    world = await startSandboxWorld('adopt-words', ['--hosts', 'none'])
    made = await makeUntagged(world)
  })
  afterAll(() => world?.remove())

  const stack = (name: string, type = 't3.small') => `evenkeel: 1
stack: ${name}
target: sandbox
keyPairs: { hand: { keyPairId: ${made.KeyPairId}, publicKey: '${sshKeys.ed25519}' } }
securityGroups:
  hand: { groupId: ${made.GroupId}, description: by hand, ingress: [{ port: 22, from: 0.0.0.0/0 }] }
servers:
  web: { instanceId: ${made.InstanceId}, image: ${image}, type: ${type}, keyPair: hand, securityGroups: [hand] }
volumes:
  data: { volumeId: ${made.VolumeId}, server: web, type: gp2, unmounted: true }
`
  const planOf = async (file: string) =>
    JSON.parse((await expectSuccess(world.run(['plan', file, '--json']))).stdout) as PlanView

  it('is tagged, and nothing else happens to it; then the plan is empty', async () => {
    world.write({ 'hand.yaml': stack('hand') })
    const plan = await planOf('hand.yaml')
    expect(plan.changes.map(({ address, kind }) => `${address} ${kind}`)).toEqual([
      'keyPair.hand adopt',
      'securityGroup.hand adopt',
      'server.web adopt',
      'volume.data adopt',
    ])
    const kinds = new Set(plan.steps.map(({ kind }) => kind))
    expect([...kinds].filter((kind) => !/^(?:tag-resource|adopt-volume|connect-host)$/.test(kind))).toEqual([])
    await expectSuccess(world.run(['apply', 'hand.yaml', '--yes']))
    await expectSuccess(world.run(['plan', 'hand.yaml', '--detailed-exitcode']))
    await expectSuccess(world.run(['drift', 'hand.yaml']))
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
    expect(Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId))).toEqual([
      made.InstanceId,
    ])
    const { stdout } = await expectSuccess(world.run(['show', 'hand.yaml', '--json']))
    expect(stdout).toContain(made.InstanceId)
  })

  it('is not taken from another stack, and no second one is made in its place', async () => {
    world.write({ 'other.yaml': stack('other') })
    const { stdout } = await expectExit(world.run(['plan', 'other.yaml']), 1)
    expect(stdout).toContain('PLAN_ADOPTED_NOT_FOUND')
    await expectExit(world.run(['apply', 'other.yaml', '--yes']), 1)
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
    expect(Reservations.flatMap(({ Instances = [] }) => Instances)).toHaveLength(1)
  })

  it('stands beside no count', async () => {
    world.write({ 'counted.yaml': stack('counted').replace('web: {', 'web: { count: 2,') })
    const { stderr } = await expectExit(world.run(['validate', 'counted.yaml']), 1)
    expect(stderr).toContain('SPEC_CONFLICTING_KEYS')
  })

  it('keeps the tags that others gave it, and what the entry says of it afterwards is a change like any other', async () => {
    const tag = { Resources: [made.InstanceId], Tags: [{ Key: 'owner', Value: 'somebody' }] }
    await world.client.send(new CreateTagsCommand(tag))
    world.write({ 'hand.yaml': stack('hand', 't3.medium') })
    const { changes } = await planOf('hand.yaml')
    expect(changes.find(({ address }) => address === 'server.web')?.kind).toBe('update')
    await expectSuccess(world.run(['apply', 'hand.yaml', '--yes']))
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
    const [{ InstanceType, Tags = [] } = {}] = Reservations.flatMap(({ Instances = [] }) => Instances)
    expect(InstanceType).toBe('t3.medium')
    expect(Tags).toContainEqual({ Key: 'owner', Value: 'somebody' })
  })
})
