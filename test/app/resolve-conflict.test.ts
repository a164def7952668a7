import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  AllocateAddressCommand,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeTagsCommand,
  EC2Client,
  ModifyVolumeCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  applyStack,
  createSandbox,
  driftOfStack,
  openSession,
  planDestroy,
  planStack,
  readStackFile,
  type Place,
  type Session,
} from '../../src/parts.js'
import { carryOutResolution, findResolution } from '../../src/app/resolve-conflict.js'
import type { Tags } from '../../src/model/tags.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { head } from '../support/stack-texts.js'
import { image } from '../support/stacks.js'

const text = `${head}keyPairs:
  ours: {}
securityGroups:
  web: { description: web, ingress: [{ port: 80, from: 0.0.0.0/0 }] }
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, keyPair: ours, securityGroups: [web], elasticIp: true }
volumes:
  data: { server: web, size: 1, mount: /srv }
`
const address = 'server.web'

let directory: ReturnType<typeof temporaryDirectory>
let sandbox: Awaited<ReturnType<typeof createSandbox>>
let place: Place
let client: EC2Client

beforeAll(async () => {
  directory = temporaryDirectory('resolve')
  sandbox = await createSandbox({ stateDir: join(directory.path, 'sandbox'), hosts: 'none', latencies: 'zero' })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const credentials = { accessKeyId, secretAccessKey }
  client = new EC2Client({ endpoint, region, credentials })
  place = {
    target: { endpoint, region, credentials },
    keys: join(directory.path, 'keys'),
    hostsImpossible: 'this sandbox has none',
  }
  await inSession(async (session) => applyStack(session, await planStack(session, { hosts: true })))
})
afterAll(async () => {
  client.destroy()
  await sandbox.close()
  directory.remove()
})

describe('two servers with one address', () => {
  let twin = ''
  let first = ''

  beforeAll(async () => {
    const [server] = await liveServers()
    first = server?.id ?? ''
    const { Instances } = await client.send(
      new RunInstancesCommand({ ImageId: server?.imageId, InstanceType: 't3.small', MinCount: 1, MaxCount: 1 }),
    )
    twin = Instances?.[0]?.InstanceId ?? ''
    const tags = Object.entries(server?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }))
    await client.send(new CreateTagsCommand({ Resources: [twin], Tags: [...tags, { Key: 'team', Value: 'music' }] }))
  })

  it('are shown with what tells them apart by plan, destroy and drift, each an error', async () => {
    await inSession(async (session) => {
      const plans = [await planStack(session, { hosts: true }), await planDestroy(session, {})]
      for (const { problems, applyable } of plans) {
        expect(applyable).toBe(false)
        const told = problems.find(({ code }) => code === 'PLAN_ADDRESS_CONFLICT')
        expect(told?.message).toMatch(new RegExp(`${first} \\(older, made .*, has volume.data\\)`))
        expect(told?.message).toMatch(new RegExp(`${twin} \\(newer, made .*, has no volumes\\)`))
        expect(told?.hint).toContain(`evenkeel resolve ${address} --keep ID`)
      }
      expect((await driftOfStack(session, {})).status).toBe('error')
    })
  })

  it('are settled by an explicit word alone, which deletes nothing', async () => {
    await inSession(async (session) => {
      await expect(findResolution(session, address, 'i-0123456789abcdef0')).rejects.toThrow('does not carry')
      await expect(findResolution(session, 'volume.data', 'vol-1')).rejects.toThrow('no two live resources')
      const before = sandbox.requests().length
      const resolution = await findResolution(session, address, first)
      await carryOutResolution(session, resolution)
      const changing = sandbox
        .requests()
        .slice(before)
        .filter(({ action, mutating }) => mutating && !action.includes('LaunchTemplate'))
      expect(changing.map(({ action }) => action)).toEqual(['DeleteTags'])
    })
    expect(await tagsOf(twin)).toEqual({ Name: 'demo/web', team: 'music' })
    expect((await liveServers()).map(({ id }) => id)).toEqual([first])
    await inSession(async (session) => {
      expect((await planStack(session, { hosts: true })).steps).toEqual([])
      await expect(findResolution(session, address, first)).rejects.toThrow('no two live resources')
    })
  })

  it('leave one alone that says another address by now', async () => {
    await client.send(new CreateTagsCommand({ Resources: [twin], Tags: tagList(await tagsOf(first)) }))
    await inSession(async (session) => {
      const resolution = await findResolution(session, address, first)
      const other = [{ Key: 'evenkeel:address', Value: 'server.other' }]
      await client.send(new CreateTagsCommand({ Resources: [twin], Tags: other }))
      await expect(carryOutResolution(session, resolution)).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
    })
    expect((await tagsOf(twin))['evenkeel:address']).toBe('server.other')
    await client.send(new CreateTagsCommand({ Resources: [twin], Tags: [{ Key: 'evenkeel:stack', Value: 'other' }] }))
  })
})

it.each(['volume.data', 'securityGroup.web', 'keyPair.ours', 'elasticIp.web'])(
  'a conflict over %s is settled as one over servers is',
  async (contested) => {
    const { own, other } = await madeTwice(contested)
    await inSession(async (session) => {
      const told = (await planStack(session, { hosts: true })).problems.map(({ message }) => message).join('\n')
      expect(told).toContain(own)
      expect(told).toContain(other)
      await carryOutResolution(session, await findResolution(session, contested, own))
    })
    expect(Object.keys(await tagsOf(other)).filter((key) => key.startsWith('evenkeel:'))).toEqual([])
    await inSession(async (session) => {
      expect((await planStack(session, { hosts: true })).steps).toEqual([])
    })
  },
)

it.each(['old', 'kept'])(
  'a conflict that a rename brings about is settled as well, whichever is kept: %s',
  async (kept) => {
    const both = `${head.replace('demo', `renaming-${kept}`)}volumes: { old: { size: 1 }, kept: { size: 1 } }\n`
    const one = `${both.replace('old: { size: 1 }, ', '')}moved: [{ from: volume.old, to: volume.kept }]\n`
    await inSession(async (session) => applyStack(session, await planStack(session, { hosts: true })), both)
    const { volumes } = await inSession((session) => session.observe({ hosts: false }), both)
    const idOf = (name: string) => volumes.find((volume) => volume.address === `volume.${name}`)?.id ?? ''
    const other = idOf(kept === 'old' ? 'kept' : 'old')
    await inSession(async (session) => {
      expect((await planStack(session, { hosts: true })).problems).toMatchObject([{ code: 'PLAN_ADDRESS_CONFLICT' }])
      await carryOutResolution(session, await findResolution(session, 'volume.kept', idOf(kept)))
      expect(Object.keys(await tagsOf(other)).filter((key) => key.startsWith('evenkeel:'))).toEqual([])
      await applyStack(session, await planStack(session, { hosts: true }))
    }, one)
    await inSession(async (session) => expect((await planStack(session, { hosts: true })).steps).toEqual([]), one)
  },
)

it('a spot server that leaves the stack takes its request along, which nobody cancels', async () => {
  const spot = `${head.replace('demo', 'cheap')}securityGroups:
  own: { ingress: [] }
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, securityGroups: [own], spot: { interruption: stop } }
`
  await inSession(async (session) => applyStack(session, await planStack(session, { hosts: true })), spot)
  const [first] = (await inSession((session) => session.observe({ hosts: false }), spot)).servers
  const { Instances } = await client.send(
    new RunInstancesCommand({ ImageId: first?.imageId, InstanceType: 't3.small', MinCount: 1, MaxCount: 1 }),
  )
  const twin = Instances?.[0]?.InstanceId ?? ''
  await client.send(new CreateTagsCommand({ Resources: [twin], Tags: tagList(first?.tags ?? {}) }))
  await inSession(async (session) => {
    await carryOutResolution(session, await findResolution(session, address, twin))
  }, spot)
  const { SpotInstanceRequests: [request] = [] } = await client.send(new DescribeSpotInstanceRequestsCommand({}))
  expect(request).toMatchObject({ InstanceId: first?.id, State: 'active', Tags: [{ Key: 'Name' }] })
  await inSession(async (session) => {
    const { steps, problems } = await planStack(session, { hosts: true })
    expect(steps.map(({ kind }) => kind)).not.toContain('cancel-spot-request')
    expect(problems.map(({ code }) => code)).not.toContain('PLAN_SPOT_INTERRUPTED')
  }, spot)
})

it('an apply over a volume that was grown by hand ends incomplete', async () => {
  const volume = (await inSession((session) => session.observe({ hosts: false }))).volumes.find(
    (one) => one.address === 'volume.data',
  )
  await client.send(new ModifyVolumeCommand({ VolumeId: volume?.id, Size: 4 }))
  await inSession(async (session) => {
    expect((await driftOfStack(session, {})).status).toBe('drift')
    const result = await applyStack(session, await planStack(session, { hosts: true }))
    expect(result).toMatchObject({ status: 'partial', outcomes: [] })
  })
})

/** A second resource with the tags of the one that carries the address. */
async function madeTwice(contested: string): Promise<{ own: string; other: string }> {
  const live = await inSession((session) => session.observe({ hosts: false }))
  const found = [...live.volumes, ...live.securityGroups, ...live.keyPairs, ...(live.elasticIps ?? [])].find(
    (one) => one.address === contested && one.tags['evenkeel:role'] === undefined,
  )
  const own = found?.id ?? ''
  const other = await makers[contested]?.()
  await client.send(new CreateTagsCommand({ Resources: [other ?? ''], Tags: tagList(found?.tags ?? {}) }))
  return { own, other: other ?? '' }
}

const makers: Readonly<Record<string, () => Promise<string | undefined>>> = {
  'volume.data': async () =>
    (await client.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))).VolumeId,
  'securityGroup.web': async () =>
    (await client.send(new CreateSecurityGroupCommand({ GroupName: 'twin', Description: 'twin' }))).GroupId,
  'keyPair.ours': async () => (await client.send(new CreateKeyPairCommand({ KeyName: 'twin' }))).KeyPairId,
  'elasticIp.web': async () => (await client.send(new AllocateAddressCommand({ Domain: 'vpc' }))).AllocationId,
}

function tagList(tags: Tags) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

async function tagsOf(id: string): Promise<Tags> {
  const { Tags } = await client.send(new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] }))
  return Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
}

async function liveServers() {
  return (await inSession((session) => session.observe({ hosts: false }))).servers
}

async function inSession<Result>(work: (session: Session) => Promise<Result>, file = text): Promise<Result> {
  const path = join(directory.path, 'demo.stack.yaml')
  writeFileSync(path, file)
  const session = await openSession(readStackFile(path), { place })
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}
