import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import type { HostContent } from '../../src/model/inside/host-facts.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import { canConverge, leftIn, verdictOf } from '../../src/model/plan-verdict.js'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import type { ApplyResult } from '../../src/executor/outcome.js'
import { driftText } from '../../src/report/drift/drift-text.js'
import { planMarkdown } from '../../src/report/plan/plan-markdown.js'
import { planText } from '../../src/report/plan/plan-text.js'
import { resultText } from '../../src/report/progress/result-text.js'
import { goldenCases } from '../golden/plan/worlds.js'
import { stacks, tampered, tamperings } from '../support/arbitrary-stack.js'
import { emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { oneServer, withVolume } from '../support/stack-texts.js'

const mounted = withVolume('server: web, size: 10, mount: /srv, label: music')

/** The world after an apply of a file. */
function settled(text: string): LiveStack {
  const live = emptyLive(specOf(text))
  return applyPlan(makePlan(specOf(text), live), live).live
}

type Hand = (live: LiveStack) => LiveStack

const volumeAs =
  (change: Partial<LiveStack['volumes'][number]>): Hand =>
  (live) => ({ ...live, volumes: live.volumes.map((volume) => ({ ...volume, ...change })) })

const serverAs =
  (change: Partial<LiveStack['servers'][number]>): Hand =>
  (live) => ({ ...live, servers: live.servers.map((server) => ({ ...server, ...change })) })

const twice: Hand = (live) => ({
  ...live,
  servers: live.servers.flatMap((server) => [server, { ...server, id: 'i-twin' }]),
})

const contentAs =
  (change: Partial<HostContent>): Hand =>
  (live) => {
    const facts = live.hosts['server.web']
    if (facts?.kind !== 'read') throw new Error('server.web was not read')
    const devices = facts.devices.map((device) => ({
      ...device,
      content: device.content && { ...device.content, ...change },
    }))
    return { ...live, hosts: { 'server.web': { ...facts, devices } } }
  }

/** What is wrong with a plan's own account of itself: a change that no step makes and no word explains, or the other way round. */
function contradictions(plan: Plan): readonly string[] {
  const refused = new Set(plan.problems.filter(({ severity }) => severity === 'error').map(({ address }) => address))
  const worked = new Set([...plan.steps, ...plan.impossible].map(({ address }) => address))
  return plan.changes.flatMap(({ address, kind, diffs }) => {
    if (refused.has(address)) return []
    if (kind === 'none') {
      const lost = diffs.filter(({ left }) => left === undefined).map(({ path }) => path)
      return lost.length > 0 ? [`${address}: ${lost.join(', ')} differ, and nothing is said to change`] : []
    }
    // A rule that was only ever recorded in the ledger leaves with it.
    return worked.has(address) || kind === 'remove' ? [] : [`${address}: ${kind} without a step`]
  })
}

/** Whether a plan says that something is to be done beside snapshots, or stays as it is, and drift knows nothing of it. */
function disagrees(plan: Plan): boolean {
  const work = plan.steps.filter(({ kind }) => !/^(create|delete)-snapshot|^connect-host/.test(kind))
  const isPlanned = verdictOf(plan) === 'changes' && (work.length > 0 || leftIn(plan).length > 0)
  return isPlanned && driftOf(plan).status === 'in-sync'
}

describe('plan and drift', () => {
  it.each<[string, Hand]>([
    ['two servers with one address', twice],
    ['a volume in state error', volumeAs({ state: 'error' })],
    [
      'a volume on an instance of somebody else',
      volumeAs({ attachment: { instanceId: 'i-foreign', state: 'attached', deviceName: '/dev/sdf' } }),
    ],
  ])('both know %s', (_, hand) => {
    const plan = makePlan(specOf(mounted), hand(settled(mounted)))
    expect([verdictOf(plan), driftOf(plan).status]).toEqual(['error', 'error'])
    expect(driftOf(plan).problems).toEqual(plan.problems)
  })

  it.each<[string, string, Hand, string]>([
    ['a volume grown by hand', mounted, volumeAs({ sizeGiB: 30 }), 'write size: 30'],
    [
      'a volume that is to be detached once nobody uses it',
      mounted,
      (live) => {
        const [{ attachment }] = live.volumes as [LiveStack['volumes'][number]]
        return volumeAs({ attachment: { ...attachment!, state: 'busy' } })(live)
      },
      'unmount it on the server',
    ],
    ['a label changed by hand', mounted, contentAs({ label: 'other' }), 'write label: other'],
    ['another filesystem, made by hand', mounted, contentAs({ fstype: 'xfs' }), 'write fstype: xfs'],
    [
      'a root volume grown by hand',
      oneServer.replace('t3.small }', 't3.small, rootVolume: { size: 16 } }'),
      serverAs({ rootVolume: { id: 'vol-root', sizeGiB: 30, type: 'gp3' } }),
      'write rootVolume.size: 30',
    ],
    [
      'a root volume of another type',
      oneServer.replace('t3.small }', 't3.small, rootVolume: { type: gp2 } }'),
      serverAs({ rootVolume: { id: 'vol-root', sizeGiB: 8, type: 'gp3' } }),
      'change it by hand',
    ],
  ])('both call %s a drift that no apply can heal, and say what to write', (_, text, hand, word) => {
    const plan = makePlan(specOf(text), hand(settled(text)))
    expect(verdictOf(plan)).toBe('changes')
    expect(canConverge(plan)).toBe(false)
    const report = driftOf(plan)
    expect(report.status).toBe('drift')
    expect(report.drifted.flatMap(({ diffs }) => diffs.map(({ left }) => left)).join()).toContain(word)
    expect(contradictions(plan)).toEqual([])
  })

  it.each<[string, string, string]>([
    ['a label', 'label: music', 'label: jazz'],
    ['a UUID', 'label: music', 'label: music, uuid: 0b5aa2c4-1111-4222-8333-444455556666'],
  ])('both call %s that the file asks for too late a wish, also after an apply', (_, before, after) => {
    const text = mounted.replace(before, after)
    const first = makePlan(specOf(text), settled(mounted))
    expect([verdictOf(first), driftOf(first).status]).toEqual(['changes', 'pending'])
    const second = makePlan(specOf(text), applyPlan(first, settled(mounted)).live)
    expect([verdictOf(second), driftOf(second).status, second.steps]).toEqual(['changes', 'pending', []])
  })

  it.each([
    ['a mount', mounted.replace('mount: /srv', 'mount: /other')],
    [
      'a key pair',
      mounted.replace('t3.small', 't3.small, keyPair: other').replace('servers', 'keyPairs: { other: {} }\nservers'),
    ],
  ])('call %s that waits for a server that is to be stopped no work, and the stack not as the file says', (_, text) => {
    const stopped = (file: string) => file.replace('t3.small', 't3.small, state: stopped')
    const down = applyPlan(
      makePlan(specOf(stopped(mounted)), settled(mounted), { run: 'run-2' }),
      settled(mounted),
    ).live
    const live = { ...down, hosts: { 'server.web': { kind: 'not-probed', because: 'stopped' } } } as const
    const first = makePlan(specOf(stopped(text)), live, { run: 'run-3' })
    const plan = makePlan(specOf(stopped(text)), { ...live, ...applyPlan(first, live).live, hosts: live.hosts })
    expect([plan.steps, verdictOf(plan), driftOf(plan).status]).toEqual([[], 'nothing', 'in-sync'])
    expect(disagrees(first)).toBe(false)
    for (const shown of [
      planText(plan, { color: false, verbose: false }),
      driftText(driftOf(plan), { color: false }),
    ]) {
      expect(shown).toContain('What waits until a server can be entered is told above.')
      expect(shown).not.toContain('as the file says')
    }
  })

  it('count a change that EC2 does not take yet as one that waits', () => {
    const modifications = [{ state: 'optimizing', progress: 40, startedAt: '2026-11-21T11:00:00.000Z' }] as const
    const live = volumeAs({ modifications })(settled(mounted))
    const plan = makePlan(specOf(mounted.replace('size: 10', 'size: 20')), live)
    expect(plan.steps).toEqual([])
    expect(plan.changes.filter(({ kind }) => kind !== 'none')).toEqual([])
    expect([verdictOf(plan), driftOf(plan).status, canConverge(plan)]).toEqual(['changes', 'pending', false])
  })

  it('tell of a volume that something is mounted over, and offer no copy to it', () => {
    const text = `${mounted}sync:\n  library: { from: ./music/, to: volume.data/, delete: true }\n`
    const before = settled(text)
    const facts = before.hosts['server.web']
    if (facts?.kind !== 'read') throw new Error('server.web was not read')
    const mounts = facts.mounts.map((mount) => ({ ...mount, owner: '', mode: '', hiddenBy: 'tmpfs at /srv' }))
    const differing = {
      kind: 'read',
      sourceDigest: '1'.repeat(32),
      filesCreated: 3,
      filesChanged: 0,
      filesDeleted: 9,
    } as const
    const syncs = { 'sync.library': { ...differing, bytes: 1, sample: [], compared: 'source-only' } } as const
    const plan = makePlan(specOf(text), { ...before, hosts: { 'server.web': { ...facts, mounts } }, syncs })
    expect(plan.steps).toEqual([])
    expect(plan.problems.map(({ code, address }) => [code, address])).toEqual([
      ['PLAN_MOUNT_HIDDEN', 'sync.library'],
      ['PLAN_MOUNT_HIDDEN', 'volume.data'],
    ])
    expect([verdictOf(plan), driftOf(plan).status, canConverge(plan)]).toEqual(['changes', 'drift', false])
    expect(leftIn(plan)).toMatchObject([{ address: 'volume.data', diff: { left: 'unmount /srv on the server' } }])
  })

  it('name what is not possible where there are no hosts, also when all else is done', () => {
    const text = `${mounted}sync:\n  library: { from: ./music/, to: volume.data/ }\n`.replace(
      't3.small }',
      't3.small, setup: ["true"] }',
    )
    const live = emptyLive(specOf(text), { hostsImpossible: 'there are none' })
    const first = makePlan(specOf(text), live)
    const after = makePlan(specOf(text), applyPlan(first, live).live)
    expect(after.impossible).toEqual(first.impossible.filter(({ id }) => !id.startsWith('run-on-change')))
    expect(after.impossible.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['copy-files:sync.library', 'mount-volume:volume.data', 'run-setup:server.web']),
    )
    expect([verdictOf(after), driftOf(after).status, driftOf(after).impossible]).toEqual([
      'nothing',
      'in-sync',
      after.impossible,
    ])
    const result: ApplyResult = { status: 'converged', outcomes: [], made: [] }
    const options = { color: false, durationMs: 1, again: 'again', verb: 'apply' } as const
    const texts = [
      planText(after, { color: false, verbose: false }),
      planMarkdown(after),
      driftText(driftOf(after), { color: false }),
      resultText(after, result, options),
    ]
    for (const shown of texts)
      expect(shown).toContain(`${after.impossible.length} steps of the file cannot be carried out`)
    for (const shown of texts) expect(shown).not.toContain('as the file says')
  })

  it('call another login user a wish of the file, which nobody has applied', () => {
    const plan = makePlan(specOf(oneServer.replace('t3.small }', 't3.small, user: root }')), settled(oneServer))
    const [change] = plan.changes.filter(({ kind }) => kind !== 'none')
    expect(change).toMatchObject({ kind: 'update', reason: 'it is entered as another user from now on' })
    expect([verdictOf(plan), driftOf(plan).status]).toEqual(['changes', 'pending'])
  })

  it('promise to put back no more of an entry than an apply does', () => {
    const grown = volumeAs({ sizeGiB: 30, tags: { ...settled(mounted).volumes[0]?.tags, Name: 'other' } })
    const text = driftText(driftOf(makePlan(specOf(mounted), grown(settled(mounted)))), { color: false })
    expect(text).toContain('evenkeel apply puts it back but for 1 difference: above stands what to do.')
  })

  it('never take what was not read for nothing', () => {
    const hosts = { 'server.web': { kind: 'unreadable', reason: 'no route', hint: 'look at its routes' } } as const
    const plan = makePlan(specOf(mounted), { ...settled(mounted), hosts })
    expect(plan.steps).toEqual([])
    expect([verdictOf(plan), driftOf(plan).status]).toEqual(['unknown', 'unknown'])
    expect(plan.problems).toMatchObject([{ code: 'PLAN_UNREADABLE', hint: 'look at its routes' }])
  })
})

describe('every difference in a plan has a step, or a word on why it stays', () => {
  const home = fileURLToPath(new URL('../golden/plan', import.meta.url))

  it.each(Object.entries(goldenCases))('%s', (name, { world, options, destroy }) => {
    const text = readFileSync(join(home, name, 'stack.yaml'), 'utf8')
    const spec = specOf(text)
    const plan = destroy ? makeDestroyPlan(spec, world(text), options) : makePlan(spec, world(text), options)
    expect(contradictions(plan)).toEqual([])
    expect(disagrees(plan)).toBe(false)
  })

  it('of random stacks that were tampered with', () => {
    const hands = fc.array(fc.tuple(fc.constantFrom(...tamperings), fc.nat(5)), { maxLength: 3 })
    fc.assert(
      fc.property(stacks, stacks, hands, (before, after, tampering) => {
        const empty = emptyLive(before)
        const { live } = applyPlan(makePlan(before, empty), empty)
        const touched = tampering.reduce((world, [hand, pick]) => tampered(world, hand, pick), live)
        const world = { ...touched, images: { ...imagesFor(before), ...imagesFor(after) } }
        const plan = makePlan(after, world)
        expect(contradictions(plan)).toEqual([])
        expect(disagrees(plan)).toBe(false)
      }),
      { numRuns: 40 },
    )
  })
})
