import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { makePlan } from '../../src/planner/make-plan.js'
import { planText } from '../../src/report/plan-text.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'

describe('smoke', () => {
  it.each(['hello', 'music-library', 'web-pair', 'erlang-cluster'])('%s', (name) => {
    const spec = specOf(readFileSync(`examples/stacks/${name}.yaml`, 'utf8'))
    const live = emptyLive(spec)
    const plan = makePlan(spec, live, { run: 'r1', revision: 'abc' })
    console.log(planText(plan, { color: false, verbose: false }))
    const { live: after, failed } = applyPlan(plan, live)
    expect(failed).toEqual([])
    const second = makePlan(spec, after, { run: 'r2', revision: 'def' })
    console.log(planText(second, { color: false, verbose: false }))
    expect(second.steps).toEqual([])
  })
})
