import * as ec2 from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import type { LatencyChoice } from '../../../src/sandbox/model/latencies.js'
import { clientOf, errorOf, testSandbox, until } from '../support.js'

/** A client, and ways to launch spot instances, to look at what is there, and to be EC2's market. */
async function market(latencies?: LatencyChoice) {
  const sandbox = await testSandbox(latencies === undefined ? {} : { latencies })
  const client = clientOf(sandbox)
  const { Images = [] } = await client.send(
    new ec2.DescribeImagesCommand({ Filters: [{ Name: 'architecture', Values: ['x86_64'] }] }),
  )
  const launch = async (SpotOptions: ec2.SpotMarketOptions, more: Partial<ec2.RunInstancesCommandInput> = {}) => {
    const { Instances = [] } = await client.send(
      new ec2.RunInstancesCommand({
        ImageId: Images[0]?.ImageId,
        MinCount: 1,
        MaxCount: 1,
        InstanceType: 't3.micro',
        InstanceMarketOptions: { MarketType: 'spot', SpotOptions },
        TagSpecifications: [{ ResourceType: 'spot-instances-request', Tags: [{ Key: 'a', Value: 'b' }] }],
        ...more,
      }),
    )
    const [{ InstanceId: id = '', SpotInstanceRequestId: requestId = '' } = {}] = Instances
    return { id, requestId, InstanceIds: [id], SpotInstanceRequestIds: [requestId] }
  }
  const instance = async (id: string) => {
    const { Reservations = [] } = await client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [id] }))
    return Reservations[0]?.Instances?.[0]
  }
  const request = async (id: string) => {
    const found = await client.send(new ec2.DescribeSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] }))
    return found.SpotInstanceRequests?.[0]
  }
  const inState = (id: string, state: string) =>
    until(
      () => instance(id),
      (found) => found?.State?.Name === state,
    )
  const saying = (id: string, state: string, code: string) =>
    until(
      () => request(id),
      (found) => found?.State === state && found.Status?.Code === code,
    )
  const interrupt = async (instanceId: string, more: object = {}) => {
    const body = JSON.stringify({ instanceId, ...more })
    const { status } = await fetch(`${sandbox.endpoint}/_evenkeel/spot-interruptions`, { method: 'POST', body })
    return status
  }
  const persistent = { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'stop' } as const
  return { sandbox, client, launch, instance, request, inState, saying, interrupt, persistent }
}

describe('spot instances of one-time requests', () => {
  it('are each behind a request, which ends with them', async () => {
    const { client, launch, instance, request, inState, saying } = await market()
    expect(await errorOf(launch({ MaxPrice: '0.002' }))).toMatchObject({
      name: 'SpotMaxPriceTooLow',
      message: expect.stringContaining('Your Spot request price of 0.002 is lower than the minimum') as string,
    })
    const { id, requestId, InstanceIds } = await launch({ MaxPrice: '1.5' })
    expect(await instance(id)).toMatchObject({ InstanceLifecycle: 'spot' })
    expect(await request(requestId)).toMatchObject({
      State: 'active',
      Status: { Code: 'fulfilled' },
      Type: 'one-time',
      SpotPrice: '1.500000',
      InstanceId: id,
      InstanceInterruptionBehavior: 'terminate',
      Tags: [{ Key: 'a', Value: 'b' }],
    })
    await inState(id, 'running')
    expect(await errorOf(client.send(new ec2.StopInstancesCommand({ InstanceIds })))).toMatchObject({
      name: 'UnsupportedOperation',
      message: expect.stringContaining(`You can't stop the Spot Instance '${id}'`) as string,
    })
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds }))
    await saying(requestId, 'closed', 'instance-terminated-by-user')
  })

  it('refuse what only others have', async () => {
    const { client, launch, persistent } = await market()
    const nameOf = async (options: ec2.SpotMarketOptions, more = {}) => (await errorOf(launch(options, more))).message
    expect(await nameOf({ InstanceInterruptionBehavior: 'stop' })).toContain("with type 'one-time' is not supported")
    expect(await nameOf({ SpotInstanceType: 'persistent' })).toContain('terminate InstanceInterruptionBehavior')
    expect(await nameOf({ MaxPrice: '0.0001' })).toContain("Invalid value '0.0001' for parameter maxPrice.")
    expect(await nameOf(persistent, { DisableApiTermination: true })).toContain('DisableApiTermination')
    const { id } = await launch({})
    const protect = new ec2.ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiTermination: { Value: false } })
    expect(await errorOf(client.send(protect))).toMatchObject({
      name: 'UnsupportedOperation',
      message: "Modifying 'disableApiTermination' is not supported for spot instances.",
    })
  })

  it('are taken back with the reason in instance and request', async () => {
    const { launch, instance, request, inState, saying, interrupt } = await market()
    const first = await launch({})
    await inState(first.id, 'running')
    expect(await interrupt(first.id, { noticeSeconds: 3_600 })).toBe(200)
    // For want of room the request says so at once, and the instance runs on until its notice is over.
    expect(await request(first.requestId)).toMatchObject({
      State: 'closed',
      Status: { Code: 'instance-terminated-no-capacity' },
    })
    expect((await instance(first.id))?.State?.Name).toBe('running')
    const second = await launch({})
    await inState(second.id, 'running')
    await interrupt(second.id, { cause: 'by-price', noticeSeconds: 0 })
    await inState(second.id, 'terminated')
    await saying(second.requestId, 'closed', 'instance-terminated-by-price')
    expect(await instance(second.id)).toMatchObject({
      StateReason: { Code: 'Server.SpotInstanceTermination' },
      StateTransitionReason: expect.stringMatching(/^Service initiated \(/) as string,
    })
  })
})

describe('spot instances of persistent requests', () => {
  it('stop and start, a while after the stop', async () => {
    const { client, launch, request, inState, saying, persistent } = await market({ spotStatusMs: 1_000 })
    const { id, requestId, InstanceIds } = await launch(persistent)
    await inState(id, 'running')
    await client.send(new ec2.StopInstancesCommand({ InstanceIds }))
    await inState(id, 'stopped')
    expect(await request(requestId)).toMatchObject({ State: 'active', Status: { Code: 'marked-for-stop' } })
    expect(await errorOf(client.send(new ec2.StartInstancesCommand({ InstanceIds })))).toMatchObject({
      name: 'IncorrectSpotRequestState',
      message: expect.stringContaining('is not in an appropriate state to support start') as string,
    })
    await saying(requestId, 'disabled', 'instance-stopped-by-user')
    const type = new ec2.ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: 't3.small' } })
    expect((await errorOf(client.send(type))).name).toBe('UnsupportedOperation')
    await client.send(new ec2.StartInstancesCommand({ InstanceIds }))
    expect((await request(requestId))?.State).toBe('open')
    await inState(id, 'running')
    await saying(requestId, 'active', 'fulfilled')
  })

  it('are stopped by an interruption, and started by EC2 alone', async () => {
    const { client, launch, instance, inState, saying, interrupt, persistent } = await market()
    const { id, requestId, InstanceIds } = await launch(persistent)
    await inState(id, 'running')
    await interrupt(id, { noticeSeconds: 3_600 })
    await saying(requestId, 'active', 'marked-for-stop')
    await interrupt(id, { noticeSeconds: 0 })
    await inState(id, 'stopped')
    await saying(requestId, 'disabled', 'instance-stopped-no-capacity')
    expect((await instance(id))?.StateReason?.Code).toBe('Server.SpotInstanceShutdown')
    expect(await errorOf(client.send(new ec2.StartInstancesCommand({ InstanceIds })))).toMatchObject({
      name: 'Unsupported',
      message: `You can't start the Spot Instance '${id}' because there is no available Spot capacity.`,
    })
    expect(await interrupt(id, { back: true })).toBe(200)
    await inState(id, 'running')
    await saying(requestId, 'active', 'fulfilled')
    await interrupt(id, { noticeSeconds: 0, backSeconds: 0 })
    await until(
      () => instance(id),
      (found) => found?.State?.Name === 'running' && found.StateReason === undefined,
    )
  })

  it('come again, without their tags, when they end and nobody has cancelled', async () => {
    const { client, launch, instance, request, saying, persistent } = await market()
    const tags = { ResourceType: 'instance' as const, Tags: [{ Key: 'mine', Value: 'yes' }] }
    const { id, requestId, InstanceIds } = await launch(persistent, { TagSpecifications: [tags] })
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds }))
    await saying(requestId, 'open', 'pending-evaluation')
    const again = await until(
      () => request(requestId),
      (found) => found?.State === 'active' && found.InstanceId !== id,
    )
    const other = again?.InstanceId ?? ''
    await until(
      () => instance(other),
      (found) => found?.State?.Name === 'running',
    )
    expect(await instance(other)).toMatchObject({ SpotInstanceRequestId: requestId, Tags: [] })
    // Cancelled first, it ends for good.
    await client.send(new ec2.CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [requestId] }))
    expect(await request(requestId)).toMatchObject({
      State: 'cancelled',
      Status: { Code: 'request-canceled-and-instance-running' },
    })
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [other] }))
    await saying(requestId, 'cancelled', 'instance-terminated-by-user')
  })

  it('wait for room, and say so', async () => {
    const { sandbox, client, launch, saying, request, persistent } = await market()
    const { id, requestId, InstanceIds } = await launch(persistent)
    const full = { capacity: { probability: 1, only: ['t3.micro'] } }
    const put = (faults: object) =>
      fetch(`${sandbox.endpoint}/_evenkeel/faults`, { method: 'PUT', body: JSON.stringify(faults) })
    expect((await put(full)).status).toBe(200)
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds }))
    await saying(requestId, 'open', 'capacity-not-available')
    await put({})
    await until(
      () => request(requestId),
      (found) => found?.State === 'active' && found.InstanceId !== id,
    )
  })

  it('end with their request where EC2 had stopped them, and stay where their owner had', async () => {
    const { client, launch, instance, inState, saying, interrupt, persistent } = await market()
    const taken = await launch(persistent)
    await inState(taken.id, 'running')
    await interrupt(taken.id, { noticeSeconds: 0 })
    await saying(taken.requestId, 'disabled', 'instance-stopped-no-capacity')
    const cancel = ({ SpotInstanceRequestIds }: { SpotInstanceRequestIds: string[] }) =>
      client.send(new ec2.CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds }))
    await cancel(taken)
    await inState(taken.id, 'terminated')
    await saying(taken.requestId, 'cancelled', 'instance-terminated-by-service')
    const own = await launch(persistent)
    await inState(own.id, 'running')
    await client.send(new ec2.StopInstancesCommand({ InstanceIds: own.InstanceIds }))
    await saying(own.requestId, 'disabled', 'instance-stopped-by-user')
    await cancel(own)
    expect((await instance(own.id))?.State?.Name).toBe('stopped')
    const { InstanceIds } = own
    expect((await errorOf(client.send(new ec2.StartInstancesCommand({ InstanceIds })))).name).toBe(
      'IncorrectSpotRequestState',
    )
  })

  it('are found by what is asked of requests, in pages', async () => {
    const { client, launch, persistent } = await market()
    const one = await launch({})
    const other = await launch(persistent)
    for (let more = 0; more < 4; more += 1) await launch({})
    const found = async (Name: string, ...Values: string[]) =>
      (
        await client.send(new ec2.DescribeSpotInstanceRequestsCommand({ Filters: [{ Name, Values }] }))
      ).SpotInstanceRequests?.map(({ SpotInstanceRequestId }) => SpotInstanceRequestId)
    expect(await found('type', 'persistent')).toEqual([other.requestId])
    expect(await found('instance-id', one.id)).toEqual([one.requestId])
    expect(await found('state', 'disabled', 'closed')).toEqual([])
    expect(await found('tag:a', 'b')).toHaveLength(6)
    const first = await client.send(new ec2.DescribeSpotInstanceRequestsCommand({ MaxResults: 5 }))
    const { NextToken } = first
    const second = await client.send(new ec2.DescribeSpotInstanceRequestsCommand({ MaxResults: 5, NextToken }))
    expect([first.SpotInstanceRequests?.length, second.SpotInstanceRequests?.length]).toEqual([5, 1])
  })

  it('say what is wrong with an interruption', async () => {
    const { interrupt, launch } = await market()
    const { id } = await launch({})
    expect(await interrupt('i-00000000000000000')).toBe(400)
    expect(await interrupt(id, { cause: 'weather' })).toBe(400)
    expect(await interrupt(id, { back: true })).toBe(400)
  })
})
