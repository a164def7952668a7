import { CreateSecurityGroupCommand, CreateVolumeCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { addressOf } from '../../../src/model/address.js'
import type { RunNote } from '../../../src/model/ledger/run-note.js'
import { startFixture, type Fixture } from '../cloud-fixture.js'

let fixture: Fixture
let client: EC2Client
beforeEach(async () => {
  fixture = await startFixture()
  const { credentials, endpoint = '', region = '' } = fixture.target
  const { accessKeyId = '', secretAccessKey = '' } = credentials ?? {}
  client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
})
afterEach(async () => {
  client.destroy()
  await fixture.close()
})

const web = addressOf('server', 'web')
const note: RunNote = {
  run: '20261121T120304Z-1f2e3d',
  by: 'anna@build-7',
  revision: 'v2',
  changes: { create: 1, update: 2, replace: 0, remove: 0, adopt: 0 },
}

async function volume(tags: Readonly<Record<string, string>>, Size = 2): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const TagSpecifications = [{ ResourceType: 'volume' as const, Tags }]
  await client.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size, TagSpecifications }))
}

it('tells of every stack by its tags, in seventeen calls, and of nobody else’s', async () => {
  await volume({ 'evenkeel:stack': 'music', 'evenkeel:address': 'volume.a', 'evenkeel:revision': 'v1' })
  await volume({ 'evenkeel:stack': 'music', 'evenkeel:address': 'volume.b' }, 3)
  await volume({ 'evenkeel:stack': 'old', 'evenkeel:retained': '2026-11-20T00:00:00Z', 'evenkeel:revision': 'v0' })
  await volume({ Name: 'somebody else’s' })
  await client.send(
    new CreateSecurityGroupCommand({
      GroupName: 'x',
      Description: 'x',
      TagSpecifications: [{ ResourceType: 'security-group', Tags: [{ Key: 'evenkeel:stack', Value: 'a "b"\n[c]' }] }],
    }),
  )
  await fixture.cloud.writeLedger({ stack: 'music', id: undefined, addresses: [web], note })
  const holder = { user: 'anna', host: 'build-7', pid: 1 }
  const content = { nonce: 'n', holder, epoch: { run: 'r' }, since: '2026-11-21T22:00:00.000Z' }
  await fixture.cloud.takeLock({ stack: 'music', content })
  fixture.requests()

  const stacks = await fixture.cloud.listStacks()
  expect(fixture.requests()).toHaveLength(17)
  expect(stacks.map(({ stack }) => stack)).toEqual(['a "b"\n[c]', 'music', 'old'])
  const [, music, old] = stacks
  expect(music).toMatchObject({ counts: { volumes: 2, keptVolumes: 0 }, volumesGiB: 5, revision: 'v2', lastRun: note })
  expect(music?.lock?.content?.holder.user).toBe('anna')
  expect(music?.appliedAt).toBeDefined()
  expect(old).toMatchObject({ counts: { volumes: 0, keptVolumes: 1 }, volumesGiB: 0, oldestAt: undefined })
  expect(await fixture.cloud.whereabouts()).toEqual({ region: 'us-east-1', account: fixture.sandbox.accountId })
})

it('reads pages', async () => {
  const cloud = fixture.connect({ pageSize: 5 })
  for (let at = 0; at < 12; at += 1) await volume({ 'evenkeel:stack': `s${at}` })
  expect(await cloud.listStacks()).toHaveLength(12)
})

it('remembers runs from version to version, and what tells of none', async () => {
  const { cloud } = fixture
  expect(await cloud.readHistory('music')).toEqual([])
  const id = await cloud.writeLedger({ stack: 'music', id: undefined, addresses: [web] })
  await cloud.writeLedger({ stack: 'music', id, addresses: [web], note })
  await cloud.writeLedger({ stack: 'music', id, addresses: [web], note: { ...note, outcome: 'converged' } })
  const history = await cloud.readHistory('music')
  expect(history.map(({ version, note: noted }) => [version, noted?.outcome, noted?.by])).toEqual([
    [1, undefined, undefined],
    [2, undefined, 'anna@build-7'],
    [3, 'converged', 'anna@build-7'],
  ])
  expect(history.at(-1)?.principal).toMatch(/^arn:aws:iam::/)
})

it('tells a run of a ledger in parts by its list alone', async () => {
  const addresses = Array.from({ length: 9_000 }, (_, at) => addressOf('volume', `v${(at * 7919) % 99_991}`))
  await fixture.cloud.writeLedger({ stack: 'large', id: undefined, addresses, note })
  fixture.requests()
  const history = await fixture.cloud.readHistory('large')
  expect(fixture.requests()).toHaveLength(1)
  expect(history.at(-1)?.note).toEqual(note)
  expect((await fixture.cloud.readLedger('large'))?.addresses).toHaveLength(9_000)
})
