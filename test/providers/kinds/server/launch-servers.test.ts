import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LaunchRequest, Once } from '../../../../src/executor/ports.js'
import { addressOf } from '../../../../src/model/address.js'
import { tagKeys } from '../../../../src/model/tags.js'
import {
  emptyQuery,
  launchRequest,
  ownerOf,
  prepareGround,
  startFixture,
  tagsFor,
  type Fixture,
  type Ground,
} from '../../cloud-fixture.js'
import { startTamperingProxy } from '../../../support/tampering-proxy.js'

const count = 5
const web = (index: number) => addressOf('server', 'web', index)
let fixture: Fixture
let ground: Ground
let request: LaunchRequest & Once & { readonly count: number }
beforeEach(async () => {
  fixture = await startFixture()
  ground = await prepareGround(fixture.cloud)
  const tags = { ...tagsFor('server', 'web'), [tagKeys.address]: 'server.web[3-7]' }
  request = { ...launchRequest(ground), tags, rootVolumeTags: { ...tags, [tagKeys.role]: 'root' }, count }
  fixture.requests()
})
afterEach(() => fixture.close())

const launches = () => fixture.requests().filter(({ action }) => action === 'RunInstances')
const observed = () => fixture.cloud.observe(emptyQuery())
const terminate = (id: string | undefined, index: number) =>
  fixture.cloud.terminateServer({ id: id ?? '', owner: ownerOf(web(index)) })

describe('servers that are launched together', () => {
  it('are launched in one call, once, and each has the address that its launch index says', async () => {
    const ids = await fixture.cloud.launchServers(request)
    expect(launches()).toHaveLength(1)
    expect(await fixture.connect().launchServers(request)).toEqual(ids)
    expect(new Set(ids).size).toBe(count)
    const { servers, unnamed, volumes } = await observed()
    expect(servers.map(({ address, id }) => [address, id])).toEqual(ids.map((id, index) => [web(3 + index), id]))
    expect({ unnamed, volumes }).toEqual({ unnamed: [], volumes: [] })
  })

  it('are waited for one by one, and one that somebody terminated is launched alone', async () => {
    const [first, second] = await fixture.cloud.launchServers(request)
    const alone = launchRequest(ground)
    expect((await fixture.cloud.createServer({ ...alone, launched: first })).id).toBe(first)
    await terminate(second, 4)
    const other = await fixture.cloud.createServer({ ...alone, launched: second })
    expect((await observed()).servers.map(({ id }) => id)).toContain(other.id)
    expect([first, second]).not.toContain(other.id)
    expect(launches()).toHaveLength(2)
  })

  it('are one another’s by no means: only its own address makes an instance ours', async () => {
    const [first] = await fixture.cloud.launchServers(request)
    await expect(terminate(first, 4)).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
    await terminate(first, 3)
    expect((await observed()).servers).toHaveLength(count - 1)
  })

  it.each(['error', 'instance'] as const)(
    'are not launched anew while some of the token live on, where EC2 answers with the %s',
    async (terminatedToken) => {
      fixture.sandbox.setFaults({ terminatedToken })
      const ids = await fixture.cloud.launchServers(request)
      await terminate(ids[1], 4)
      expect(await fixture.connect().launchServers(request)).toEqual(ids.with(1, undefined))
      expect((await observed()).servers).toHaveLength(count - 1)
    },
  )

  it('are launched anew when all of the token were terminated', async () => {
    const ids = await fixture.cloud.launchServers(request)
    await Promise.all(ids.map((id, index) => terminate(id, 3 + index)))
    const others = await fixture.connect().launchServers(request)
    expect(others.filter((id) => ids.includes(id))).toEqual([])
    expect(await fixture.connect().launchServers(request)).toEqual(others)
  })

  it('are named when the same token comes with other settings, also while EC2 does not show them', async () => {
    fixture.sandbox.setFaults({ visibilityDelayMs: { filter: 400 } })
    const ids = await fixture.cloud.launchServers(request)
    const end = fixture.connect({ pollScale: 0.02 }).launchServers({ ...request, type: 't3.large' })
    await expect(end).rejects.toMatchObject({ code: 'EC2_CONFLICT' })
    for (const id of ids) await expect(end).rejects.toThrow(id)
  })

  it('are found when an answer is lost, and the repetition is refused for the quota that they fill', async () => {
    const quota = { code: 'VcpuLimitExceeded', httpStatus: 400 }
    fixture.sandbox.setFaults({
      visibilityDelayMs: { filter: 400 },
      scripted: [
        { action: 'RunInstances', call: 1, failure: 'lost-response' },
        { action: 'RunInstances', call: 2, failure: quota },
      ],
    })
    const cloud = fixture.connect({ pollScale: 0.02 })
    const ids = await cloud.launchServers(request)
    expect((await cloud.observe(emptyQuery())).servers.map(({ id }) => id)).toEqual(ids)
  })

  it('are seen all together as soon as one is seen', async () => {
    fixture.sandbox.setFaults({ visibilityDelayMs: { filter: 400 } })
    const cloud = fixture.connect({ pollScale: 0.02 })
    for (let round = 0; round < 4; round += 1) {
      const more = { ...request, once: `${request.once}-${round}` }
      const name = `web${round}`
      const tags = { ...more.tags, [tagKeys.address]: `server.${name}[0-4]` }
      await cloud.launchServers({ ...more, tags })
      let seen = 0
      while (seen === 0) {
        const { servers } = await cloud.observe(emptyQuery())
        seen = servers.filter(({ address }) => address.startsWith(`server.${name}[`)).length
      }
      expect(seen).toBe(count)
    }
  })

  it('carry their batch for good where they have ended: nobody waits for them', async () => {
    const ids = await fixture.cloud.launchServers(request)
    await terminate(ids[4], 7)
    fixture.requests()
    expect((await observed()).servers).toHaveLength(count - 1)
    expect(fixture.requests().filter(({ action }) => action === 'DescribeInstances')).toHaveLength(2)
  })

  it.each([
    ['none', ''],
    ['the same for all', '<amiLaunchIndex>0</amiLaunchIndex>'],
    ['one beyond the last', '<amiLaunchIndex>5</amiLaunchIndex>'],
  ])('are given no names by chance where the endpoint says no launch index: %s', async (_what, element) => {
    const proxy = await startTamperingProxy(fixture.sandbox.endpoint, {
      answer: (action, text) =>
        action === 'RunInstances' ? text.replaceAll(/<amiLaunchIndex>\d+<\/amiLaunchIndex>/g, element) : text,
    })
    try {
      const cloud = fixture.connect({}, { endpoint: proxy.endpoint })
      for (const _again of [1, 2])
        await expect(cloud.launchServers(request)).rejects.toMatchObject({ code: 'EC2_PROTOCOL', errorClass: 'fatal' })
      expect((await observed()).servers).toHaveLength(count)
    } finally {
      proxy.close()
    }
  })
})
