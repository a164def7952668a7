import * as ec2 from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.js'
import { clientOf, errorNameOf, errorOf, testSandbox, until } from '../support.js'

const volumes = new ec2.DescribeVolumesCommand({})
const newVolume = (extra: object = {}) =>
  new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, ...extra })

async function outcomes(seed: number): Promise<string[]> {
  const client = clientOf(await testSandbox({ seed, faults: { serverErrors: { probability: 0.4 } } }))
  const result: string[] = []
  for (let call = 0; call < 20; call += 1) result.push(await errorNameOf(client.send(volumes)))
  return result
}

test('the same seed gives the same failures, another gives others', async () => {
  const [first, again, other] = [await outcomes(7), await outcomes(7), await outcomes(8)]
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
  expect(new Set(first)).toEqual(new Set(['', 'InternalError', 'Unavailable']))
})

test('a lost response has been carried out', async () => {
  const sandbox = await testSandbox({ faults: { lostResponses: { probability: 1, only: ['CreateVolume'] } } })
  const client = clientOf(sandbox)
  const { name } = await errorOf(client.send(newVolume({ ClientToken: 'lost' })))
  expect(name).not.toBe('')
  expect((await client.send(volumes)).Volumes).toHaveLength(1)
  sandbox.setFaults({})
  await client.send(newVolume({ ClientToken: 'lost' }))
  expect((await client.send(volumes)).Volumes).toHaveLength(1)
  expect(sandbox.requests().some(({ responseLost }) => responseLost)).toBe(true)
})

test('a scripted failure happens at its call and not before', async () => {
  const sandbox = await testSandbox({
    faults: { scripted: [{ action: 'CreateVolume', call: 2, failure: { code: 'InternalError' } }] },
  })
  const client = clientOf(sandbox)
  await client.send(newVolume())
  expect(await errorOf(client.send(newVolume()))).toMatchObject({ name: 'InternalError', status: 500 })
  await client.send(newVolume())
  expect((await client.send(volumes)).Volumes).toHaveLength(2)
})

test('throttling has the buckets of EC2', async () => {
  const client = clientOf(await testSandbox({ faults: { throttling: true } }))
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      errorNameOf(client.send(new ec2.RunInstancesCommand({ ImageId: 'ami-00000000', MinCount: 1, MaxCount: 1 }))),
    ),
  )
  expect(answers.filter((name) => name === 'RequestLimitExceeded')).toHaveLength(5)
  expect(await errorNameOf(client.send(volumes))).toBe('')
})

test('no capacity answers 500, a failed launch ends terminated with a reason, a failed volume in error', async () => {
  const sandbox = await testSandbox({ faults: { capacity: { probability: 1 } } })
  const client = clientOf(sandbox)
  const ImageId = (
    await client.send(
      new ec2.DescribeImagesCommand({
        Owners: ['136693071363'],
        Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
      }),
    )
  ).Images![0]!.ImageId!
  const run = () =>
    client.send(new ec2.RunInstancesCommand({ ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }))
  expect(await errorOf(run())).toMatchObject({
    name: 'InsufficientInstanceCapacity',
    status: 500,
    message: expect.stringContaining('sufficient t3.micro capacity'),
  })
  await fetch(`${sandbox.endpoint}/_evenkeel/faults`, {
    method: 'PUT',
    body: JSON.stringify({ launchFailures: { probability: 1 }, volumeErrors: { probability: 1 } }),
  })
  const id = (await run()).Instances![0]!.InstanceId!
  const ended = await until(
    async () =>
      (await client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!,
    ({ State }) => State!.Name !== 'pending',
  )
  expect(ended).toMatchObject({ State: { Name: 'terminated' }, StateReason: { Code: 'Server.InternalError' } })
  const { VolumeId } = await client.send(newVolume())
  const volume = await until(
    async () => (await client.send(volumes)).Volumes!.find((one) => one.VolumeId === VolumeId)!,
    ({ State }) => State !== 'creating',
  )
  expect(volume.State).toBe('error')
})

test('a fault that there is not is told', async () => {
  const sandbox = await testSandbox()
  const answer = await fetch(`${sandbox.endpoint}/_evenkeel/faults`, { method: 'PUT', body: '{"colour":1}' })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain("unknown fault 'colour'")
})

test('a new object stays invisible for a while, to each question for a time of its own', async () => {
  let nowMs = Date.now()
  const sandbox = await testSandbox({
    seed: 3,
    clock: { now: () => nowMs, sleep: systemClock.sleep },
    faults: { visibilityDelayMs: { describe: 300, mutate: 300, filter: 300 } },
  })
  const client = clientOf(sandbox)
  const { VolumeId } = await client.send(newVolume())
  const name = await errorNameOf(client.send(new ec2.DescribeVolumesCommand({ VolumeIds: [VolumeId!] })))
  expect(name).toBe('InvalidVolume.NotFound')
  expect((await client.send(volumes)).Volumes).toEqual([])
  nowMs += 300
  expect((await client.send(volumes)).Volumes).toHaveLength(1)
})

test('pages without items have a token', async () => {
  const sandbox = await testSandbox({ seed: 1, faults: { emptyPages: { probability: 0.5 } } })
  const client = clientOf(sandbox)
  for (let count = 0; count < 12; count += 1) await client.send(newVolume())
  const sizes: number[] = []
  let token: string | undefined
  do {
    const page = await client.send(new ec2.DescribeVolumesCommand({ MaxResults: 5, NextToken: token }))
    sizes.push(page.Volumes!.length)
    token = page.NextToken === '' ? undefined : page.NextToken
  } while (token !== undefined)
  expect(sizes).toContain(0)
  expect(sizes.reduce((sum, size) => sum + size)).toBe(12)
})

test('an attachment that is stuck comes off again', async () => {
  const sandbox = await testSandbox({ faults: { stuckAttaching: { probability: 1 } } })
  const client = clientOf(sandbox)
  const ImageId = 'resolve:ssm:/aws/service/debian/release/12/latest/amd64'
  const run = await client.send(
    new ec2.RunInstancesCommand({ ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }),
  )
  const InstanceId = run.Instances![0]!.InstanceId!
  const { VolumeId } = await client.send(newVolume())
  await until(
    async () => (await client.send(new ec2.DescribeInstancesCommand({}))).Reservations![0]!.Instances![0]!,
    ({ State }) => State!.Name === 'running',
  )
  await until(
    async () => (await client.send(new ec2.DescribeVolumesCommand({ VolumeIds: [VolumeId!] }))).Volumes![0]!,
    ({ State }) => State === 'available',
  )
  await client.send(new ec2.AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdf' }))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const read = async () => (await client.send(new ec2.DescribeVolumesCommand({ VolumeIds: [VolumeId!] }))).Volumes![0]!
  expect((await read()).Attachments![0]!.State).toBe('attaching')
  await client.send(new ec2.DetachVolumeCommand({ VolumeId }))
  await until(read, ({ State }) => State === 'available')
})
