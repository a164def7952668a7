import * as ec2 from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { clientOf, errorNameOf, testSandbox, until } from '../support.js'

const staleReads = { probability: 0.5, describeMs: 3_600_000, filterMs: 3_600_000, mutateMs: 3_600_000 }
const newVolume = new ec2.CreateVolumeCommand({
  AvailabilityZone: 'us-east-1a',
  Size: 1,
  TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'for', Value: 'stale' }] }],
})
const byTag = new ec2.DescribeVolumesCommand({ Filters: [{ Name: 'tag:for', Values: ['stale'] }] })

/** The distinct answers to a question that is asked often. */
async function answers(ask: () => Promise<string>): Promise<Set<string>> {
  const seen = new Set<string>()
  for (let time = 0; time < 30; time += 1) seen.add(await ask())
  return seen
}

test('a volume is there and not there, by id, by tag and to writes, until it is old enough', async () => {
  const client = clientOf(await testSandbox({ seed: 5, faults: { staleReads } }))
  const { VolumeId } = await client.send(newVolume)
  const byId = new ec2.DescribeVolumesCommand({ VolumeIds: [VolumeId!] })
  const tag = new ec2.CreateTagsCommand({ Resources: [VolumeId!], Tags: [{ Key: 'a', Value: 'b' }] })
  expect(await answers(() => errorNameOf(client.send(byId)))).toEqual(new Set(['', 'InvalidVolume.NotFound']))
  expect(await answers(async () => String((await client.send(byTag)).Volumes!.length))).toEqual(new Set(['0', '1']))
  // CreateTags says NotFound of what a Describe has shown.
  expect(await answers(() => errorNameOf(client.send(tag)))).toEqual(new Set(['', 'InvalidVolume.NotFound']))
})

test('what was deleted is still listed, with the tags that it had', async () => {
  const sandbox = await testSandbox({ seed: 5 })
  const client = clientOf(sandbox)
  const { VolumeId } = await client.send(newVolume)
  await until(
    async () => (await client.send(new ec2.DescribeVolumesCommand({}))).Volumes![0]!,
    ({ State }) => State === 'available',
  )
  sandbox.setFaults({ staleReads })
  await client.send(new ec2.DeleteVolumeCommand({ VolumeId }))
  const tagsSeen = await answers(async () =>
    JSON.stringify((await client.send(byTag)).Volumes!.map(({ Tags }) => Tags)),
  )
  expect(tagsSeen).toContain('[]')
  expect(tagsSeen).toContain('[[{"Key":"for","Value":"stale"}]]')
  // A write tells the truth.
  expect(await errorNameOf(client.send(new ec2.DeleteVolumeCommand({ VolumeId })))).toBe('InvalidVolume.NotFound')
})

test('servers and volumes disagree about an attachment', async () => {
  const sandbox = await testSandbox({ seed: 5 })
  const client = clientOf(sandbox)
  const ImageId = 'resolve:ssm:/aws/service/debian/release/12/latest/amd64'
  const run = new ec2.RunInstancesCommand({ ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 })
  const { Instances } = await client.send(run)
  const { InstanceId } = Instances![0]!
  const server = async () => (await client.send(new ec2.DescribeInstancesCommand({}))).Reservations![0]!.Instances![0]!
  await until(server, ({ State }) => State!.Name === 'running')
  const { VolumeId } = await client.send(newVolume)
  const volume = async () => (await client.send(byTag)).Volumes![0]!
  await until(volume, ({ State }) => State === 'available')
  sandbox.setFaults({ staleReads })
  await client.send(new ec2.AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdf' }))
  const ofServer = () =>
    server().then((one) => String(one.BlockDeviceMappings!.some(({ Ebs }) => Ebs!.VolumeId === VolumeId)))
  const both = await answers(async () => `${await ofServer()} ${(await volume()).Attachments!.length > 0}`)
  expect(both).toEqual(new Set(['true true', 'true false', 'false true', 'false false']))
})

test('a name that is taken stays taken, however late reads are', async () => {
  const client = clientOf(await testSandbox({ seed: 5, faults: { staleReads } }))
  const template = () =>
    errorNameOf(
      client.send(
        new ec2.CreateLaunchTemplateCommand({ LaunchTemplateName: 'one', LaunchTemplateData: { UserData: 'eA==' } }),
      ),
    )
  const group = () =>
    errorNameOf(client.send(new ec2.CreateSecurityGroupCommand({ GroupName: 'one', Description: 'one' })))
  const key = () => errorNameOf(client.send(new ec2.CreateKeyPairCommand({ KeyName: 'one', KeyType: 'ed25519' })))
  expect([await template(), await group(), await key()]).toEqual(['', '', ''])
  expect(await answers(template)).toEqual(new Set(['InvalidLaunchTemplateName.AlreadyExistsException']))
  expect(await answers(group)).toEqual(new Set(['InvalidGroup.Duplicate']))
  expect(await answers(key)).toEqual(new Set(['InvalidKeyPair.Duplicate']))
})

test('the same seed makes the same reads late', async () => {
  const seen = async (seed: number) => {
    const client = clientOf(await testSandbox({ seed, faults: { staleReads } }))
    await client.send(newVolume)
    const counts: number[] = []
    for (let time = 0; time < 30; time += 1) counts.push((await client.send(byTag)).Volumes!.length)
    return counts
  }
  const first = await seen(1)
  expect(await seen(1)).toEqual(first)
  expect(await seen(2)).not.toEqual(first)
})
