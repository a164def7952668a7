import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../src/model/live-stack.js'
import { tagKeys } from '../../src/model/tags.js'
import type { Plan } from '../../src/model/plan.js'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import { compareRevisions } from '../../src/planner/revisions/compare-revisions.js'
import { at, emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { head } from '../support/stack-texts.js'

const file = (volume: string | undefined, elasticIp: string) => `${head}servers:
  web: { image: ami-00000001, type: t3.small, zone: us-east-1a, elasticIp: ${elasticIp} }
${volume === undefined ? '' : `volumes:\n  data: { size: 10, zone: us-east-1a${volume} }\n`}`

const guarded = file(', protect: true', '{ protect: true }')
const freed = file(', protect: false', '{ protect: false }')

function settled(text: string): LiveStack {
  const live = emptyLive(specOf(text))
  return applyPlan(makePlan(specOf(text), live, { run: 'run-1' }), live).live
}

const refusals = ({ applyable, steps, problems }: Plan) => ({
  applyable,
  steps: steps.length,
  told: problems.map(({ code, message }) => `${code}: ${message}`),
})

const refusedWith = (...told: readonly string[]) => ({
  applyable: false,
  steps: 0,
  told: told.map((message) => `PLAN_PROTECTED: ${message}`),
})

describe.each([
  { kind: 'volumes' as const, address: 'volume.data', others: file(undefined, '{ protect: true }') },
  { kind: 'elasticIps' as const, address: 'elasticIp.web', others: file(', protect: true', 'false') },
])('a protected $address', ({ kind, address, others }) => {
  const live = settled(guarded)
  const id = live[kind]?.[0]?.id ?? ''

  it('says so in a tag, and plans empty', () => {
    expect(live[kind]?.[0]?.tags[tagKeys.protect]).toBe('true')
    expect(makePlan(specOf(guarded), live).steps).toEqual([])
  })

  it('stays when its entry leaves the file', () => {
    const plan = makePlan(specOf(others), live)
    expect(refusals(plan)).toEqual(refusedWith(`${address} (${id}) is protected from being removed`))
  })

  it('stays when everything goes, with the file and without', () => {
    for (const spec of [specOf(guarded), undefined]) {
      const plan = makeDestroyPlan(spec, live)
      expect(plan.applyable).toBe(false)
      expect(refusals(plan).told).toContain(`PLAN_PROTECTED: ${address} (${id}) is protected from being removed`)
    }
  })

  it('goes when the file says that it is not protected any more', () => {
    const plan = makeDestroyPlan(specOf(freed), live)
    expect(plan.problems).toEqual([])
    expect(applyPlan(plan, live).live[kind] ?? []).toEqual([])
    const next = applyPlan(makePlan(specOf(freed), live, { run: 'run-2' }), live).live
    expect(next[kind]?.[0]?.tags[tagKeys.protect]).toBeUndefined()
    expect(makePlan(specOf(freed), next).steps).toEqual([])
    expect(makeDestroyPlan(undefined, next).problems).toEqual([])
  })

  it('has drifted when somebody takes the tag away, and gets it back', () => {
    const without: LiveStack = {
      ...live,
      [kind]: live[kind]?.map((one) => ({
        ...one,
        tags: Object.fromEntries(Object.entries(one.tags).filter(([key]) => key !== tagKeys.protect)),
      })),
    }
    const plan = makePlan(specOf(guarded), without)
    expect(plan.changes.find((change) => change.address === address)).toMatchObject({
      kind: 'update',
      diffs: [{ path: 'protect', before: false, after: true, cause: 'drift' }],
    })
    expect(applyPlan(plan, without).live[kind]?.[0]?.tags[tagKeys.protect]).toBe('true')
  })

  it('is said to be protected where two revisions are compared', () => {
    const revision = (text: string) => ({ spec: specOf(text), contents: new Map() })
    const { changes } = compareRevisions(revision(guarded), revision(others))
    expect(changes.find((change) => change.address === address)?.refused).toMatch(/^it is protected/)
  })
})

describe('a protected volume', () => {
  const live = settled(guarded)

  it('is not replaced, neither for what the file says nor for what is asked', () => {
    const encrypted = specOf(guarded.replace(', protect: true', ', protect: true, encrypted: true'))
    expect(refusals(makePlan(encrypted, live))).toEqual(
      refusedWith("volume.data is protected from being replaced, and a volume's encryption is fixed when it is made"),
    )
    const asked = makePlan(specOf(guarded), live, { replace: [at('volume.data')] })
    expect(refusals(asked)).toEqual(
      refusedWith('volume.data is protected from being replaced, and a replacement is asked for by --replace'),
    )
    const freely = makePlan(specOf(freed), live, { replace: [at('volume.data')] })
    expect([freely.applyable, freely.steps.some(({ kind }) => kind === 'delete-volume')]).toEqual([true, true])
  })

  it('grows', () => {
    const plan = makePlan(specOf(guarded.replace('size: 10', 'size: 20')), live)
    expect([plan.applyable, plan.steps.map(({ kind }) => kind)]).toEqual([
      true,
      expect.arrayContaining(['modify-volume']),
    ])
  })
})
