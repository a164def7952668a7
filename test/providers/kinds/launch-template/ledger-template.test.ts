import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EC2Client, CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2'
import { addressOf } from '../../../../src/model/address.js'
import { emptyQuery, stack, startFixture, type Fixture } from '../../cloud-fixture.js'

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.close())

const web = addressOf('server', 'web')
const music = addressOf('volume', 'music')
const read = async () => (await fixture.cloud.observe(emptyQuery())).ledger

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

  it('keeps the last fifty versions', async () => {
    const { cloud } = fixture
    let id: string | undefined
    for (let version = 1; version <= 53; version += 1) {
      id = await cloud.writeLedger({ stack, id, addresses: [addressOf('server', 'web', version)] })
    }
    expect((await read())?.addresses).toEqual(['server.web[53]'])
    const deleted = fixture.requests().filter(({ action }) => action === 'DeleteLaunchTemplateVersions')
    expect(deleted.map(({ parameters }) => parameters['LaunchTemplateVersion.1'])).toEqual(['1', '2', '3'])
    expect(deleted.every(({ status }) => status === 200)).toBe(true)
  })

  it('that is not ours is neither read as one, nor written, nor removed', async () => {
    const { credentials, endpoint, region } = fixture.target
    const client = new EC2Client({
      endpoint: endpoint ?? '',
      region: region ?? '',
      credentials: { accessKeyId: credentials?.accessKeyId ?? '', secretAccessKey: credentials?.secretAccessKey ?? '' },
    })
    const made = await client.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: `evenkeel-${stack}`,
        LaunchTemplateData: { UserData: Buffer.from('#!/bin/sh').toString('base64') },
      }),
    )
    client.destroy()
    expect(await read()).toBeUndefined()
    const { cloud } = fixture
    await expect(cloud.writeLedger({ stack, id: undefined, addresses: [web] })).rejects.toMatchObject({
      code: 'EC2_NOT_OURS',
    })
    const id = made.LaunchTemplate?.LaunchTemplateId
    await expect(cloud.writeLedger({ stack, id, addresses: [] })).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
  })
})
