import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gzipSync } from 'node:zlib'
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { addressOf } from '../../../../src/model/address.js'
import { stack, startFixture, type Fixture } from '../../cloud-fixture.js'

let fixture: Fixture & { readonly client: EC2Client }
beforeEach(async () => {
  const started = await startFixture()
  const { credentials, endpoint = '', region = '' } = started.target
  const { accessKeyId = '', secretAccessKey = '' } = credentials ?? {}
  const client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  fixture = { ...started, client }
})
afterEach(async () => {
  fixture.client.destroy()
  await fixture.close()
})

const web = addressOf('server', 'web')
const music = addressOf('volume', 'music')
const read = () => fixture.cloud.readLedger(stack)

describe('the ledger in EC2', () => {
  it('keeps what was written last', async () => {
    const { cloud } = fixture
    const id = await cloud.writeLedger({ stack, id: undefined, addresses: [web] })
    expect(await read()).toEqual({ id, addresses: [web] })
    expect(await cloud.writeLedger({ stack, id, addresses: [music, web] })).toBe(id)
    expect(await read()).toEqual({ id, addresses: [web, music] })
  })

  it('is found again by who does not know its id', async () => {
    const id = await fixture.cloud.writeLedger({ stack, id: undefined, addresses: [web] })
    expect(await fixture.connect().writeLedger({ stack, id: undefined, addresses: [music] })).toBe(id)
    expect((await read())?.addresses).toEqual([music])
  })

  it('is made anew when somebody deleted it', async () => {
    const { cloud } = fixture
    const id = await cloud.writeLedger({ stack, id: undefined, addresses: [web] })
    await cloud.writeLedger({ stack, id, addresses: [] })
    const again = await fixture.connect().writeLedger({ stack, id, addresses: [web] })
    expect(again).not.toBe(id)
    expect((await read())?.addresses).toEqual([web])
  })

  it('goes with an empty list, once', async () => {
    const { cloud } = fixture
    const id = await cloud.writeLedger({ stack, id: undefined, addresses: [web] })
    expect(await cloud.writeLedger({ stack, id, addresses: [] })).toBeUndefined()
    expect(await cloud.writeLedger({ stack, id, addresses: [] })).toBeUndefined()
    expect(await cloud.writeLedger({ stack, id: undefined, addresses: [] })).toBeUndefined()
    expect(await read()).toBeUndefined()
  })

  it('keeps the last hundred versions', async () => {
    const { cloud } = fixture
    let id: string | undefined
    for (let version = 1; version <= 103; version += 1) {
      id = await cloud.writeLedger({ stack, id, addresses: [addressOf('server', 'web', version)] })
    }
    expect((await read())?.addresses).toEqual(['server.web[103]'])
    const deleted = fixture.requests().filter(({ action }) => action === 'DeleteLaunchTemplateVersions')
    expect(deleted.map(({ parameters }) => parameters['LaunchTemplateVersion.1'])).toEqual(['1', '2', '3'])
    expect(deleted.every(({ status }) => status === 200)).toBe(true)
  })

  it('keeps wishes, and stays for their sake alone', async () => {
    const { cloud } = fixture
    const wish = { kind: 'restore', address: music, snapshotId: 'snap-1' } as const
    const id = await cloud.writeLedger({ stack, id: undefined, addresses: [], wishes: [wish] })
    expect(await read()).toEqual({ id, addresses: [], wishes: [wish] })
    expect(await cloud.writeLedger({ stack, id, addresses: [] })).toBeUndefined()
    expect(await read()).toBeUndefined()
  })

  it('that is not ours is neither read as one, nor written, nor removed', async () => {
    const id = await makeTemplate(Buffer.from('#!/bin/sh'))
    expect(await read()).toBeUndefined()
    const { cloud } = fixture
    await expect(cloud.writeLedger({ stack, id: undefined, addresses: [web] })).rejects.toMatchObject({
      code: 'EC2_NOT_OURS',
    })
    await expect(cloud.writeLedger({ stack, id, addresses: [] })).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
  })

  it('that a newer evenkeel wrote is not taken for none', async () => {
    await makeTemplate(gzipSync(JSON.stringify({ evenkeel: 3 })), 'ledger-3')
    await expect(read()).rejects.toMatchObject({ code: 'EC2_LEDGER_UNREADABLE' })
  })

  it('of 0.1.0 is read, and once written again keeps 0.1.0 out', async () => {
    const old = gzipSync(JSON.stringify({ evenkeel: 1, addresses: ['server.web'] }))
    const made = await makeTemplate(old, 'ledger')
    expect(await read()).toEqual({ id: undefined, addresses: [web] })
    const { cloud } = fixture
    expect(await cloud.writeLedger({ stack, id: undefined, addresses: [web, music] })).toBe(made)
    expect(await read()).toEqual({ id: made, addresses: [web, music] })
    const { LaunchTemplates = [] } = await fixture.client.send(new DescribeLaunchTemplatesCommand({}))
    // 0.1.0 writes to what carries the role `ledger` alone.
    expect(LaunchTemplates[0]?.Tags).toContainEqual({ Key: 'evenkeel:role', Value: 'ledger-2' })
    expect(LaunchTemplates).toHaveLength(1)
  })
})

describe('a ledger that is too large for one version', () => {
  const names = (count: number, step: number) =>
    Array.from({ length: count }, (_, index) =>
      addressOf(index % 3 === 0 ? 'server' : 'volume', `n${(index * step).toString(36)}`),
    )
  const large = names(30_000, 2_654_435_761)
  const middle = names(6_000, 2_246_822_519)
  const sizeOf = async () => (await read())?.addresses.length

  it('is written and read whole: 10,000 servers and 20,000 volumes, each of its own name', async () => {
    const { cloud } = fixture
    const id = await cloud.writeLedger({ stack, id: undefined, addresses: large })
    expect(new Set((await read())?.addresses)).toEqual(new Set(large))
    expect(await cloud.writeLedger({ stack, id, addresses: middle })).toBe(id)
    expect(await sizeOf()).toBe(middle.length)
    await cloud.writeLedger({ stack, id, addresses: [web] })
    expect(await read()).toEqual({ id, addresses: [web] })
  })

  it('is read in two calls, and a small one in one', async () => {
    const { cloud } = fixture
    const id = await cloud.writeLedger({ stack, id: undefined, addresses: large })
    const callsOfRead = async () => {
      fixture.requests()
      await read()
      return fixture.requests().filter(({ action }) => action.includes('LaunchTemplate')).length
    }
    expect(await callsOfRead()).toBe(2)
    await cloud.writeLedger({ stack, id, addresses: [web] })
    expect(await callsOfRead()).toBe(1)
  })

  it.each<[string, readonly (typeof web)[]]>([
    ['a small one', [web]],
    ['a large one', names(5_000, 2_654_435_761)],
    ['none', []],
  ])('holds from its last call on, and till then the one before: %s', async (_what, before) => {
    const { cloud } = fixture
    const id = await cloud.writeLedger({ stack, id: undefined, addresses: before })
    const failure = { code: 'UnauthorizedOperation', httpStatus: 403 }
    let call = 1
    for (; ; call += 1) {
      fixture.sandbox.setFaults({ scripted: [{ action: 'CreateLaunchTemplateVersion', call, failure }] })
      const wrote = await cloud.writeLedger({ stack, id, addresses: middle }).then(
        () => true,
        () => false,
      )
      fixture.sandbox.setFaults({})
      if (wrote) break
      expect(await sizeOf()).toBe(before.length)
    }
    expect(call).toBeGreaterThan(3)
    expect(await sizeOf()).toBe(middle.length)
    const found = (await read())?.id
    expect(await cloud.writeLedger({ stack, id: found, addresses: [] })).toBeUndefined()
    expect((await fixture.client.send(new DescribeLaunchTemplatesCommand({}))).LaunchTemplates).toEqual([])
  })

  it('is not taken for none where a part of it is gone', async () => {
    const id = await fixture.cloud.writeLedger({ stack, id: undefined, addresses: large })
    const Versions = ['2']
    await fixture.client.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId: id ?? '', Versions }))
    await expect(read()).rejects.toMatchObject({ code: 'EC2_LEDGER_UNREADABLE' })
  })

  it('keeps no more old versions than it needs', async () => {
    const { cloud } = fixture
    let id: string | undefined
    for (let turn = 0; turn < 45; turn += 1) id = await cloud.writeLedger({ stack, id, addresses: middle })
    expect(await sizeOf()).toBe(middle.length)
    const output = await fixture.client.send(
      new CreateLaunchTemplateVersionCommand({ LaunchTemplateId: id ?? '', LaunchTemplateData: { UserData: '' } }),
    )
    const written = output.LaunchTemplateVersion?.VersionNumber ?? 0
    const deleted = fixture
      .requests()
      .filter(({ action }) => action === 'DeleteLaunchTemplateVersions')
      .flatMap(({ parameters }) => Object.keys(parameters).filter((key) => key.startsWith('LaunchTemplateVersion.')))
    expect(written).toBeGreaterThan(140)
    expect(written - deleted.length).toBeLessThan(115)
  })
})

/** Makes the stack's template by hand. */
async function makeTemplate(bytes: Uint8Array, role?: string): Promise<string | undefined> {
  const tags = { 'evenkeel:stack': stack, ...(role !== undefined && { 'evenkeel:role': role }) }
  const { LaunchTemplate } = await fixture.client.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: `evenkeel-${stack}`,
      LaunchTemplateData: { UserData: Buffer.from(bytes).toString('base64') },
      TagSpecifications: [
        { ResourceType: 'launch-template', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  )
  return LaunchTemplate?.LaunchTemplateId
}
