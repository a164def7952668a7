import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addressOf } from '../../../../src/model/address.js'
import { hearingWaits, type Wait } from '../../../../src/core/wait-sink.js'
import { tagKeys } from '../../../../src/model/tags.js'
import {
  emptyQuery,
  launchRequest,
  once,
  ownerOf,
  prepareGround,
  stack,
  startFixture,
  tagsFor,
  type Fixture,
  type Ground,
} from '../../cloud-fixture.js'

const owner = ownerOf(addressOf('server', 'web'))
let fixture: Fixture
let ground: Ground
beforeEach(async () => {
  fixture = await startFixture()
  ground = await prepareGround(fixture.cloud)
  fixture.requests()
})
afterEach(() => fixture.close())

const liveServers = async () => (await fixture.cloud.observe(emptyQuery())).servers

describe('a server', () => {
  it('is launched once, however often it is asked for with the same token', async () => {
    const request = launchRequest(ground)
    const first = await fixture.cloud.createServer(request)
    const second = await fixture.connect().createServer(request)
    expect(second).toEqual(first)
    expect(first).toMatchObject({ zone: 'us-east-1a' })
    expect(first.privateIp).toMatch(/^\d+\./)
    expect(await liveServers()).toHaveLength(1)
  })

  it('is launched with its tags, its root volume’s tags, and IMDSv2 alone', async () => {
    await fixture.cloud.createServer(launchRequest(ground, 'web', { userData: '#!/bin/sh\necho grüß', protect: true }))
    const parameters = fixture.requests().find(({ action }) => action === 'RunInstances')?.parameters
    expect(parameters).toMatchObject({
      'MetadataOptions.HttpTokens': 'required',
      DisableApiTermination: 'true',
      'BlockDeviceMapping.1.Ebs.DeleteOnTermination': 'true',
      'BlockDeviceMapping.1.Ebs.VolumeSize': '16',
      'TagSpecification.1.ResourceType': 'instance',
      'TagSpecification.2.ResourceType': 'volume',
      'Placement.AvailabilityZone': 'us-east-1a',
    })
    expect((await liveServers())[0]?.rootVolume).toMatchObject({ sizeGiB: 16, type: 'gp3' })
  })

  it.each(['error', 'instance'] as const)(
    'is launched anew when the token’s instance was terminated, and EC2 answers with the %s',
    async (terminatedToken) => {
      fixture.sandbox.setFaults({ terminatedToken })
      const request = launchRequest(ground)
      const first = await fixture.cloud.createServer(request)
      await fixture.cloud.terminateServer({ id: first.id, owner })
      const second = await fixture.connect().createServer(request)
      expect(second.id).not.toBe(first.id)
      const third = await fixture.connect().createServer(request)
      expect(third.id).toBe(second.id)
    },
  )

  it('names the earlier instance when the same token comes with other settings', async () => {
    const request = launchRequest(ground)
    const first = await fixture.cloud.createServer(request)
    await expect(fixture.cloud.createServer({ ...request, type: 't3.large' })).rejects.toMatchObject({
      code: 'EC2_CONFLICT',
      message: expect.stringContaining(first.id),
    })
    expect(await liveServers()).toHaveLength(1)
  })

  it('tells why EC2 ended it while it was starting', async () => {
    fixture.sandbox.setFaults({ launchFailures: { probability: 1 } })
    await expect(fixture.cloud.createServer(launchRequest(ground))).rejects.toMatchObject({
      code: 'EC2_LAUNCH_FAILED',
      message: expect.stringMatching(/ended i-[0-9a-f]+ while it was starting: (Client|Server)\./),
    })
    expect(fixture.requests().filter(({ action }) => action === 'RunInstances')).toHaveLength(1)
  })

  it('is not asked for again when there is no capacity', async () => {
    fixture.sandbox.setFaults({ capacity: { probability: 1 } })
    await expect(fixture.cloud.createServer(launchRequest(ground))).rejects.toMatchObject({
      errorClass: 'capacity',
      code: 'EC2_CAPACITY',
    })
    expect(fixture.requests().filter(({ action }) => action === 'RunInstances')).toHaveLength(1)
  })

  it('is started again when EC2 has no room for it at first, and says so meanwhile', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createServer(launchRequest(ground))
    await cloud.stopServer({ id, owner })
    const failure = { code: 'InsufficientInstanceCapacity', message: 'no room', httpStatus: 500 }
    fixture.sandbox.setFaults({
      scripted: [1, 2].map((call) => ({ action: 'StartInstances', call, failure })),
    })
    const heard: string[] = []
    const started = await hearingWaits(
      ({ what, state }) => heard.push(`${what}: ${state}`),
      () => cloud.startServer({ id, owner }),
    )
    expect(started).toMatchObject({ id, effect: 'done' })
    expect(heard.filter((text) => text.includes('room'))).toEqual(
      [1, 2].map(() => `waiting for EC2 to have room for ${id}: InsufficientInstanceCapacity`),
    )
  })

  it('that falls back to stopped for want of room is told as that, and left as it was', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createServer(launchRequest(ground))
    await cloud.stopServer({ id, owner })
    fixture.sandbox.setFaults({ startFailures: { probability: 1 } })
    fixture.requests()
    await expect(cloud.startServer({ id, owner })).rejects.toMatchObject({
      code: 'EC2_CAPACITY',
      errorClass: 'capacity',
      message: expect.stringContaining(id),
    })
    expect(fixture.requests().filter(({ action }) => action === 'StartInstances')).toHaveLength(5)
    expect((await liveServers())[0]?.state).toBe('stopped')
  })

  it('stops and starts, and is left alone when it does so already', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createServer(launchRequest(ground))
    expect(await cloud.startServer({ id, owner })).toMatchObject({ id, effect: 'unchanged' })
    expect(await cloud.stopServer({ id, owner })).toBe('done')
    expect(await cloud.stopServer({ id, owner })).toBe('unchanged')
    expect((await liveServers())[0]?.state).toBe('stopped')
    expect(await cloud.startServer({ id, owner })).toMatchObject({ id, effect: 'done' })
    expect((await liveServers())[0]?.state).toBe('running')
  })

  it('changes its type while it is stopped', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createServer(launchRequest(ground))
    await expect(cloud.setServerType({ instanceId: id, type: 't3.large', owner })).rejects.toMatchObject({
      errorClass: 'wait-state',
    })
    await cloud.stopServer({ id, owner })
    expect(await cloud.setServerType({ instanceId: id, type: 't3.large', owner })).toBe('done')
    expect(await cloud.setServerType({ instanceId: id, type: 't3.large', owner })).toBe('unchanged')
    await cloud.startServer({ id, owner })
    expect((await liveServers())[0]?.type).toBe('t3.large')
  })

  it('changes its groups in place', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createServer(launchRequest(ground))
    const other = await cloud.createSecurityGroup({
      groupName: `${stack}-db`,
      description: 'database',
      vpcId: undefined,
      tags: tagsFor('securityGroup', 'db'),
      once: once(),
    })
    const groupIds = [other.id, ground.groupId]
    expect(await cloud.setServerGroups({ instanceId: id, groupIds, owner })).toBe('done')
    expect(await cloud.setServerGroups({ instanceId: id, groupIds, owner })).toBe('unchanged')
    expect((await liveServers())[0]?.securityGroupIds).toEqual(groupIds.sort())
  })

  it('that is protected is not terminated until the protection is lifted', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createServer(launchRequest(ground, 'web', { protect: true }))
    await expect(cloud.terminateServer({ id, owner })).rejects.toMatchObject({ code: 'EC2_PROTECTED' })
    expect((await liveServers())[0]?.state).toBe('running')
    expect(await cloud.setServerProtection({ instanceId: id, protect: false, owner })).toBe('done')
    expect(await cloud.terminateServer({ id, owner })).toBe('done')
    expect(await cloud.terminateServer({ id, owner })).toBe('unchanged')
    expect(await fixture.connect().terminateServer({ id, owner })).toBe('unchanged')
    expect(await cloud.terminateServer({ id: 'i-0123456789abcdef0', owner })).toBe('unchanged')
    expect(await liveServers()).toEqual([])
  })

  it('whose tags say that it is another’s is never touched', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createServer(launchRequest(ground, 'web', { tags: { [tagKeys.stack]: 'other' } }))
    fixture.requests()
    const stranger = fixture.connect()
    const attempts = [
      stranger.terminateServer({ id, owner }),
      stranger.stopServer({ id, owner }),
      stranger.startServer({ id, owner }),
      stranger.setServerType({ instanceId: id, type: 't3.large', owner }),
      stranger.setServerGroups({ instanceId: id, groupIds: [], owner }),
      stranger.setServerProtection({ instanceId: id, protect: false, owner }),
      stranger.removeTags({ id, keys: [tagKeys.stack], owner }),
    ]
    for (const attempt of attempts) {
      await expect(attempt).rejects.toMatchObject({ code: 'EC2_NOT_OURS', errorClass: 'permission' })
    }
    expect(fixture.requests().filter(({ mutating }) => mutating)).toEqual([])
  })

  it('shows its host keys on its console', async () => {
    const { id } = await fixture.cloud.createServer(launchRequest(ground))
    const keys = await fixture.cloud.readHostKeys({ instanceId: id })
    expect(keys[0]).toMatch(/^ssh-ed25519 AAAA\S+$/)
    expect(await fixture.connect().readHostKeys({ instanceId: id })).toEqual(keys)
  })

  it('without a live console is asked for the posted one', async () => {
    const { id } = await fixture.cloud.createServer(launchRequest(ground))
    fixture.sandbox.setFaults({
      scripted: [{ action: 'GetConsoleOutput', call: 1, failure: { code: 'UnsupportedOperation', httpStatus: 400 } }],
    })
    const keys = await fixture.cloud.readHostKeys({ instanceId: id })
    expect(keys.length).toBeGreaterThan(0)
    const calls = fixture.requests().filter(({ action }) => action === 'GetConsoleOutput')
    expect(calls.map(({ parameters }) => parameters['Latest'])).toEqual(['true', undefined])
  })

  it('that shows its keys late is waited for', async () => {
    const { id } = await fixture.cloud.createServer(launchRequest(ground))
    fixture.sandbox.setFaults({ lateHostKeysMs: 400 })
    const seen: number[] = []
    const keys = await fixture.cloud.readHostKeys({ instanceId: id, onProgress: (percent) => seen.push(percent) })
    expect(keys[0]).toMatch(/^ssh-ed25519 AAAA\S+$/)
    expect(seen.length).toBeGreaterThan(0)
  })

  it('whose keys a kernel line came into is read again, until they are whole', async () => {
    const { id } = await fixture.cloud.createServer(launchRequest(ground))
    const whole = await fixture.cloud.readHostKeys({ instanceId: id })
    fixture.sandbox.setFaults({ garbledHostKeys: { probability: 0.7 } })
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await fixture.cloud.readHostKeys({ instanceId: id })).toEqual(whole)
    }
    fixture.sandbox.setFaults({ garbledHostKeys: { probability: 1 } })
    const hasty = fixture.connect({ timeoutScale: 0.0001 })
    await expect(hasty.readHostKeys({ instanceId: id })).rejects.toMatchObject({
      code: 'EC2_HOST_KEYS_MISSING',
      message: expect.stringContaining('cut off or garbled'),
      hint: expect.stringContaining('evenkeel trust'),
    })
  })

  it('that was stopped and started shows no keys any more, and is given up with a reason', async () => {
    const { cloud } = fixture
    const server = await cloud.createServer(launchRequest(ground))
    const owned = { id: server.id, owner: ownerOf(addressOf('server', 'web')) }
    await cloud.stopServer(owned)
    await cloud.startServer(owned)
    const hasty = fixture.connect({ timeoutScale: 0.0001 })
    await expect(hasty.readHostKeys({ instanceId: server.id })).rejects.toMatchObject({
      code: 'EC2_HOST_KEYS_MISSING',
      message: expect.stringContaining('its console shows none'),
    })
  })

  it('is not waited for when the run is interrupted', async () => {
    const { id } = await fixture.cloud.createServer(launchRequest(ground))
    fixture.sandbox.setFaults({ missingHostKeys: { probability: 1 } })
    const interrupt = new AbortController()
    const waiting = fixture.connect({ pollScale: 1 }).readHostKeys({
      instanceId: id,
      signal: interrupt.signal,
      onProgress: () => interrupt.abort(),
    })
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe('many servers', () => {
  it('are waited for together', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => fixture.cloud.createServer(launchRequest(ground, `w-${index}`))),
    )
    const requests = fixture.requests()
    expect(requests.filter(({ action }) => action === 'RunInstances')).toHaveLength(30)
    expect(requests.filter(({ action }) => action === 'DescribeInstances').length).toBeLessThan(20)
  })

  it('end together in one call, and one that is protected keeps no other from it', async () => {
    const { cloud } = fixture
    const launched = await Promise.all(
      [false, false, true].map((protect, index) =>
        cloud.createServer({ ...launchRequest(ground, `e-${index}`), protect }),
      ),
    )
    const ending = (index: number, id = launched[index]?.id ?? '') =>
      cloud.terminateServer({ id, owner: ownerOf(addressOf('server', `e-${index}`)) })
    fixture.requests()
    expect(await Promise.all([ending(0), ending(1)])).toEqual(['done', 'done'])
    const calls = () => fixture.requests().filter(({ action }) => action === 'TerminateInstances')
    expect(calls()).toHaveLength(1)
    const third = await cloud.createServer(launchRequest(ground, 'e-3'))
    const outcomes = await Promise.allSettled([ending(2), ending(3, third.id)])
    expect(outcomes).toMatchObject([{ reason: { code: 'EC2_PROTECTED' } }, { value: 'done' }])
    expect(calls()).toHaveLength(3)
  })

  it('that is waited for to answer is watched: its end is told, and an interruption ends the watch', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createServer(launchRequest(ground, 'watched'))
    const interruption = new AbortController()
    const interrupted = cloud.untilItEnds({ instanceId: id, signal: interruption.signal })
    interruption.abort()
    await expect(interrupted).rejects.toMatchObject({ kind: 'cancelled' })
    const heard: Wait[] = []
    const watched = hearingWaits(
      (wait) => heard.push(wait),
      () => cloud.untilItEnds({ instanceId: id, signal: new AbortController().signal }),
    )
    // Once it has looked twice, it has had something to say.
    for (let looks = 0; looks < 2; await sleep(5)) {
      looks += fixture.requests().filter(({ action }) => action === 'DescribeInstances').length
    }
    const [ended] = await Promise.allSettled([
      watched,
      cloud.terminateServer({ id, owner: ownerOf(addressOf('server', 'watched')) }),
    ])
    expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'EC2_WRONG_STATE' } })
    // Whoever waits for an answer, or for host keys, says so; a watch beside it does not.
    expect(heard).toEqual([])
  })
})
