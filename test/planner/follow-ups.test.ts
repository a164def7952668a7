import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import type { SyncFacts } from '../../src/model/kinds/sync-rule.js'
import type { FollowUpWish, Wish } from '../../src/model/ledger/wish.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { planOfRules } from '../../src/planner/rule-plan.js'
import { at, emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'

const file = (words: string) => `evenkeel: 1
stack: demo
target: { region: us-east-1 }
servers:
  web: { count: 1, image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
sync:
  site: { from: ./site/, to: 'web[*]:/srv/'${words} }
  other: { from: ./other/, to: 'web[0]:/other/', onChange: date }
`
const onChange = ', onChange: systemctl reload nginx'
const rolling = ', rolling: { health: curl -f localhost }'
const whole = file(onChange + rolling)
const site = at('sync.site[0]')

describe('what an earlier run owes after a copy', () => {
  it.each<[FollowUpWish['owes'], string, readonly string[]]>([
    ['command', whole, ['run-on-change', 'check-health']],
    ['health', whole, ['check-health']],
    ['command', file(onChange), ['run-on-change']],
    // The command left the file, the health check did not.
    ['command', file(rolling), ['check-health']],
  ])('is planned although no file differs, and pending: %s', (owes, text, kinds) => {
    const plan = planOf(text, owing(text, owes))
    expect(kindsOf(plan)).toEqual(kinds)
    expect(plan.steps.find(({ kind }) => kind === 'run-on-change')).toEqual(
      kinds[0] === 'run-on-change' ? expect.objectContaining({ copy: undefined }) : undefined,
    )
    expect(driftOf(plan).status).toBe('pending')
    expect(plan.ledger.wishes?.open.map(({ address }) => address)).toEqual([site])
  })

  it('is planned also where nobody looked, and not where the server cannot be entered', () => {
    const live = owing(whole, 'health')
    const blind = {
      ...live,
      hosts: { 'server.web[0]': { kind: 'not-probed', because: 'not-asked' } as const },
      syncs: {},
    }
    expect(kindsOf(planOf(whole, blind))).toEqual(['check-health'])
    const reason = 'it does not answer'
    const dead = planOf(whole, {
      ...live,
      hosts: { 'server.web[0]': { kind: 'unreadable', reason } },
      syncs: { [site]: { kind: 'unreadable', reason } },
      unreadable: [{ address: at('server.web[0]'), reason }],
    })
    expect([kindsOf(dead), driftOf(dead).status]).toEqual([[], 'unknown'])
    expect(dead.ledger.wishes?.open).toHaveLength(1)
  })

  it('is done also when files differ by now, and the copy finds them the same', () => {
    const live = owing(whole, 'command')
    const facts = live.syncs[site] as Extract<SyncFacts, { kind: 'read' }>
    const plan = planOf(whole, { ...live, syncs: { [site]: { ...facts, filesChanged: 1 } } })
    expect(kindsOf(plan)).toEqual(['copy-files', 'run-on-change', 'check-health'])
    expect(plan.steps.find(({ id }) => id === `run-on-change:${site}`)).toMatchObject({ copy: undefined })
  })

  it.each([
    ['the rule leaves the file', whole.replace(/ {2}site: .*\n/, ''), 'the file no longer names it'],
    ['nothing follows its copy any more', file(''), 'the file no longer says what follows its copy'],
  ])('is given up with a word where %s', (_what, text, why) => {
    const plan = planOf(text, owing(whole, 'command'))
    expect(plan.problems.map(({ code, severity }) => [code, severity])).toEqual([['PLAN_WISH_GIVEN_UP', 'warning']])
    expect(plan.problems[0]?.message).toContain(why)
    expect(plan.ledger.wishes).toEqual({ before: [expect.objectContaining({ address: site })], open: [] })
  })

  it('stays in the ledger while another rule is carried out alone', () => {
    const live = owing(whole, 'health')
    const facts = live.syncs[at('sync.other')] as Extract<SyncFacts, { kind: 'read' }>
    const plan = planOf(whole, { ...live, syncs: { ...live.syncs, 'sync.other': { ...facts, filesChanged: 1 } } })
    const alone = planOfRules(plan, [at('sync.other')])
    // What a run that was cut off may have left elsewhere is none of a rule's.
    expect(alone).toMatchObject({ kind: 'plan', plan: { isPart: true } })
    expect(alone.kind === 'plan' && alone.plan.ledger.wishes?.open).toEqual([
      { kind: 'follow-up', address: 'sync.other', owes: 'command' },
      { kind: 'follow-up', address: site, owes: 'health' },
    ])
  })
})

describe('a copy that something follows', () => {
  it('is written down with that before it begins; one that nothing follows is not', () => {
    const spec = specOf(whole)
    expect(makePlan(spec, emptyLive(spec)).ledger.wishes).toEqual({
      before: [],
      open: [
        { kind: 'follow-up', address: 'sync.other', owes: 'command' },
        { kind: 'follow-up', address: site, owes: 'command' },
      ],
    })
    const quiet = specOf(file('').replace(', onChange: date', ''))
    expect(makePlan(quiet, emptyLive(quiet)).ledger.wishes).toBeUndefined()
  })
})

/** The stack as applied, in which a run owes something of the rule. */
function owing(text: string, owes: FollowUpWish['owes']): LiveStack {
  const spec = specOf(text)
  const { live, failed } = applyPlan(makePlan(spec, emptyLive(spec)), emptyLive(spec))
  expect(failed).toEqual([])
  const wish: Wish = { kind: 'follow-up', address: site, owes }
  return { ...live, ledger: live.ledger && { ...live.ledger, wishes: [wish] } }
}

function planOf(text: string, live: LiveStack): Plan {
  const spec = specOf(text)
  return makePlan(spec, { ...live, images: imagesFor(spec) })
}

function kindsOf(plan: Plan) {
  return plan.steps.filter(({ address }) => address === site).map(({ kind }) => kind)
}
