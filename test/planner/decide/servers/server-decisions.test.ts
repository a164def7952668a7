import { describe, expect, it } from 'vitest'
import { formatApplied } from '../../../../src/model/applied.js'
import type { HostFacts } from '../../../../src/model/inside/host-facts.js'
import type { LiveServer } from '../../../../src/model/kinds/server.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { tagKeys } from '../../../../src/model/tags.js'
import { recordOf } from '../../../../src/planner/compare/comparison.js'
import { chooseServers } from '../../../../src/planner/decide/servers/choose-servers.js'
import { decideServers, settleServers } from '../../../../src/planner/decide/servers/server-decisions.js'
import { serverWords } from '../../../../src/planner/decide/servers/server-properties.js'
import type { PlanOptions, World } from '../../../../src/planner/world.js'
import { at } from '../../../support/live-stack.js'
import { worldFor } from '../../../support/planner-world.js'
import { oneServer } from '../../../support/stack-texts.js'

const web = at('server.web')
const withMembers = (members: string) => oneServer.replace('t3.small }', `t3.small, ${members} }`)

/** The server as an apply of `text` left it, but for the changes. */
function standing(text: string, changes: Partial<LiveServer> = {}): LiveServer {
  const world = worldFor(text)
  const [spec] = world.spec.servers
  if (!spec) throw new Error('no server')
  return {
    address: web,
    id: 'i-1',
    state: 'running',
    type: spec.type,
    imageId: 'ami-00000001',
    architecture: 'x86_64',
    zone: 'us-east-1a',
    subnetId: 'subnet-1',
    vpcId: 'vpc-1',
    keyName: 'evenkeel.demo.default',
    securityGroupIds: ['sg-1'],
    privateIp: '10.0.0.5',
    publicIp: '203.0.113.9',
    rootVolume: { id: 'vol-root', sizeGiB: 8, type: 'gp3' },
    ...changes,
    tags: {
      [tagKeys.stack]: 'demo',
      [tagKeys.address]: web,
      [tagKeys.name]: 'demo/web',
      [tagKeys.user]: 'admin',
      [tagKeys.hostKey]: 'ssh-ed25519 AAAA',
      [tagKeys.applied]: formatApplied(recordOf(world.digest, serverWords(spec))),
      ...(spec.protect && { [tagKeys.protect]: 'true' }),
      ...changes.tags,
    },
  }
}

const group = {
  address: at('securityGroup.default'),
  id: 'sg-1',
  tags: {},
  groupName: 'g',
  description: '',
  vpcId: 'vpc-1',
  ingress: [],
}
const probed: HostFacts = { kind: 'read', devices: [], mounts: [], fstab: [], user: 'admin' }

function worldWith(
  text: string,
  server: LiveServer,
  options: PlanOptions = {},
  changes: Partial<LiveStack> = {},
): World {
  const hosts = { [web]: probed }
  return worldFor(text, { servers: [server], securityGroups: [group], hosts, ...changes }, options)
}

function decide(world: World, held: readonly string[] = []) {
  return decideServers(world, new Set(held.map(at))).get(web)
}

/** What is decided of a server that was applied as `before` and that the file describes as `after`. */
const decideChange = (before: string, after: string, changes: Partial<LiveServer> = {}, options: PlanOptions = {}) =>
  decide(worldWith(after, standing(before, changes), options))

describe('a server', () => {
  it('that is not there is created, in a zone of its region', () => {
    const decision = decide(worldFor(oneServer))
    expect(decision).toMatchObject({
      kind: 'create',
      launch: { zone: 'us-east-1a', keyName: 'evenkeel.demo.default', setupRuns: false },
      outlook: { inside: 'new', runsNow: false, runsAfter: true },
      change: { kind: 'create', reason: 'the file names it and it does not exist yet' },
    })
  })

  it('that is as the file says is kept, and nothing is owed', () => {
    expect(decideChange(oneServer, oneServer)).toMatchObject({
      kind: 'keep',
      modification: {},
      tagging: { tags: {}, removeTags: [] },
      setupRuns: false,
      pinsHostKey: false,
      change: { kind: 'none', diffs: [] },
      problems: [],
    })
  })

  it.each([
    ['another type', oneServer.replace('t3.small', 't3.large'), { type: 't3.large' }],
    ['protection', withMembers('protect: true'), { protect: true }],
  ])('with %s is modified in place', (_what, after, modification) => {
    expect(decideChange(oneServer, after)).toMatchObject({ kind: 'update', modification })
  })

  it.each([
    ['zone', withMembers('zone: us-east-1b'), "an instance's zone is fixed at launch"],
    ['image', oneServer.replace('ami-00000001', 'ami-00000002'), "an instance's image is fixed at launch"],
  ])('with another %s is replaced, and says why', (path, after, reason) => {
    expect(decideChange(oneServer, after)).toMatchObject({
      kind: 'replace',
      order: 'launch-first',
      launch: { tags: { [tagKeys.supersedes]: 'i-1' } },
      ends: [{ live: { id: 'i-1' }, rootSnapshot: { volumeId: 'vol-root' } }],
      change: {
        kind: 'replace',
        reason: `${reason}; its root disk stays as a snapshot`,
        diffs: [{ path, forcesReplacement: reason }],
      },
    })
  })

  it('that is protected is refused what would replace it', () => {
    const before = withMembers('protect: true')
    const after = withMembers('protect: true, zone: us-east-1b')
    expect(decideChange(before, after)).toMatchObject({ kind: 'refuse', problems: [{ code: 'PLAN_PROTECTED' }] })
  })

  it('that is refused says all that stands in the way, and what else holds of it as it stands', () => {
    const before = withMembers('protect: true')
    const after = withMembers('protect: true, zone: us-east-1b, userData: "#!/bin/sh"')
    const elsewhere = after.replace('ami-00000001', 'ami-00000002')
    const decision = decide(worldWith(elsewhere, standing(before), {}, { images: {} }))
    const codes = ['PLAN_PROTECTED', 'PLAN_IMAGE_NOT_FOUND', 'PLAN_USER_DATA_IGNORED']
    expect(decision?.problems.map(({ code }) => code)).toEqual(codes)
    const unplaced = withMembers('subnet: subnet-0123456789abcdef0, userData: "#!/bin/sh"').replace(
      'ami-00000001',
      'ami-00000002',
    )
    expect(decideChange(oneServer, unplaced)).toMatchObject({
      kind: 'refuse',
      problems: [{ code: 'PLAN_SUBNET_NOT_FOUND' }, { code: 'PLAN_USER_DATA_IGNORED' }],
    })
  })

  it('that was stopped by hand is told as drift, and starts again', () => {
    expect(decideChange(oneServer, oneServer, { state: 'stopped' })).toMatchObject({
      kind: 'update',
      outlook: { inside: 'started', runsNow: false, runsAfter: true },
      change: { diffs: [{ path: 'state', before: 'stopped', after: 'running', cause: 'drift' }] },
    })
  })

  it('whose host key is not pinned is entered for that alone', () => {
    const { tags, ...rest } = standing(oneServer)
    const { [tagKeys.hostKey]: _key, ...others } = tags
    expect(decide(worldWith(oneServer, { ...rest, tags: others }))).toMatchObject({ kind: 'update', pinsHostKey: true })
  })

  it('runs its set-up again when the list has changed', () => {
    const [before, after] = [withMembers('setup: ["true"]'), withMembers('setup: ["true", "false"]')]
    expect(decideChange(before, after)).toMatchObject({ kind: 'update', setupRuns: true })
    expect(decideChange(before, before)).toMatchObject({ kind: 'keep', setupRuns: false })
  })

  it('is left out where its address is held', () => {
    expect(decide(worldFor(oneServer), ['server.web'])).toBeUndefined()
  })

  it('without an image in the region is refused', () => {
    const decision = decide(worldFor(oneServer, { images: {} }))
    expect(decision).toMatchObject({ kind: 'refuse', problems: [{ code: 'PLAN_IMAGE_NOT_FOUND', scope: 'plan' }] })
  })

  it('that the file no longer names is removed, unless it is protected', () => {
    const without = oneServer.replace('web:', 'other:')
    expect(decideChange(oneServer, without)).toMatchObject({ kind: 'remove', ends: [{ live: { id: 'i-1' } }] })
    const kept = decide(worldWith(without, standing(withMembers('protect: true'))))
    expect(kept).toMatchObject({ kind: 'refuse', problems: [{ code: 'PLAN_PROTECTED' }] })
  })
})

describe('a server that volumes must leave and nobody can enter', () => {
  it('is stopped for it where it ends, and nowhere else', () => {
    const without = oneServer.replace('web:', 'other:')
    const ending = decideServers(worldWith(without, standing(oneServer)), new Set())
    const stopped = new Set(['i-1'])
    expect(settleServers(ending, stopped).get(web)).toMatchObject({ ends: [{ stopsForRelease: true }] })
    expect(ending.get(web)).toMatchObject({ ends: [{ stopsForRelease: false }] })
    const standingOn = decideServers(worldWith(oneServer, standing(oneServer)), new Set())
    expect(settleServers(standingOn, stopped).get(web)).toEqual(standingOn.get(web))
  })
})

describe('the root disk of a server', () => {
  const without = oneServer.replace('web:', 'other:')
  const disk = (words: string) => withMembers(`rootVolume: { ${words} }`)
  const next = (text: string) => text.replace('ami-00000001', 'ami-00000002')

  it.each([
    ['goes with a server that leaves the file', oneServer, without, false],
    ['stays as a snapshot where the tags say so', disk('onRemove: snapshot'), without, true],
    ['stays as a snapshot where another server takes the place', oneServer, next(oneServer), true],
    ['goes where the file gives it up', oneServer, next(disk('onReplace: delete')), false],
  ])('%s', (_what, before, after, isKept) => {
    const tags: Record<string, string> = before.includes('onRemove: snapshot') ? { [tagKeys.onRemove]: 'snapshot' } : {}
    const decision = decideChange(before, after, { tags })
    const [end] = decision && 'ends' in decision ? decision.ends : []
    expect(end?.rootSnapshot?.volumeId).toBe(isKept ? 'vol-root' : undefined)
    expect(decision?.change.reason).toMatch(isKept ? /stays as a snapshot/ : /goes with it/)
  })

  it('is not given up because it is not known', () => {
    const decision = decideChange(oneServer, next(oneServer), { rootVolume: undefined })
    expect(decision).toMatchObject({
      kind: 'refuse',
      problems: [{ code: 'PLAN_ROOT_VOLUME_UNKNOWN', scope: 'address' }],
    })
  })

  it('has a rule that changes in place, and that older tags do not mention', () => {
    expect(decideChange(oneServer, disk('onRemove: delete'))).toMatchObject({ kind: 'keep' })
    expect(decideChange(oneServer, disk('onRemove: snapshot'))).toMatchObject({
      kind: 'update',
      tagging: { tags: { [tagKeys.onRemove]: 'snapshot' } },
      change: { diffs: [{ path: 'rootVolume.onRemove', before: 'delete', after: 'snapshot', cause: 'pending' }] },
    })
    const tags = { [tagKeys.onRemove]: 'snapshot' }
    expect(decideChange(disk('onRemove: snapshot'), oneServer, { tags })).toMatchObject({
      kind: 'update',
      tagging: { removeTags: [tagKeys.onRemove] },
    })
  })

  it('is told of a snapshot by the start after which it was written: the next start is another disk', () => {
    const onlyOf = (startedAt: string) => {
      const decision = decideChange(oneServer, next(oneServer), { startedAt })
      return decision && 'ends' in decision ? decision.ends[0]?.rootSnapshot?.only : undefined
    }
    expect(onlyOf('2026-11-21T10:00:00.000Z')).toBe(onlyOf('2026-11-21T10:00:00.000Z'))
    expect(onlyOf('2026-11-21T10:00:00.000Z')).not.toBe(onlyOf('2026-11-21T11:00:00.000Z'))
  })

  it('is not all that goes where the machine has disks of its own', () => {
    const store = oneServer.replace('t3.small', 'm5d.large')
    expect(decideChange(store, next(store))?.problems.map(({ code }) => code)).toEqual(['PLAN_INSTANCE_STORE_LOST'])
    expect(decideChange(store, store)).toMatchObject({ kind: 'keep', problems: [] })
    expect(decideChange(store, store.replace('type:', 'state: stopped, type:'))?.problems).toHaveLength(1)
  })
})

describe('a server whose replacement was cut off', () => {
  const after = oneServer.replace('ami-00000001', 'ami-00000002')
  const old = standing(oneServer)
  const successor = (text: string, imageId: string) => {
    const { tags, ...rest } = standing(text, { id: 'i-2', imageId })
    return { ...rest, tags: { ...tags, [tagKeys.supersedes]: 'i-1' } }
  }
  const decideBoth = (text: string, servers: readonly LiveServer[]) =>
    decide(chooseServers(worldFor(text, { servers, securityGroups: [group], hosts: { 'i-1': probed, 'i-2': probed } })))
  const pair = [old, successor(after, 'ami-00000002')]

  it('is the successor, and the old one ends', () => {
    expect(decideBoth(after, pair)).toMatchObject({
      kind: 'update',
      live: { id: 'i-2' },
      ends: [{ live: { id: 'i-1' } }],
      change: {
        reason: 'its replacement was not finished: i-1 still to end',
        diffs: [{ path: 'instances', before: ['i-1', 'i-2'], after: ['i-2'], cause: 'pending' }],
      },
    })
  })

  it('is the old one again where the file has changed back', () => {
    expect(decideBoth(oneServer, pair)).toMatchObject({
      kind: 'update',
      live: { id: 'i-1' },
      ends: [{ live: { id: 'i-2' } }],
    })
  })

  it('is replaced by a third where the file asks for something else by now', () => {
    expect(decideBoth(oneServer.replace('ami-00000001', 'ami-00000003'), pair)).toMatchObject({
      kind: 'replace',
      launch: { tags: { [tagKeys.supersedes]: 'i-2' } },
      ends: [{ live: { id: 'i-2' } }, { live: { id: 'i-1' } }],
    })
  })

  it('goes as a whole where the file no longer names it', () => {
    const without = oneServer.replace('web:', 'other:')
    expect(decideBoth(without, pair)).toMatchObject({
      kind: 'remove',
      ends: [{ live: { id: 'i-2' } }, { live: { id: 'i-1' } }],
    })
  })

  it('is a conflict where two are not linked, or both take the place of one', () => {
    const twins = [old, { ...standing(oneServer), id: 'i-9' }]
    const rivals = [...pair, { ...successor(after, 'ami-00000002'), id: 'i-3' }]
    for (const servers of [twins, rivals]) {
      expect(worldFor(after, { servers }).live.conflicts.get(web)).toEqual(servers.map(({ id }) => id).sort())
    }
  })
})
