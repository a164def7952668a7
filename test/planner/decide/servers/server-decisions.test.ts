import { describe, expect, it } from 'vitest'
import { formatApplied } from '../../../../src/model/applied.js'
import type { HostFacts } from '../../../../src/model/inside/host-facts.js'
import type { LiveServer } from '../../../../src/model/kinds/server.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { tagKeys } from '../../../../src/model/tags.js'
import { recordOf } from '../../../../src/planner/compare/comparison.js'
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
      old: { id: 'i-1' },
      change: { kind: 'replace', reason, diffs: [{ path, forcesReplacement: reason }] },
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
    expect(decideChange(oneServer, without)).toMatchObject({ kind: 'remove', live: { id: 'i-1' } })
    const kept = decide(worldWith(without, standing(withMembers('protect: true'))))
    expect(kept).toMatchObject({ kind: 'refuse', problems: [{ code: 'PLAN_PROTECTED' }] })
  })
})

describe('a server that volumes must leave and nobody can enter', () => {
  it('is stopped for it, and says so when nothing else changes', () => {
    const decisions = decideServers(worldWith(oneServer, standing(oneServer)), new Set())
    const settled = settleServers(decisions, new Set([web]))
    expect(settled.get(web)).toMatchObject({
      kind: 'update',
      stopsForRelease: true,
      change: { kind: 'update', reason: 'it is stopped so that volumes can leave it: its inside cannot be reached' },
    })
    expect(decisions.get(web)).toMatchObject({ kind: 'keep', stopsForRelease: false })
  })

  it('keeps its own reason where it changes anyway', () => {
    const after = oneServer.replace('t3.small', 't3.large')
    const decisions = decideServers(worldWith(after, standing(oneServer)), new Set())
    const settled = settleServers(decisions, new Set([web])).get(web)
    expect(settled).toMatchObject({ kind: 'update', stopsForRelease: true })
    expect(settled?.change.reason).toBe('the file asks for a change of type')
  })
})
