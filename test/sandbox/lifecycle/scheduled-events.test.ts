import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeImagesCommand,
  ModifyInstanceEventStartTimeCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../src/sandbox/sandbox.js'
import { clientOf, errorNameOf, testSandbox, until } from '../support.js'

let sandbox: Sandbox
let ec2: EC2Client

beforeAll(async () => {
  sandbox = await testSandbox()
  ec2 = clientOf(sandbox)
})

const control = async (method: string, path: string, body: object) => {
  const answer = await fetch(`${sandbox.endpoint}/_evenkeel/${path}`, { method, body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as { readonly id?: string; readonly error?: string } }
}

async function launch(): Promise<string> {
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['136693071363'] }))
  const launched = await ec2.send(
    new RunInstancesCommand({ ImageId: Images?.[0]?.ImageId, InstanceType: 't3.small', MinCount: 1, MaxCount: 1 }),
  )
  const id = launched.Instances?.[0]?.InstanceId ?? ''
  await until(
    () => stateOf(id),
    (state) => state === 'running',
  )
  return id
}

async function instanceOf(id: string) {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))
  return Reservations?.[0]?.Instances?.[0]
}

const stateOf = async (id: string) => (await instanceOf(id))?.State?.Name

async function statusOf(id: string) {
  const { InstanceStatuses } = await ec2.send(
    new DescribeInstanceStatusCommand({ InstanceIds: [id], IncludeAllInstances: true }),
  )
  return InstanceStatuses?.[0]
}

describe('scheduled events', () => {
  it('are told of until their time, found by their code, and put off up to their deadline', async () => {
    const id = await launch()
    const day = 86_400
    const { body } = await control('POST', 'events', {
      instanceId: id,
      code: 'instance-reboot',
      inSeconds: day,
      postponableSeconds: day,
    })
    const [event] = (await statusOf(id))?.Events ?? []
    expect(event).toMatchObject({
      InstanceEventId: body.id,
      Code: 'instance-reboot',
      Description: 'The instance is scheduled for a reboot',
    })
    const found = await ec2.send(
      new DescribeInstanceStatusCommand({ Filters: [{ Name: 'event.code', Values: ['instance-reboot'] }] }),
    )
    expect(found.InstanceStatuses?.map(({ InstanceId }) => InstanceId)).toEqual([id])

    const move = (NotBefore: Date, InstanceEventId = body.id) =>
      ec2.send(new ModifyInstanceEventStartTimeCommand({ InstanceId: id, InstanceEventId, NotBefore }))
    const begins = event?.NotBefore?.getTime() ?? 0
    const later = new Date(begins + 3_600_000)
    expect((await move(later)).Event?.NotBefore).toEqual(later)
    expect((await statusOf(id))?.Events?.[0]?.NotBefore).toEqual(later)
    expect(await errorNameOf(move(new Date(begins + 2 * day * 1000)))).toBe('InvalidInstanceEventStartTime')
    expect(await errorNameOf(move(new Date(Date.now() + 60_000)))).toBe('InvalidInstanceEventStartTime')
    expect(await errorNameOf(move(later, 'instance-event-0123456789abcdef0'))).toBe('InvalidInstanceEventIDNotFound')
  })

  it('happen at their time: what retires is stopped, and says why', async () => {
    const id = await launch()
    await control('POST', 'events', { instanceId: id, code: 'instance-retirement', inSeconds: 0 })
    await until(
      () => stateOf(id),
      (state) => state === 'stopped',
    )
    expect((await instanceOf(id))?.StateReason?.Code).toBe('Server.ScheduledStop')
    expect((await statusOf(id))?.Events?.[0]?.Description).toBe(
      '[Completed] The instance is running on degraded hardware',
    )
    await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))
    await until(
      () => stateOf(id),
      (state) => state === 'running',
    )
  })

  it('are canceled where the owner comes before them: a reboot by one, the others by a stop and a start', async () => {
    const id = await launch()
    for (const code of ['instance-reboot', 'instance-stop']) await control('POST', 'events', { instanceId: id, code })
    const descriptions = async () => (await statusOf(id))?.Events?.map(({ Description }) => Description)
    await ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }))
    expect(await descriptions()).toEqual([
      '[Canceled] The instance is scheduled for a reboot',
      'The instance is running on degraded hardware',
    ])
    await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))
    await until(
      () => stateOf(id),
      (state) => state === 'stopped',
    )
    await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))
    expect((await descriptions())?.[1]).toBe('[Canceled] The instance is running on degraded hardware')
  })

  it('are of instances that run, and of the codes of EC2', async () => {
    const none = await control('POST', 'events', { instanceId: 'i-0123456789abcdef0', code: 'instance-stop' })
    expect(none).toEqual({ status: 400, body: { error: 'there is no instance i-0123456789abcdef0' } })
    const unknown = await control('POST', 'events', { instanceId: await launch(), code: 'picnic' })
    expect(unknown.status).toBe(400)
    expect(unknown.body.error).toContain('instance-retirement')
  })
})

describe('checks', () => {
  it('fail from the moment on that the sandbox is told, and are healed by a stop and a start', async () => {
    const id = await launch()
    expect((await control('PUT', 'checks', { instanceId: id, system: 'impaired', volumes: 'impaired' })).status).toBe(
      200,
    )
    const impaired = await statusOf(id)
    expect(impaired?.SystemStatus).toMatchObject({ Status: 'impaired', Details: [{ Status: 'failed' }] })
    expect(impaired?.SystemStatus?.Details?.[0]?.ImpairedSince).toBeInstanceOf(Date)
    expect([impaired?.InstanceStatus?.Status, impaired?.AttachedEbsStatus?.Status]).toEqual(['ok', 'impaired'])
    await control('PUT', 'checks', { instanceId: id, volumes: 'ok' })
    expect((await statusOf(id))?.AttachedEbsStatus?.Status).toBe('ok')
    await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))
    await until(
      () => stateOf(id),
      (state) => state === 'stopped',
    )
    await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))
    await until(
      () => stateOf(id),
      (state) => state === 'running',
    )
    expect((await statusOf(id))?.SystemStatus?.Status).toBe('ok')
  })
})
