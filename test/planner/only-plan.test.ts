import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import type { StackSpec } from '../../src/model/stack-spec.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { planOfAddresses } from '../../src/planner/only-plan.js'
import { stacks, tampered, tamperings } from '../support/arbitrary-stack.js'
import { at, emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { head } from '../support/stack-texts.js'

const text = (count: number, more = '') => `${head}securityGroups:
  web: { description: web, ingress: [{ port: 22, from: my-ip }] }
  spare: { description: spare, ingress: [{ port: 22, from: my-ip }] }
servers:
  web: { count: ${count}, image: ami-00000001, type: t3.small, securityGroups: [web]${more} }
  other: { image: ami-00000001, type: t3.small, securityGroups: [spare] }
volumes:
  data: { server: 'web[*]', size: 10, mount: /srv }
`

function only(plan: Plan, file: string, ...addresses: string[]): Plan {
  return planOfAddresses(plan, addresses.map(at), specOf(file))
}

const planOf = (file: string, live: LiveStack = emptyLive(specOf(file))) => makePlan(specOf(file), live, { run: 'run' })

function settled(file: string): LiveStack {
  const live = emptyLive(specOf(file))
  return applyPlan(planOf(file, live), live).live
}

const idsOf = ({ steps }: Plan) => steps.map(({ id }) => id)

describe('a plan of a part of a stack', () => {
  it('makes what was asked for and what that needs, and says so', () => {
    const plan = only(planOf(text(2)), text(2), 'server.web[0]')
    expect(plan.only).toEqual({
      asked: ['server.web[0]'],
      needed: ['keyPair.default', 'securityGroup.web'],
      leftOut: ['securityGroup.spare', 'server.other', 'server.web[1]', 'volume.data[0]', 'volume.data[1]'],
    })
    expect(idsOf(plan)).toEqual([
      'import-key-pair:keyPair.default',
      'create-security-group:securityGroup.web',
      'authorize-ingress:securityGroup.web',
      'tag-resource:securityGroup.web',
      'create-server:server.web[0]',
      'connect-host:server.web[0]',
    ])
    expect(plan.ledger.after).toEqual(['keyPair.default', 'securityGroup.web', 'server.web[0]'])
  })

  it('launches alone what would have been launched with others, and together what is whole', () => {
    const batches = (plan: Plan) => plan.steps.flatMap((step) => (step.kind === 'create-server' ? [step.batch] : []))
    expect(batches(planOf(text(2)))).toContain('server.web[0-1]')
    expect(batches(only(planOf(text(2)), text(2), 'server.web[0]'))).toEqual([undefined])
    const both = only(planOf(text(2)), text(2), 'server.web[0]', 'server.web[1]')
    expect(batches(both)).toEqual(['server.web[0-1]', 'server.web[0-1]'])
  })

  it('enters a server for a volume, and leaves what differs of the server itself', () => {
    const file = text(1)
      .replace('size: 10', 'size: 20')
      .replace('type: t3.small, securityGroups: [web]', 'type: t3.small, securityGroups: [web], tags: { team: audio }')
    const plan = only(planOf(file, settled(text(1))), file, 'volume.data[0]')
    expect(idsOf(plan)).toEqual([
      'connect-host:server.web[0]',
      'modify-volume:volume.data[0]',
      'grow-filesystem:volume.data[0]',
      'tag-resource:volume.data[0]',
    ])
    expect(plan.only).toMatchObject({ needed: [], leftOut: ['server.web[0]'] })
  })

  it('does nothing with a server that is as the file says, and is entered for others', () => {
    const file = text(1).replace('size: 10', 'size: 20')
    const plan = only(planOf(file, settled(text(1))), file, 'server.web[0]')
    expect([plan.steps, plan.only?.leftOut]).toEqual([[], ['volume.data[0]']])
  })

  it('takes a server away that the file no longer names, with what is on it, and nothing else', () => {
    const file = text(1).replace('port: 22', 'port: 23')
    const plan = only(planOf(file, settled(text(2))), file, 'server.web[1]')
    expect(plan.changes.map(({ address, kind }) => [address, kind])).toEqual([
      ['server.web[1]', 'remove'],
      ['volume.data[1]', 'remove'],
    ])
    expect(plan.only?.leftOut).toEqual(['securityGroup.web'])
    expect(plan.ledger.before).toContain('server.web[1]')
    expect(plan.ledger.after).toEqual(plan.ledger.before.filter((address) => !address.endsWith('[1]')))
  })

  it('is complete, and applyable, by what it looks at alone', () => {
    const live = settled(text(1))
    const unread: LiveStack = {
      ...live,
      unreadable: [{ address: at('server.other'), reason: 'no way there' }],
      hosts: { ...live.hosts, 'server.other': { kind: 'unreadable', reason: 'no way there' } },
      servers: [
        ...live.servers,
        ...live.servers.slice(0, 1).map((server) => ({ ...server, address: at('server.other'), id: 'i-twin' })),
      ],
    }
    const whole = planOf(text(1), unread)
    expect([whole.complete, whole.applyable]).toEqual([false, false])
    const part = only(whole, text(1), 'server.web[0]')
    expect([part.complete, part.applyable, part.problems]).toEqual([true, true, []])
    expect(only(whole, text(1), 'server.other').applyable).toBe(false)
  })

  it('tells of the error that what was asked for stands on', () => {
    const live = settled(text(1))
    const [server] = live.servers.filter(({ address }) => address === 'server.web[0]')
    const twice = { ...live, servers: [...live.servers, ...(server ? [{ ...server, id: 'i-twin' }] : [])] }
    const plan = only(planOf(text(1).replace('size: 10', 'size: 20'), twice), text(1), 'volume.data[0]')
    expect(plan.steps).toEqual([])
    expect(plan.problems.map(({ code }) => code)).toEqual(['PLAN_ADDRESS_CONFLICT'])
  })

  it('leaves wishes of others as they are, and settles nothing that it has not seen', () => {
    const live = settled(text(1))
    const wishes = [
      { kind: 'restore', address: at('volume.data[0]'), snapshotId: 'snap-1', replaces: 'vol-1' },
    ] as const
    const withWish: LiveStack = { ...live, ledger: { id: 'lt-1', addresses: live.ledger?.addresses ?? [], wishes } }
    const plan = only(planOf(text(1), withWish), text(1), 'server.other')
    expect(plan.ledger.wishes?.open).toEqual(wishes)
  })

  it('knows nothing of what is not there any more', () => {
    const plan = only(planOf(text(1), settled(text(1))), text(1), 'server.gone')
    expect([plan.steps, plan.changes, plan.only?.asked]).toEqual([[], [], []])
  })
})

/** What a plan still wants to do once another was carried out whole; a look into a server changes nothing. */
function leftAfter(plan: Plan, live: LiveStack, spec: StackSpec): readonly string[] {
  const again = makePlan(spec, applyPlan(plan, live, Infinity, 3).live, { run: 'run' })
  return idsOf(again).filter((id) => !id.startsWith('connect-host:'))
}

describe('parts of plans of random stacks', () => {
  // What is to be copied is read from elsewhere, of which plain data knows nothing.
  const withoutRules = stacks.map((spec): StackSpec => ({ ...spec, syncs: [] }))
  const stories = fc.record({
    before: withoutRules,
    after: withoutRules,
    hand: fc.tuple(fc.constantFrom(...tamperings), fc.nat(5)),
    picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  })
  const runs = { numRuns: Number(process.env['PLAN_RUNS'] ?? 40) }

  it('have all that they need, change nothing that is left out, and are a plan with nothing to do once they are done', () => {
    fc.assert(
      fc.property(stories, ({ before, after, hand: [tampering, pick], picks }) => {
        const first = emptyLive(before, { images: { ...imagesFor(before), ...imagesFor(after) } })
        const live = tampered(applyPlan(makePlan(before, first), first).live, tampering, pick)
        const whole = makePlan(after, live, { run: 'run' })
        const asked = picks.flatMap((index) => whole.changes[index % whole.changes.length]?.address ?? [])
        const part = planOfAddresses(whole, asked, after)
        const ids = new Set(part.steps.map(({ id }) => id))
        const planned = new Set(whole.steps.map(({ id }) => id))
        for (const { id, needs } of part.steps) {
          expect(planned.has(id)).toBe(true)
          expect(needs.filter((need) => planned.has(need) && !ids.has(need))).toEqual([])
        }
        const leftOut = new Set(part.only?.leftOut)
        expect(part.steps.filter(({ address, kind }) => leftOut.has(address) && kind !== 'connect-host')).toEqual([])
        const missing = whole.steps.filter(({ id, address }) => asked.includes(address) && !ids.has(id))
        expect(missing.filter(({ kind }) => kind !== 'connect-host')).toEqual([])
        if (!part.applyable) return
        const { live: done, failed } = applyPlan(part, live, Infinity, 2)
        // What could not be carried out of the whole cannot be of a part: a filesystem that is not what the file says.
        const { failed: failedOfWhole } = applyPlan(whole, live, Infinity, 2)
        expect(failed.filter((id) => !failedOfWhole.includes(id))).toEqual([])
        if (failedOfWhole.length > 0) return
        const rest = makePlan(after, done, { run: 'run' })
        const again = planOfAddresses(rest, asked, after)
        if (!whole.applyable) return
        // Nothing is left of it but what an apply of everything leaves as well.
        const left = leftAfter(whole, live, after)
        const own = again.steps.filter(({ address, kind }) => asked.includes(address) && kind !== 'connect-host')
        expect(own.filter(({ id }) => !left.includes(id))).toEqual([])
        expect(leftAfter(rest, done, after)).toEqual(left)
      }),
      runs,
    )
  })
})
