import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Faults } from '../../src/sandbox/sandbox.js'
import { addressOf } from '../../src/model/address.js'
import { isOfClass } from '../../src/providers/ec2/errors/provider-errors.js'
import {
  emptyQuery,
  launchRequest,
  once,
  ownerOf,
  prepareGround,
  publicKey,
  stack,
  startFixture,
  tagsFor,
  volumeRequest,
  type Fixture,
} from './cloud-fixture.js'

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture({ seed: 7 })
})
afterEach(() => fixture.close())

/** Builds a small stack, changes every part of it, and takes it down; resolves to what is left of it. */
async function liveThrough() {
  const { cloud } = fixture
  const web = ownerOf(addressOf('server', 'web'))
  const music = ownerOf(addressOf('volume', 'music'))
  const ground = await prepareGround(cloud)
  const rule = {
    protocol: 'tcp',
    fromPort: 22,
    toPort: 22,
    source: { kind: 'cidr', cidr: '10.0.0.0/8' },
    description: undefined,
  } as const
  await cloud.authorizeIngress({ groupId: ground.groupId, rules: [rule] })
  const [server, volume] = await Promise.all([
    cloud.createServer(launchRequest(ground)),
    cloud.createVolume(volumeRequest('music')),
  ])
  await cloud.attachVolume({ volumeId: volume.id, instanceId: server.id })
  const id = await cloud.writeLedger({ stack, id: undefined, addresses: [web.address, music.address] })
  await cloud.setTags({ id: volume.id, tags: { team: 'sound' } })
  await cloud.removeTags({ id: volume.id, keys: ['team'], owner: music })
  await cloud.modifyVolume({
    volumeId: volume.id,
    sizeGiB: 20,
    type: 'gp3',
    iops: undefined,
    throughputMiBps: undefined,
    owner: music,
  })
  await cloud.createSnapshot({ volumeId: volume.id, description: '', tags: tagsFor('volume', 'music'), once: once() })
  await cloud.stopServer({ id: server.id, owner: web })
  await cloud.setServerType({ instanceId: server.id, type: 't3.large', owner: web })
  await cloud.startServer({ id: server.id, owner: web })

  const facts = await cloud.observe(emptyQuery())
  const built = {
    keyPairs: facts.keyPairs.length,
    rules: facts.securityGroups.map(({ ingress }) => ingress.length),
    servers: facts.servers.map(({ state, type }) => `${state} ${type}`),
    volumes: facts.volumes.map(({ state, sizeGiB, attachment }) => `${state} ${sizeGiB} ${attachment?.state}`),
    snapshots: facts.snapshots.length,
    ledger: facts.ledger?.addresses,
  }

  await cloud.detachVolume({ volumeId: volume.id, instanceId: server.id, owner: music })
  await cloud.terminateServer({ id: server.id, owner: web })
  await cloud.deleteVolume({ id: volume.id, owner: music })
  await cloud.revokeIngress({
    groupId: ground.groupId,
    rules: [rule],
    owner: ownerOf(addressOf('securityGroup', 'web')),
  })
  await cloud.deleteSecurityGroup({ id: ground.groupId, owner: ownerOf(addressOf('securityGroup', 'web')) })
  await cloud.deleteKeyPair({ id: facts.keyPairs[0]?.id ?? '', owner: ownerOf(addressOf('keyPair', 'deploy')) })
  await cloud.writeLedger({ stack, id, addresses: [] })
  fixture.sandbox.setFaults({})
  const left = await fixture.connect().observe(emptyQuery())
  return {
    built,
    left: [left.keyPairs, left.securityGroups, left.servers, left.volumes, left.snapshots].map((list) => list.length),
    ledger: left.ledger,
  }
}

const expected = {
  built: {
    keyPairs: 1,
    rules: [1],
    servers: ['running t3.large'],
    volumes: ['in-use 20 attached'],
    snapshots: 1,
    ledger: ['server.web', 'volume.music'],
  },
  left: [0, 0, 0, 0, 1],
  ledger: undefined,
}

describe('a whole life of a stack', () => {
  it.each<[what: string, Faults]>([
    ['nothing fails', {}],
    ['every third write gets no answer', { lostResponses: { probability: 0.33 } }],
    ['calls fail with 500 and 503, two in a row', { serverErrors: { probability: 0.15, burst: 2 } }],
    ['new things cannot be seen for a while', { visibilityDelayMs: { describe: 25, mutate: 40, filter: 30 } }],
    ['pages are empty', { emptyPages: { probability: 0.3 } }],
    [
      'all of it comes together',
      {
        lostResponses: { probability: 0.2 },
        serverErrors: { probability: 0.1 },
        visibilityDelayMs: { describe: 15, mutate: 25, filter: 20 },
        emptyPages: { probability: 0.2 },
        extraLatencyMs: { minimum: 0, maximum: 3 },
      },
    ],
  ])('leaves one of each and no orphan when %s', async (_, faults) => {
    fixture.sandbox.setFaults(faults)
    expect(await liveThrough()).toEqual(expected)
  })
})

const lost = (action: string): Faults => ({ scripted: [{ action, call: 1, failure: 'lost-response' }] })

describe('a lost answer', () => {
  it('to CreateSnapshot makes no second snapshot', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createVolume(volumeRequest('music'))
    fixture.sandbox.setFaults(lost('CreateSnapshot'))
    await cloud.createSnapshot({ volumeId: id, description: '', tags: tagsFor('volume', 'music'), once: once() })
    expect((await cloud.observe(emptyQuery())).snapshots).toHaveLength(1)
  })

  it('to RunInstances makes no second server', async () => {
    const ground = await prepareGround(fixture.cloud)
    fixture.sandbox.setFaults(lost('RunInstances'))
    await fixture.cloud.createServer(launchRequest(ground))
    expect((await fixture.cloud.observe(emptyQuery())).servers).toHaveLength(1)
  })

  it('to AttachVolume is looked up', async () => {
    const { cloud } = fixture
    const ground = await prepareGround(cloud)
    const [server, volume] = [
      await cloud.createServer(launchRequest(ground)),
      await cloud.createVolume(volumeRequest('music')),
    ]
    fixture.sandbox.setFaults(lost('AttachVolume'))
    await cloud.attachVolume({ volumeId: volume.id, instanceId: server.id })
    expect((await cloud.observe(emptyQuery())).volumes[0]?.attachment?.state).toBe('attached')
  })

  it('to ImportKeyPair is looked up', async () => {
    const { cloud } = fixture
    fixture.sandbox.setFaults(lost('ImportKeyPair'))
    const { id } = await cloud.importKeyPair({
      keyName: `${stack}-deploy`,
      publicKey,
      tags: tagsFor('keyPair', 'deploy'),
      once: once(),
    })
    expect((await cloud.observe(emptyQuery())).keyPairs.map((keyPair) => keyPair.id)).toEqual([id])
  })
})

describe('throttling', () => {
  it('is waited out', async () => {
    fixture.sandbox.setFaults({ throttling: true })
    const ground = await prepareGround(fixture.cloud)
    const cloud = fixture.connect({ pollScale: 0.05 })
    await Promise.all(Array.from({ length: 8 }, (_, index) => cloud.createServer(launchRequest(ground, `w-${index}`))))
    const throttled = fixture.requests().filter(({ errorCode }) => errorCode === 'RequestLimitExceeded')
    expect(throttled.length).toBeGreaterThan(0)
    expect((await cloud.observe(emptyQuery())).servers).toHaveLength(8)
  })
})

describe('failures that stay', () => {
  it('become an error that says so, after a bounded number of attempts', async () => {
    fixture.sandbox.setFaults({ serverErrors: { probability: 1, only: ['CreateVolume'] } })
    const error: unknown = await fixture.cloud.createVolume(volumeRequest('music')).catch((thrown: unknown) => thrown)
    expect(isOfClass(error, 'ambiguous')).toBe(true)
    expect(error).toMatchObject({ code: 'EC2_UNAVAILABLE', requestId: expect.stringMatching(/.+/) })
    expect(fixture.requests().filter(({ action }) => action === 'CreateVolume')).toHaveLength(8)
  })

  it('in one stream of an observation fail it whole', async () => {
    fixture.sandbox.setFaults({ serverErrors: { probability: 1, only: ['DescribeSnapshots'] } })
    await expect(fixture.cloud.observe(emptyQuery())).rejects.toMatchObject({ action: 'DescribeSnapshots' })
  })
})
