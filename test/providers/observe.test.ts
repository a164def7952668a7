import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tagKeys } from '../../src/model/tags.js'
import { addressOf } from '../../src/model/address.js'
import {
  debian,
  emptyQuery,
  launchRequest,
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
  fixture = await startFixture()
})
afterEach(() => fixture.close())

describe('observe', () => {
  it('finds nothing of a stack that is not there', async () => {
    const facts = await fixture.cloud.observe(emptyQuery())
    expect(facts).toMatchObject({
      region: 'us-east-1',
      keyPairs: [],
      securityGroups: [],
      servers: [],
      volumes: [],
      snapshots: [],
      images: {},
      subnets: {},
      ledger: undefined,
      operatorIp: undefined,
      unnamed: [],
    })
    expect(facts.zones).toContain('us-east-1a')
    expect([...facts.zones].sort()).toEqual(facts.zones)
  })

  it('reads a stack in which nothing is to be made in eight calls', async () => {
    fixture.requests()
    await fixture.cloud.observe(emptyQuery({ images: [debian] }))
    expect(fixture.requests()).toHaveLength(8)
  })

  it('tells where servers can run: each type with its zones and architectures, and the default subnets', async () => {
    fixture.requests()
    const types = ['t3.small', 't4g.small', 't2.micro', 't9.huge']
    const { types: offered, defaultSubnets } = await fixture.cloud.readOffers({ types, defaultSubnets: true })
    expect(fixture.requests()).toHaveLength(3)
    expect(offered['t9.huge']).toBeNull()
    expect(offered['t4g.small']?.architectures).toEqual(['arm64'])
    expect(offered['t2.micro']?.zones).toContain('us-east-1e')
    expect(offered['t3.small']?.zones).not.toContain('us-east-1e')
    expect(defaultSubnets?.map(({ zone }) => zone).slice(0, 2)).toEqual(['us-east-1a', 'us-east-1b'])
  })

  it('keeps Local Zones apart from those that a server is put into by itself', async () => {
    expect(await fixture.cloud.observe(emptyQuery())).not.toHaveProperty('edgeZones')
    fixture.sandbox.setFaults({ localZones: true })
    const { zones, edgeZones } = await fixture.cloud.observe(emptyQuery())
    expect(edgeZones).toEqual(['us-east-1-bos-1a'])
    expect(zones).not.toContain('us-east-1-bos-1a')
    const { types } = await fixture.cloud.readOffers({ types: ['t3.medium', 't3.small'], defaultSubnets: false })
    expect(types['t3.medium']?.zones).toContain('us-east-1-bos-1a')
    expect(types['t3.small']?.zones).not.toContain('us-east-1-bos-1a')
  })

  it('reads a whole stack', async () => {
    const { cloud } = fixture
    const ground = await prepareGround(cloud)
    const rule = {
      protocol: 'tcp',
      fromPort: 22,
      toPort: 22,
      source: { kind: 'cidr', cidr: '203.0.113.7/32' },
      description: 'the office',
    } as const
    await cloud.authorizeIngress({ groupId: ground.groupId, rules: [rule] })
    const server = await cloud.createServer(launchRequest(ground))
    const volume = await cloud.createVolume(volumeRequest('music'))
    await cloud.attachVolume({ volumeId: volume.id, instanceId: server.id })
    const snapshot = await cloud.createSnapshot({
      volumeId: volume.id,
      description: 'before the move',
      tags: tagsFor('volume', 'music'),
      once: 'snapshot-1',
    })
    await cloud.writeLedger({ stack, id: undefined, addresses: [addressOf('server', 'web')] })

    const facts = await cloud.observe(emptyQuery({ images: [debian], operatorIp: true }))
    expect(facts.keyPairs).toMatchObject([{ address: 'keyPair.deploy', keyName: `${stack}-deploy`, publicKey }])
    expect(facts.securityGroups).toMatchObject([
      { address: 'securityGroup.web', id: ground.groupId, description: 'web tier', ingress: [rule] },
    ])
    expect(facts.servers).toMatchObject([
      {
        address: 'server.web',
        id: server.id,
        state: 'running',
        type: 't3.small',
        imageId: ground.imageId,
        architecture: 'x86_64',
        zone: 'us-east-1a',
        keyName: `${stack}-deploy`,
        securityGroupIds: [ground.groupId],
        privateIp: server.privateIp,
        rootVolume: { sizeGiB: 16, type: 'gp3' },
        tags: { [tagKeys.run]: 'run-1' },
      },
    ])
    expect(facts.volumes).toMatchObject([
      {
        address: 'volume.music',
        id: volume.id,
        state: 'in-use',
        sizeGiB: 10,
        type: 'gp3',
        zone: 'us-east-1a',
        attachment: { instanceId: server.id, state: 'attached', deviceName: '/dev/sdf' },
      },
    ])
    expect(facts.snapshots).toMatchObject([
      { address: 'volume.music', id: snapshot.id, volumeId: volume.id, state: 'completed', sizeGiB: 10 },
    ])
    expect(Object.keys(facts.images)).toEqual(['136693071363/debian-12-amd64-*/x86_64'])
    expect(facts.ledger?.addresses).toEqual(['server.web'])
    expect(facts.operatorIp).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
    expect(facts.account).toBe(fixture.sandbox.accountId)
  })

  it('sends no call that changes anything', async () => {
    await fixture.cloud.observe(emptyQuery({ images: [debian], operatorIp: true }))
    const requests = fixture.requests()
    expect(requests.length).toBeGreaterThan(5)
    expect(requests.filter(({ mutating }) => mutating)).toEqual([])
  })

  it('leaves out what is terminated or deleted, and volumes that servers start from', async () => {
    const { cloud } = fixture
    const ground = await prepareGround(cloud)
    const server = await cloud.createServer(launchRequest(ground))
    const kept = await cloud.createServer(launchRequest(ground, 'worker'))
    const volume = await cloud.createVolume(volumeRequest('music'))
    await cloud.terminateServer({ id: server.id, owner: { stack, address: addressOf('server', 'web') } })
    await cloud.deleteVolume({ id: volume.id, owner: { stack, address: addressOf('volume', 'music') } })
    const facts = await cloud.observe(emptyQuery())
    expect(facts.servers.map(({ id }) => id)).toEqual([kept.id])
    expect(facts.volumes).toEqual([])
  })

  it('gives a volume and a snapshot that the file names the address that names them', async () => {
    const { cloud } = fixture
    const foreign = await cloud.createVolume(volumeRequest('x', { tags: { Name: 'somebody’s' } }))
    const snapshot = await cloud.createSnapshot({ volumeId: foreign.id, description: '', tags: {}, once: 'snapshot-2' })
    const address = addressOf('volume', 'music')
    const facts = await cloud.observe(
      emptyQuery({
        volumeIds: [
          { id: foreign.id, address },
          { id: 'vol-0123456789abcdef0', address: addressOf('volume', 'gone') },
        ],
        snapshotIds: [{ id: snapshot.id, address }],
      }),
    )
    expect(facts.volumes).toMatchObject([{ id: foreign.id, address, tags: { Name: 'somebody’s' } }])
    expect(facts.snapshots).toMatchObject([{ id: snapshot.id, address }])
  })

  it('asks for what others may own by its id, never by a filter over everything public', async () => {
    const { cloud } = fixture
    const volume = await cloud.createVolume(volumeRequest('music'))
    const snapshot = await cloud.createSnapshot({ volumeId: volume.id, description: '', tags: {}, once: 'snapshot-3' })
    const { images } = await cloud.observe(emptyQuery({ images: [debian] }))
    const id = Object.values(images)[0]?.id ?? ''
    const named = ['ami-0123456789abcdef0', 'ami-nonsense', id].map((one) => ({ kind: 'id', id: one }) as const)
    const address = addressOf('volume', 'music')
    fixture.requests()
    const facts = await cloud.observe(
      emptyQuery({
        images: named,
        snapshotIds: [
          { id: 'snap-0123456789abcdef0', address },
          { id: snapshot.id, address },
        ],
      }),
    )
    expect(Object.keys(facts.images)).toEqual([id])
    expect(facts.snapshots.map((found) => found.id)).toEqual([snapshot.id])
    const asked = fixture
      .requests()
      .filter(({ action }) => action === 'DescribeSnapshots' || action === 'DescribeImages')
      .map(({ parameters }) => Object.keys(parameters))
    expect(asked.length).toBeGreaterThan(2)
    expect(asked.filter((names) => !names.some((name) => /^(Owner|SnapshotId|ImageId)\.1$/.test(name)))).toEqual([])
  })

  it('finds the account behind pages that have nothing on them', async () => {
    fixture.sandbox.setFaults({ emptyPages: { probability: 0.5, only: ['DescribeSecurityGroups'] } })
    const guarded = fixture.connect({}, { account: fixture.sandbox.accountId })
    for (let reading = 0; reading < 5; reading += 1) {
      expect((await guarded.observe(emptyQuery())).account).toBe(fixture.sandbox.accountId)
    }
  })

  it('lists a volume once when its tags and the file name it', async () => {
    const { cloud } = fixture
    const volume = await cloud.createVolume(volumeRequest('music'))
    const named = { id: volume.id, address: addressOf('volume', 'music') }
    const facts = await cloud.observe(emptyQuery({ volumeIds: [named] }))
    expect(facts.volumes.map(({ id }) => id)).toEqual([volume.id])
  })

  it('lists what carries the stack’s tag and no address of its kind apart', async () => {
    const { cloud } = fixture
    const nameless = await cloud.createVolume(volumeRequest('x', { tags: { [tagKeys.stack]: stack } }))
    const mistaken = await cloud.createVolume(volumeRequest('x', { tags: tagsFor('server', 'web') }))
    const facts = await cloud.observe(emptyQuery())
    expect(facts.volumes).toEqual([])
    const expected = [
      { id: nameless.id, addressTag: undefined },
      { id: mistaken.id, addressTag: 'server.web' },
    ]
    expect(facts.unnamed).toEqual(expected.sort((left, right) => (left.id < right.id ? -1 : 1)))
  })

  it('sees nothing of another stack', async () => {
    await fixture.cloud.createVolume(
      volumeRequest('music', { tags: { ...tagsFor('volume', 'music'), [tagKeys.stack]: 'other' } }),
    )
    expect((await fixture.cloud.observe(emptyQuery())).volumes).toEqual([])
  })

  it('reads images by id, by name and by parameter, the newest of several, none for what is not there', async () => {
    const { cloud } = fixture
    const named = Object.values((await cloud.observe(emptyQuery({ images: [debian] }))).images)[0]
    const parameter = '/aws/service/debian/release/12/latest/amd64'
    const facts = await cloud.observe(
      emptyQuery({
        images: [
          debian,
          { kind: 'id', id: named?.id ?? '' },
          { kind: 'id', id: 'ami-0123456789abcdef0' },
          { kind: 'ssm', parameter },
          { kind: 'ssm', parameter: '/aws/service/nothing' },
          { ...debian, name: 'no-such-*' },
        ],
      }),
    )
    expect(Object.entries(facts.images).map(([key, { id }]) => [key, id])).toEqual(
      [
        ['136693071363/debian-12-amd64-*/x86_64', named?.id],
        [named?.id, named?.id],
        [`ssm:${parameter}`, named?.id],
      ].sort(([left], [right]) => ((left ?? '') < (right ?? '') ? -1 : 1)),
    )
    expect(named).toMatchObject({
      owner: debian.owner,
      architecture: 'x86_64',
      rootDeviceName: '/dev/xvda',
      rootSizeGiB: 8,
    })
    expect(named?.name).toMatch(/^debian-12-amd64-2026/)
  })

  it('reads subnets by id, none for what is not there', async () => {
    const ground = await prepareGround(fixture.cloud)
    await fixture.cloud.createServer(launchRequest(ground))
    const subnetId = (await fixture.cloud.observe(emptyQuery())).servers[0]?.subnetId ?? ''
    const subnets = [
      { kind: 'id', id: subnetId },
      { kind: 'id', id: 'subnet-0123456789abcdef0' },
      { kind: 'tag', key: 'tier', value: 'no*such' },
    ] as const
    const facts = await fixture.cloud.observe(emptyQuery({ subnets }))
    expect(facts.subnets).toMatchObject({ [subnetId]: { id: subnetId, zone: 'us-east-1a' } })
    expect(Object.keys(facts.subnets)).toEqual([subnetId])
  })
})
