import { DeleteLaunchTemplateVersionsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CloudPort } from '../../../../src/executor/ports.js'
import { addressOf, type Address } from '../../../../src/model/address.js'
import type { Wish } from '../../../../src/model/ledger/wish.js'
import { stack, startFixture, type Fixture } from '../../cloud-fixture.js'

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.close())

const web = addressOf('server', 'web')
const music = addressOf('volume', 'music')
const films = addressOf('volume', 'films')
const restore: Wish = { kind: 'restore', address: music, snapshotId: 'snap-1' }
const epoch = { run: 'r-holder' }

/** A ledger that is there, and two who know it: a holder, and who ends its lease. */
async function twoWriters(addresses: readonly Address[] = [web]) {
  const id = await fixture.cloud.writeLedger({ stack, id: undefined, addresses })
  const [holder, breaker] = [fixture.connect(), fixture.connect()]
  await holder.readLedger(stack)
  await breaker.readLedger(stack)
  const write = (cloud: CloudPort, more: Partial<Parameters<CloudPort['writeLedger']>[0]>) =>
    cloud.writeLedger({ stack, id, addresses, ...more })
  return { id, holder, breaker, write }
}

const read = () => fixture.connect().readLedger(stack)

describe('two writers of one ledger', () => {
  it('keep what a holder wrote between the reading and the writing of who ends its lease', async () => {
    const { id, holder, breaker, write } = await twoWriters()
    await write(holder, { addresses: [web, music], wishes: [restore] })
    await write(breaker, { epoch, isForLock: true })
    expect(await read()).toEqual({ id, addresses: [web, music], wishes: [restore], epoch })
  })

  it('keep it also where who ends the lease dies before it has seen that', async () => {
    const { id, holder, breaker, write } = await twoWriters()
    await write(holder, { addresses: [web, music] })
    const failure = { code: 'UnauthorizedOperation', httpStatus: 403 }
    fixture.sandbox.setFaults({ scripted: [{ action: 'CreateLaunchTemplateVersion', call: 2, failure }] })
    await expect(write(breaker, { epoch, isForLock: true })).rejects.toMatchObject({ awsCode: failure.code })
    fixture.sandbox.setFaults({})
    expect(await read()).toEqual({ id, addresses: [web, music], epoch })
  })

  it('know a holder whose lease was ended: it writes once at most, adds alone, and settles nothing', async () => {
    const { id, holder, breaker, write } = await twoWriters()
    await write(breaker, { epoch, isForLock: true })
    const heir = fixture.connect()
    await heir.readLedger(stack)
    await write(heir, { addresses: [web, films], epoch })
    await expect(write(holder, { addresses: [web, music] })).rejects.toMatchObject({ code: 'LOCK_LOST' })
    const both = { id, addresses: [web, films, music].toSorted(), epoch }
    expect(await read()).toEqual({ ...both, addresses: expect.arrayContaining([...both.addresses]) })
    fixture.requests()
    await expect(write(holder, { addresses: [] })).rejects.toMatchObject({ code: 'LOCK_LOST' })
    expect(fixture.requests()).toEqual([])
    // The heir finds out by the number of its own writing, and writes both down.
    await write(heir, { addresses: [web, films] })
    const settled = await read()
    expect(new Set(settled?.addresses)).toEqual(new Set([web, films, music]))
    expect(settled?.epoch).toBeUndefined()
  })

  it('leave the ledger to who ended a lease, however empty the holder would leave it', async () => {
    const { id, holder, breaker, write } = await twoWriters()
    await write(breaker, { epoch, isForLock: true })
    await expect(write(holder, { addresses: [] })).rejects.toMatchObject({ code: 'LOCK_LOST' })
    expect(await read()).toEqual({ id, addresses: [web], epoch })
  })

  it('make one of what both made where there was none', async () => {
    const [holder, breaker] = [fixture.connect(), fixture.connect()]
    await holder.readLedger(stack)
    await breaker.readLedger(stack)
    const id = await holder.writeLedger({ stack, id: undefined, addresses: [web] })
    expect(await breaker.writeLedger({ stack, id: undefined, addresses: [], epoch, isForLock: true })).toBe(id)
    expect(await read()).toEqual({ id, addresses: [web], epoch })
    await expect(holder.writeLedger({ stack, id, addresses: [web, music] })).rejects.toMatchObject({
      code: 'LOCK_LOST',
    })
  })

  it('keep a wish withdrawn that another run has read and left', async () => {
    const { id, holder, breaker, write } = await twoWriters()
    await write(holder, { wishes: [restore] })
    await breaker.readLedger(stack)
    await write(holder, { addresses: [web, music], wishes: [restore] })
    await write(breaker, { wishes: [] })
    expect(await read()).toEqual({ id, addresses: [web, music] })
  })

  it('are read right where the ledger takes several versions', async () => {
    const large = Array.from({ length: 6_000 }, (_, index) =>
      addressOf('volume', `n${(index * 2_654_435_761).toString(36)}`),
    )
    const { holder, breaker, write } = await twoWriters(large)
    await write(holder, { addresses: [...large, web] })
    await write(breaker, { epoch, isForLock: true })
    const both = await read()
    expect(both?.epoch).toEqual(epoch)
    expect(new Set(both?.addresses)).toEqual(new Set([...large, web]))
    await expect(write(holder, { addresses: [web] })).rejects.toMatchObject({ code: 'LOCK_LOST' })
    expect((await read())?.addresses).toContain(web)
  })

  it('go on where old versions are tidied away', async () => {
    const { id = '', holder, breaker, write } = await twoWriters()
    await write(holder, { addresses: [web, music] })
    const { credentials, endpoint = '', region = '' } = fixture.target
    const { accessKeyId = '', secretAccessKey = '' } = credentials ?? {}
    const client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
    await write(holder, { addresses: [web, films] })
    await client.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: ['2'] }))
    client.destroy()
    await write(breaker, { epoch, isForLock: true })
    expect(await read()).toMatchObject({ addresses: [web, films], epoch })
  })
})
