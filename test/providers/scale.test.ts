import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addressOf } from '../../src/model/address.js'
import {
  debian,
  emptyQuery,
  launchRequest,
  prepareGround,
  startFixture,
  tagsFor,
  volumeRequest,
  type Fixture,
} from './cloud-fixture.js'

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.close())

describe('an observation', () => {
  it('of 50 servers and 100 volumes takes at most 12 calls', async () => {
    const { cloud } = fixture
    const ground = await prepareGround(cloud)
    await Promise.all([
      ...Array.from({ length: 50 }, (_, index) =>
        cloud.createServer(launchRequest(ground, 'web', { tags: tagsFor('server', 'web', index) })),
      ),
      ...Array.from({ length: 100 }, (_, index) => cloud.createVolume(volumeRequest(`data-${index}`))),
    ])
    await cloud.writeLedger({ stack: 'music-staging', id: undefined, addresses: [addressOf('server', 'web', 0)] })
    const adopted = await cloud.createVolume(volumeRequest('x', { tags: {} }))
    fixture.requests()
    const facts = await fixture.connect({}, { account: fixture.sandbox.accountId }).observe(
      emptyQuery({
        images: [debian],
        operatorIp: true,
        volumeIds: [{ id: adopted.id, address: addressOf('volume', 'adopted') }],
        snapshotIds: [{ id: 'snap-0123456789abcdef0', address: addressOf('volume', 'adopted') }],
        subnets: [{ kind: 'tag', key: 'tier', value: 'private' }],
      }),
    )
    expect(facts.servers.map(({ address }) => address)).toEqual(
      Array.from({ length: 50 }, (_, index) => `server.web[${index}]`),
    )
    expect(facts.volumes).toHaveLength(101)
    const actions = fixture.requests().map(({ action }) => action)
    expect(actions.length).toBeLessThanOrEqual(12)
  })

  it('goes through all pages, empty ones too', async () => {
    const { cloud } = fixture
    await Promise.all(Array.from({ length: 60 }, (_, index) => cloud.createVolume(volumeRequest(`data-${index}`))))
    fixture.sandbox.setFaults({ emptyPages: { probability: 0.4 } })
    fixture.requests()
    const facts = await fixture.connect({ pageSize: 5 }).observe(emptyQuery())
    expect(new Set(facts.volumes.map(({ id }) => id)).size).toBe(60)
    const pages = fixture.requests().filter(({ action }) => action === 'DescribeVolumes')
    expect(pages.length).toBeGreaterThan(12)
    expect(new Set(pages.map(({ parameters }) => parameters['MaxResults']))).toEqual(new Set(['5']))
  })

  it('of more than a thousand volumes is whole', async () => {
    const { cloud } = fixture
    await Promise.all(Array.from({ length: 1_040 }, (_, index) => cloud.createVolume(volumeRequest(`data-${index}`))))
    fixture.requests()
    expect((await cloud.observe(emptyQuery())).volumes).toHaveLength(1_040)
    expect(fixture.requests().filter(({ action }) => action === 'DescribeVolumes')).toHaveLength(2)
  })

  it('waits for many volumes with a few calls', async () => {
    fixture.requests()
    const { cloud } = fixture
    await Promise.all(Array.from({ length: 100 }, (_, index) => cloud.createVolume(volumeRequest(`data-${index}`))))
    const reads = fixture.requests().filter(({ mutating }) => !mutating)
    expect(reads.length).toBeLessThan(50)
  })
})
