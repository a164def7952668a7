import { describe, expect, it } from 'vitest'
import { keyFingerprint } from '../../src/core/key-fingerprint.js'
import { driftOf } from '../../src/model/drift-report.js'
import { authorizedKeyComment, staleLines, type AuthorizedKey } from '../../src/model/inside/authorized-keys.js'
import type { HostFacts } from '../../src/model/inside/host-facts.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import { tagKeys } from '../../src/model/tags.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { sshKeys } from '../support/ssh-keys.js'
import { head, oneServer } from '../support/stack-texts.js'

const { ed25519: first, ecdsa256: second, ecdsa384: others } = sshKeys
const withPair = (publicKey: string, name = 'deploy') =>
  `${head}keyPairs: { ${name}: { publicKey: '${publicKey}' } }\nservers:\n  web: { image: ami-00000001, type: t3.small, keyPair: ${name} }\n`

/** The live stack as an apply of this text left it, with the keys that this machine has. */
function settled(text: string, publicKeys: Readonly<Record<string, string>>): LiveStack {
  const spec = specOf(text)
  const empty = emptyLive(spec, { publicKeys })
  return applyPlan(makePlan(spec, empty, { run: 'run-1' }), empty).live
}

/** The same, where the login user's keys are these. */
function withKeys(live: LiveStack, authorizedKeys: readonly AuthorizedKey[]): LiveStack {
  const facts = live.hosts['server.web'] as Extract<HostFacts, { kind: 'read' }>
  return { ...live, hosts: { 'server.web': { ...facts, authorizedKeys } } }
}

const unreadable = (live: LiveStack): LiveStack => ({
  ...live,
  hosts: { 'server.web': { kind: 'unreadable', reason: 'it does not answer' } },
})

function kindsOf(plan: Plan): readonly string[] {
  return plan.steps.map(({ kind }) => kind)
}

function changeOf(plan: Plan, address = 'server.web') {
  return plan.changes.find((change) => change.address === address)
}

const generated = settled(oneServer, { 'keyPair.default': first })
const named = settled(withPair(first), { 'keyPair.deploy': first })

describe('from a generated to a named key pair', () => {
  const spec = specOf(withPair(second))
  const live = { ...generated, publicKeys: { 'keyPair.deploy': second } }

  it('the keys of the server change in place, before the old pair goes', () => {
    const plan = makePlan(spec, withKeys(live, [{ key: first }, { key: others }]))
    expect(changeOf(plan)).toMatchObject({
      kind: 'update',
      impact: 'none',
      diffs: [{ path: 'keyPair', before: 'keyPair.default', after: 'keyPair.deploy', cause: 'pending' }],
    })
    const step = plan.steps.find(({ kind }) => kind === 'authorize-key')
    expect(step).toMatchObject({ keyPair: 'keyPair.deploy', publicKey: second, former: [keyFingerprint(first)] })
    const removal = plan.steps.find(({ kind }) => kind === 'delete-key-pair')
    expect(removal?.needs).toContain('authorize-key:server.web')
    expect(kindsOf(plan)).not.toContain('terminate-server')
    expect(plan.bindings['server.web']).toMatchObject({
      keyPair: 'keyPair.deploy',
      formerKeys: [keyFingerprint(first)],
    })
  })

  it('nothing is left to do afterwards, although EC2 names the first pair for good', () => {
    const before = withKeys(live, [{ key: first }])
    const after = applyPlan(makePlan(spec, before, { run: 'run-2' }), before).live
    expect(after.servers[0]?.keyName).toBe(generated.servers[0]?.keyName)
    const done = withKeys(after, [{ key: second, stack: 'demo' }, { key: others }])
    const plan = makePlan(spec, done)
    expect([kindsOf(plan), plan.problems, driftOf(plan).status]).toEqual([[], [], 'in-sync'])
    const unasked = { ...done, hosts: {} }
    expect(kindsOf(makePlan(spec, unasked))).toEqual([])
  })

  it('a run that ended in between is gone on with', () => {
    for (const keys of [[{ key: first }, { key: second, stack: 'demo' }], [{ key: second }]]) {
      const plan = makePlan(spec, withKeys(live, keys))
      const isRemoved = !keys.some(({ key }) => key === first)
      expect(kindsOf(plan).includes('authorize-key')).toBe(!isRemoved)
    }
  })

  it('a server that cannot be entered keeps its keys, is not replaced, and remembers which go', () => {
    const plan = makePlan(spec, unreadable(live), { run: 'run-2' })
    expect(kindsOf(plan)).not.toContain('authorize-key')
    expect(kindsOf(plan)).not.toContain('terminate-server')
    expect(plan.problems).toContainEqual(
      expect.objectContaining({ code: 'PLAN_KEY_REPLACED', address: 'server.web', path: ['keyPair'] }),
    )
    const removal = plan.steps.find(({ kind }) => kind === 'delete-key-pair')
    expect(removal?.needs).toContain('tag-resource:server.web#former-keys')
    const later = applyPlan(plan, unreadable(live)).live
    expect(later.servers[0]?.tags[tagKeys.formerKeys]).toBe(keyFingerprint(first))
    expect(later.keyPairs.map(({ address }) => address)).toEqual(['keyPair.deploy'])

    const reachable = withKeys({ ...later, hosts: generated.hosts, publicKeys: live.publicKeys }, [{ key: first }])
    const next = makePlan(spec, reachable)
    expect(next.steps.find(({ kind }) => kind === 'authorize-key')).toMatchObject({ former: [keyFingerprint(first)] })
    expect(next.bindings['server.web']).toMatchObject({ formerKeys: [keyFingerprint(first)] })
    const done = applyPlan(next, reachable).live
    expect(done.servers[0]?.tags).not.toHaveProperty(tagKeys.formerKeys)
  })
})

describe('a named key pair whose key changed', () => {
  const spec = specOf(withPair(second))
  const live = { ...named, publicKeys: { 'keyPair.deploy': second } }

  it('is let into servers before EC2 has it', () => {
    const plan = makePlan(spec, withKeys(live, [{ key: first }]))
    expect(changeOf(plan, 'keyPair.deploy')?.kind).toBe('replace')
    expect(changeOf(plan)).toMatchObject({
      kind: 'update',
      diffs: [{ path: 'keyPair', before: keyFingerprint(first), after: 'keyPair.deploy', cause: 'pending' }],
    })
    expect(kindsOf(plan)).toEqual(['connect-host', 'authorize-key', 'delete-key-pair', 'import-key-pair'])
  })
})

describe('a server’s keys', () => {
  const spec = specOf(withPair(first))

  it('that somebody took away are drift', () => {
    const plan = makePlan(spec, withKeys(named, [{ key: others }]))
    expect(changeOf(plan)?.diffs).toEqual([{ path: 'keyPair', before: null, after: 'keyPair.deploy', cause: 'drift' }])
    expect(driftOf(plan).status).toBe('drift')
  })

  it('of others are nobody’s business', () => {
    const plan = makePlan(spec, withKeys(named, [{ key: first }, { key: others }, { key: second, stack: 'another' }]))
    expect(kindsOf(plan)).toEqual([])
  })

  it('that a run which was cut off left behind go', () => {
    const text = withPair(second, 'other')
    const [other] = settled(text, { 'keyPair.other': second }).keyPairs
    const live = { ...named, keyPairs: [...named.keyPairs, other!] }
    const plan = makePlan(spec, withKeys(live, [{ key: first }, { key: second, stack: 'demo' }]))
    expect(changeOf(plan)?.diffs).toMatchObject([{ before: 'keyPair.other', cause: 'pending' }])
  })

  it('that somebody put back are drift, and go', () => {
    const plan = makePlan(spec, withKeys(named, [{ key: first }, { key: second, stack: 'demo' }]))
    expect(changeOf(plan)?.diffs).toMatchObject([{ before: keyFingerprint(second), cause: 'drift' }])
    expect([kindsOf(plan), driftOf(plan).status]).toEqual([['connect-host', 'authorize-key'], 'drift'])
  })

  it('that another stack has marked stay, also when this one had the same', () => {
    const live = { ...named, publicKeys: { 'keyPair.deploy': second } }
    const keys = [
      { key: second, stack: 'demo' },
      { key: first, stack: 'another' },
    ]
    const changed = makePlan(specOf(withPair(second)), withKeys(live, keys))
    expect(kindsOf(changed)).not.toContain('authorize-key')
    const text = keys.map(({ key, stack }) => `${key} ${authorizedKeyComment(stack, 'deploy')}`).join('\n')
    expect(staleLines(text, { stack: 'demo', wanted: second, former: [keyFingerprint(first)] })).toEqual([])
  })
})

describe('a generated key pair', () => {
  it('of another machine is told with what to do, and no other takes its place', () => {
    for (const publicKeys of [{}, { 'keyPair.default': second }]) {
      const plan = makePlan(specOf(oneServer), { ...generated, publicKeys, hosts: {} })
      expect(kindsOf(plan)).toEqual([])
      expect(plan.problems).toMatchObject([{ code: 'PLAN_KEY_NOT_HERE', hint: expect.stringContaining('SSH agent') }])
    }
  })

  it('of another machine is told by how its servers were entered', () => {
    const told = (facts: object) => {
      const hosts = Object.fromEntries(
        Object.entries(generated.hosts).map(([address, seen]) => [address, { ...seen, ...facts }]),
      ) as LiveStack['hosts']
      return makePlan(specOf(oneServer), { ...generated, publicKeys: {}, hosts }).problems
    }
    // By an agent, as no file has it here.
    expect(told({})).toEqual([])
    expect(told({ admitted: true })).toMatchObject([
      { code: 'PLAN_KEY_NOT_HERE', message: expect.stringContaining('server.web is entered by EC2 Instance Connect') },
    ])
    const [closed] = told({ kind: 'unreadable', reason: 'nobody lets it in', hint: 'ask' })
    expect(closed).toMatchObject({
      message: expect.stringContaining('server.web cannot be entered: nobody'),
      hint: 'ask',
    })
  })

  it('takes the place of a named one, and is let in before that goes', () => {
    const text = withPair(first, 'default')
    const live = settled(text, { 'keyPair.default': first })
    const plan = makePlan(specOf(oneServer), withKeys({ ...live, publicKeys: {} }, [{ key: first }]))
    expect(changeOf(plan, 'keyPair.default')?.kind).toBe('replace')
    expect(kindsOf(plan)).toEqual(['connect-host', 'authorize-key', 'delete-key-pair', 'import-key-pair'])
    const step = plan.steps.find(({ kind }) => kind === 'authorize-key')
    expect(step).toMatchObject({ publicKey: undefined, former: [keyFingerprint(first)] })
  })
})

describe('a server that is replaced while its key pair changes', () => {
  const replaced = (text: string) => text.replace('ami-00000001', 'ami-00000002')
  const imagesOf = (text: string) => emptyLive(specOf(text)).images

  it('keeps the pair in EC2 that was last let into it until it has ended, whatever it was launched with', () => {
    const text = withPair(second)
    const before = withKeys({ ...generated, publicKeys: { 'keyPair.deploy': second } }, [{ key: first }])
    const changed = applyPlan(makePlan(specOf(text), before, { run: 'run-2' }), before).live
    const next = replaced(withPair(others, 'next'))
    const live = {
      ...changed,
      publicKeys: { 'keyPair.next': others },
      images: { ...changed.images, ...imagesOf(next) },
    }
    const plan = makePlan(specOf(next), withKeys(live, [{ key: second, stack: 'demo' }]))
    const removal = plan.steps.find(({ id }) => id === 'delete-key-pair:keyPair.deploy')
    expect(removal?.needs).toContain('terminate-server:server.web')
  })

  it('has its key noted before another takes its place in EC2: the launch may be refused', () => {
    const next = replaced(withPair(second))
    const live = { ...named, publicKeys: { 'keyPair.deploy': second }, images: { ...named.images, ...imagesOf(next) } }
    const plan = makePlan(specOf(next), withKeys(live, [{ key: first }]))
    const resourceId = named.servers[0]?.id
    const note = plan.steps.find(({ id }) => id === `tag-resource:server.web#former-keys-${resourceId}`)
    expect(note).toMatchObject({ resourceId, tags: { [tagKeys.formerKeys]: keyFingerprint(first) } })
    const removal = plan.steps.find(({ id }) => id === 'delete-key-pair:keyPair.deploy')
    expect(removal?.needs).toContain(note?.id)
    expect(plan.steps.find(({ kind }) => kind === 'create-server')?.needs).toContain('import-key-pair:keyPair.deploy')
  })
})
