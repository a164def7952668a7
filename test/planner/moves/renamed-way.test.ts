import { describe, expect, it } from 'vitest'
import { makeDestroyPlan, makePlan } from '../../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import { applyPlan } from '../../support/plan-effects.js'
import { observedFor } from '../../support/relocated-live.js'
import { head } from '../../support/stack-texts.js'

const server = (name: string, more = '') => `  ${name}: { image: ami-00000001, type: t3.small${more} }\n`
const before = `${head}servers:\n${server('bastion')}${server('app', ', via: server.bastion')}`
const renamed = `${head}servers:\n${server('gate')}moved: [{ from: server.bastion, to: server.gate }]\n`

describe('a server that is entered through another one, which was renamed', () => {
  const spec = specOf(before)
  const empty = emptyLive(spec)
  const { live } = applyPlan(makePlan(spec, empty, { run: 'run-1' }), empty)
  const after = specOf(renamed)
  const found = observedFor(live, after)

  it('is entered through that one when it goes', () => {
    expect(makePlan(after, found).bindings['server.app']).toMatchObject({ via: 'server.gate' })
  })

  it('goes before that one when everything goes', () => {
    const plan = makeDestroyPlan(after, found)
    expect(plan.bindings['server.app']).toMatchObject({ via: 'server.gate' })
    const end = plan.steps.find(({ id }) => id === 'terminate-server:server.gate')
    expect(end?.needs).toContain('terminate-server:server.app')
  })
})
