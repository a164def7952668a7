import { describe, expect, it } from 'vitest'
import { addressOf } from '../../src/model/address.js'
import {
  emptyQuery,
  launchRequest,
  once,
  ownerOf,
  prepareGround,
  stack,
  startFixture,
  tagsFor,
  volumeRequest,
  type Fixture,
} from './cloud-fixture.js'

/** How many seeds are tried, and the first of them; more by EVENKEEL_SEEDS=100 EVENKEEL_SEED=1000. */
const seedsTried = Number(process.env['EVENKEEL_SEEDS'] ?? 6)
const firstSeed = Number(process.env['EVENKEEL_SEED'] ?? 100)

const names = ['music', 'photos', 'films']
const web = ownerOf(addressOf('server', 'web'))
const volumeOwners = names.map((name) => ownerOf(addressOf('volume', name)))

describe('a stack that lives through random failures and slow spreading', () => {
  it.each(Array.from({ length: seedsTried }, (_, index) => firstSeed + index))(
    'has one of each, and leaves nothing behind: seed %i',
    async (seed) => {
      const fixture = await startFixture({ seed, latencies: short })
      fixture.sandbox.setFaults({
        lostResponses: { probability: 0.25 },
        serverErrors: { probability: 0.15 },
        visibilityDelayMs: { describe: 20, mutate: 30, filter: 30 },
        emptyPages: { probability: 0.2 },
        terminatedToken: seed % 2 === 0 ? 'instance' : 'error',
      })
      try {
        await expectLife(fixture)
      } finally {
        await fixture.close()
      }
    },
    60_000,
  )
})

const short = {
  instancePendingMs: 20,
  instanceStoppingMs: 10,
  instanceShuttingDownMs: 10,
  interfaceReleaseMs: 30,
  consoleMs: 0,
  consolePostedMs: 0,
  volumeCreatingMs: 10,
  volumeDeletingMs: 10,
  attachingMs: 15,
  detachingMs: 15,
  snapshotPendingMs: 20,
  modifyingMs: 10,
  optimizingMs: 30,
}

/** What belongs together runs side by side, as the executor does it. */
async function expectLife(fixture: Fixture): Promise<void> {
  const { cloud } = fixture
  const ground = await prepareGround(cloud)
  const request = launchRequest(ground)
  const [server, ...volumes] = await Promise.all([
    cloud.createServer(request),
    ...names.map((name) => cloud.createVolume(volumeRequest(name))),
  ])
  const pairs = volumes.map(({ id }, index) => ({ id, owner: volumeOwners[index] ?? web }))
  await Promise.all(pairs.map(({ id }) => cloud.attachVolume({ volumeId: id, instanceId: server.id })))
  await Promise.all(
    pairs.map(({ id, owner }) =>
      cloud.modifyVolume({
        volumeId: id,
        sizeGiB: 20,
        type: 'gp3',
        iops: undefined,
        throughputMiBps: undefined,
        owner,
      }),
    ),
  )
  await Promise.all(
    pairs.map(({ id }, index) =>
      cloud.createSnapshot({
        volumeId: id,
        description: '',
        tags: tagsFor('volume', names[index] ?? ''),
        once: once(),
      }),
    ),
  )
  const ledger = await cloud.writeLedger({ stack, id: undefined, addresses: [web.address] })
  const facts = await fixture.connect().observe(emptyQuery())
  expect([facts.servers, facts.volumes, facts.snapshots].map((list) => list.length)).toEqual([1, 3, 3])

  await Promise.all(pairs.map(({ id, owner }) => cloud.detachVolume({ volumeId: id, instanceId: server.id, owner })))
  await cloud.terminateServer({ id: server.id, owner: web })
  // Another process, with the same token: the old instance is gone, so it launches one.
  const again = await fixture.connect().createServer(request)
  expect(again.id).not.toBe(server.id)
  await cloud.terminateServer({ id: again.id, owner: web })
  await Promise.all(pairs.map(({ id, owner }) => cloud.deleteVolume({ id, owner })))
  await cloud.deleteSecurityGroup({ id: ground.groupId, owner: ownerOf(addressOf('securityGroup', 'web')) })
  await cloud.writeLedger({ stack, id: ledger, addresses: [] })

  fixture.sandbox.setFaults({})
  const left = await fixture.connect().observe(emptyQuery())
  expect([left.servers, left.volumes, left.securityGroups].map((list) => list.length)).toEqual([0, 0, 0])
  expect(left.ledger).toBeUndefined()
}
