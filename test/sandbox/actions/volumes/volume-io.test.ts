import * as ec2 from '@aws-sdk/client-ec2'
import { beforeAll, expect, it } from 'vitest'
import type { Sandbox } from '../../../../src/sandbox/sandbox.js'
import { clientOf, errorNameOf, testSandbox } from '../../support.js'

let sandbox: Sandbox
let client: ec2.EC2Client

beforeAll(async () => {
  sandbox = await testSandbox()
  client = clientOf(sandbox)
})

const volume = async () =>
  (await client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))).VolumeId ?? ''
const doubt = async (body: object) =>
  (await fetch(`${sandbox.endpoint}/_evenkeel/volume-checks`, { method: 'PUT', body: JSON.stringify(body) })).status
const statusBy = async (input: ec2.DescribeVolumeStatusCommandInput) =>
  (await client.send(new ec2.DescribeVolumeStatusCommand(input))).VolumeStatuses ?? []
const shown = async (id: string) => {
  const [status] = await statusBy({ VolumeIds: [id] })
  const { VolumeStatus, Actions = [], Events = [] } = status ?? {}
  return [
    VolumeStatus?.Status,
    VolumeStatus?.Details?.[0]?.Status,
    Actions.map(({ Code }) => Code),
    Events.map(({ Description, NotAfter }) => [Description, NotAfter !== undefined]),
  ]
}

it('of a volume whose data may be inconsistent I/O is disabled until somebody enables it', async () => {
  const [id, other] = [await volume(), await volume()]
  expect(await doubt({ volumeId: id, io: 'impaired' })).toBe(200)
  const waits = ['impaired', 'failed', ['enable-volume-io'], [['Awaiting Action: Enable IO', false]]]
  expect(await shown(id)).toEqual(waits)
  expect(await doubt({ volumeId: id, io: 'impaired' })).toBe(200)
  expect(await shown(id)).toEqual(waits)
  const found = async (Name: string, ...Values: string[]) =>
    (await statusBy({ Filters: [{ Name, Values }] })).map(({ VolumeId }) => VolumeId)
  expect(await found('volume-status.status', 'impaired')).toEqual([id])
  expect(await found('event.event-type', 'potential-data-inconsistency')).toEqual([id])
  expect(await found('volume-status.details-status', 'passed')).toEqual([other])
  await client.send(new ec2.EnableVolumeIOCommand({ VolumeId: id }))
  expect(await shown(id)).toEqual(['ok', 'passed', [], [['IO Enabled', true]]])
})

it('goes on by itself where the volume says so', async () => {
  const id = await volume()
  const auto = async () => {
    const input = { VolumeId: id, Attribute: 'autoEnableIO' } as const
    return (await client.send(new ec2.DescribeVolumeAttributeCommand(input))).AutoEnableIO?.Value
  }
  expect(await auto()).toBe(false)
  await client.send(new ec2.ModifyVolumeAttributeCommand({ VolumeId: id, AutoEnableIO: { Value: true } }))
  expect(await auto()).toBe(true)
  await doubt({ volumeId: id, io: 'impaired' })
  expect(await shown(id)).toEqual(['ok', 'passed', [], [['IO Auto-Enabled', true]]])
})

it('refuses what means nothing', async () => {
  expect(await errorNameOf(client.send(new ec2.EnableVolumeIOCommand({ VolumeId: 'vol-00000000000000000' })))).toBe(
    'InvalidVolume.NotFound',
  )
  const nothing = new ec2.ModifyVolumeAttributeCommand({ VolumeId: await volume() })
  expect(await errorNameOf(client.send(nothing))).toBe('MissingParameter')
  expect(await doubt({ volumeId: 'vol-0', io: 'impaired' })).toBe(400)
  expect(await doubt({ volumeId: await volume(), io: 'bad' })).toBe(400)
})
