import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateTagsCommand,
  DescribeAddressesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addressOf } from '../../../../src/model/address.js'
import { tagKeys } from '../../../../src/model/tags.js'
import {
  emptyQuery,
  launchRequest,
  once,
  ownerOf,
  prepareGround,
  startFixture,
  tagsFor,
  type Fixture,
  type Ground,
} from '../../cloud-fixture.js'

let fixture: Fixture
let client: EC2Client
let ground: Ground
beforeEach(async () => {
  fixture = await startFixture()
  const { endpoint, region, accessKeyId, secretAccessKey } = fixture.sandbox
  client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 })
  ground = await prepareGround(fixture.cloud)
})
afterEach(async () => {
  client.destroy()
  await fixture.close()
})

const owner = ownerOf(addressOf('elasticIp', 'web'))
const server = ownerOf(addressOf('server', 'web'))
const allocate = () => fixture.cloud.allocateAddress({ tags: tagsFor('elasticIp', 'web'), once: once() })
const launch = (name = 'web') => fixture.cloud.createServer(launchRequest(ground, name))
const addresses = async () => (await client.send(new DescribeAddressesCommand({}))).Addresses ?? []
const leadsTo = async () => (await addresses()).map(({ InstanceId }) => InstanceId)
/** Somebody's own address, on an instance of ours. */
const wear = async (instanceId: string) => {
  const { AllocationId } = await client.send(new AllocateAddressCommand({}))
  await client.send(new AssociateAddressCommand({ AllocationId, InstanceId: instanceId }))
}
const sent = (action: string) => fixture.requests().filter((request) => request.action === action)

describe('an elastic address is allocated', () => {
  it('once, however often the same operation asks, with its tags in the call', async () => {
    const request = { tags: tagsFor('elasticIp', 'web'), once: once() }
    const first = await fixture.cloud.allocateAddress(request)
    expect(await fixture.connect().allocateAddress(request)).toEqual(first)
    const [address, ...others] = await addresses()
    expect(others).toEqual([])
    expect(address).toMatchObject({ AllocationId: first.id, PublicIp: first.publicIp })
    expect(address?.Tags).toContainEqual({ Key: tagKeys.address, Value: 'elasticIp.web' })
    expect(sent('CreateTags')).toEqual([])
  })

  it('once where the answer is lost', async () => {
    fixture.sandbox.setFaults({ scripted: [{ action: 'AllocateAddress', call: 1, failure: 'lost-response' }] })
    const { publicIp } = await allocate()
    expect((await addresses()).map(({ PublicIp }) => PublicIp)).toEqual([publicIp])
  })

  it('as far as the quota goes', async () => {
    await Promise.all(Array.from({ length: 5 }, allocate))
    await expect(allocate()).rejects.toMatchObject({ code: 'EC2_QUOTA', errorClass: 'quota' })
    expect(sent('AllocateAddress')).toHaveLength(6)
  })
})

describe('an elastic address is associated', () => {
  it('with a running and with a stopped server, and once', async () => {
    const { cloud } = fixture
    const [{ id, publicIp }, running, stopped] = await Promise.all([allocate(), launch(), launch('db')])
    await cloud.stopServer({ id: stopped.id, owner: ownerOf(addressOf('server', 'db')) })
    const request = { id, owner, instanceId: running.id, server }
    expect(await cloud.associateAddress(request)).toMatchObject({ effect: 'done', publicIp })
    expect(await cloud.associateAddress(request)).toEqual({ effect: 'unchanged', publicIp })
    expect(sent('AssociateAddress').map(({ parameters }) => parameters['AllowReassociation'])).toEqual(['false'])
    const { servers } = await cloud.observe(emptyQuery())
    expect(servers.find((found) => found.id === running.id)).toMatchObject({ publicIp, elasticIp: publicIp })
    await cloud.disassociateAddress({ id, owner, instanceId: running.id })
    const other = { id, owner, instanceId: stopped.id, server: ownerOf(addressOf('server', 'db')) }
    expect(await cloud.associateAddress(other)).toMatchObject({ effect: 'done', publicIp })
    expect(await leadsTo()).toEqual([stopped.id])
  })

  it('though the first answer is lost', async () => {
    const [{ id }, { id: instanceId }] = await Promise.all([allocate(), launch()])
    fixture.sandbox.setFaults({ scripted: [{ action: 'AssociateAddress', call: 1, failure: 'lost-response' }] })
    expect(await fixture.cloud.associateAddress({ id, owner, instanceId, server })).toMatchObject({ effect: 'done' })
    expect(await leadsTo()).toEqual([instanceId])
  })

  it('never away from where it leads', async () => {
    const [{ id }, ours, theirs] = await Promise.all([allocate(), launch(), launch('db')])
    await client.send(new AssociateAddressCommand({ AllocationId: id, InstanceId: theirs.id }))
    const request = { id, owner, instanceId: ours.id, server }
    await expect(fixture.cloud.associateAddress(request)).rejects.toMatchObject({ code: 'EC2_CONFLICT' })
    expect(await leadsTo()).toEqual([theirs.id])
    // EC2 would refuse it too; it is not even asked.
    expect(sent('AssociateAddress').map(({ parameters }) => parameters['InstanceId'])).toEqual([theirs.id])
  })

  it('never in the place of somebody’s own', async () => {
    const [{ id }, { id: instanceId }] = await Promise.all([allocate(), launch()])
    await wear(instanceId)
    const request = { id, owner, instanceId, server }
    await expect(fixture.cloud.associateAddress(request)).rejects.toMatchObject({ code: 'EC2_CONFLICT' })
    expect(new Set(await leadsTo())).toEqual(new Set([undefined, instanceId]))
    expect(sent('AssociateAddress').filter(({ parameters }) => parameters['AllocationId'] === id)).toEqual([])
  })

  it('only where both are still ours', async () => {
    const { cloud } = fixture
    const [{ id }, { id: instanceId }] = await Promise.all([allocate(), launch()])
    const elsewhere = (address: string) => [{ Key: tagKeys.address, Value: address }]
    await client.send(new CreateTagsCommand({ Resources: [instanceId], Tags: elsewhere('server.other') }))
    const request = { id, owner, instanceId, server }
    await expect(cloud.associateAddress(request)).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
    await client.send(new CreateTagsCommand({ Resources: [instanceId], Tags: elsewhere('server.web') }))
    await client.send(new CreateTagsCommand({ Resources: [id], Tags: elsewhere('elasticIp.other') }))
    await expect(cloud.associateAddress(request)).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
    expect(await leadsTo()).toEqual([undefined])
  })
})

describe('an elastic address is disassociated', () => {
  it('from the instance that was meant, which tells the address that it has then', async () => {
    const { cloud } = fixture
    const [{ id, publicIp }, { id: instanceId }] = await Promise.all([allocate(), launch()])
    await cloud.associateAddress({ id, owner, instanceId, server })
    const { effect, publicIp: own } = await cloud.disassociateAddress({ id, owner, instanceId })
    expect(effect).toBe('done')
    const { servers } = await cloud.observe(emptyQuery())
    expect(servers[0]).toMatchObject({ publicIp: own })
    expect(servers[0]).not.toHaveProperty('elasticIp')
    expect(own).not.toBe(publicIp)
    expect(await cloud.disassociateAddress({ id, owner, instanceId })).toMatchObject({
      effect: 'unchanged',
      publicIp: own,
    })
  })

  it('by itself when its instance ends', async () => {
    const { cloud } = fixture
    const [{ id }, { id: instanceId }] = await Promise.all([allocate(), launch()])
    await cloud.associateAddress({ id, owner, instanceId, server })
    await cloud.terminateServer({ id: instanceId, owner: server })
    const ended = await cloud.disassociateAddress({ id, owner, instanceId })
    expect(ended).toEqual({ effect: 'unchanged', publicIp: undefined })
  })

  it('from no other instance, and not when it is not ours', async () => {
    const { cloud } = fixture
    const [{ id }, ours, theirs] = await Promise.all([allocate(), launch(), launch('db')])
    await client.send(new AssociateAddressCommand({ AllocationId: id, InstanceId: theirs.id }))
    const request = { id, owner, instanceId: ours.id }
    await expect(cloud.disassociateAddress(request)).rejects.toMatchObject({ code: 'EC2_CONFLICT' })
    await client.send(
      new CreateTagsCommand({ Resources: [id], Tags: [{ Key: tagKeys.stack, Value: 'another-stack' }] }),
    )
    const meant = { id, owner, instanceId: theirs.id }
    await expect(cloud.disassociateAddress(meant)).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
    expect(await leadsTo()).toEqual([theirs.id])
  })
})

describe('an elastic address is released', () => {
  it('once, also where the answer is lost', async () => {
    const { id } = await allocate()
    fixture.sandbox.setFaults({ scripted: [{ action: 'ReleaseAddress', call: 1, failure: 'lost-response' }] })
    expect(await fixture.cloud.releaseAddress({ id, owner })).toBe('done')
    expect(await fixture.cloud.releaseAddress({ id, owner })).toBe('unchanged')
    expect(await addresses()).toEqual([])
  })

  it('never while it leads anywhere, and not when it is not ours', async () => {
    const [{ id }, { id: instanceId }] = await Promise.all([allocate(), launch()])
    await client.send(new AssociateAddressCommand({ AllocationId: id, InstanceId: instanceId }))
    const later = fixture.connect()
    await expect(later.releaseAddress({ id, owner })).rejects.toMatchObject({ code: 'EC2_CONFLICT' })
    const others = ownerOf(addressOf('elasticIp', 'other'))
    await expect(later.releaseAddress({ id, owner: others })).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
    expect(sent('ReleaseAddress')).toEqual([])
  })
})

describe('an observation', () => {
  const describes =
    (query = {}) =>
    async () => {
      fixture.requests()
      const { elasticIps } = await fixture.connect().observe(emptyQuery(query))
      return { elasticIps, calls: sent('DescribeAddresses').length }
    }

  it('asks for elastic addresses only where the file or the ledger names one', async () => {
    const { cloud } = fixture
    const { id, publicIp } = await allocate()
    expect(await describes()()).toEqual({ elasticIps: undefined, calls: 0 })
    const found = { elasticIps: [expect.objectContaining({ id, publicIp, association: undefined })], calls: 1 }
    expect(await describes({ elasticIps: true })()).toEqual(found)
    const stack = emptyQuery().stack
    const id2 = await cloud.writeLedger({ stack, id: undefined, addresses: [addressOf('server', 'web')] })
    expect(await describes()()).toEqual({ elasticIps: undefined, calls: 0 })
    await cloud.writeLedger({ stack, id: id2, addresses: [owner.address] })
    expect(await describes()()).toEqual(found)
  })

  it('tells whose address a server has', async () => {
    const { id: instanceId } = await launch()
    const before = await fixture.cloud.observe(emptyQuery())
    expect(before.servers[0]).not.toHaveProperty('elasticIp')
    await wear(instanceId)
    const [found] = (await fixture.cloud.observe(emptyQuery({ elasticIps: true }))).servers
    expect(found?.elasticIp).toBe(found?.publicIp)
  })
})
