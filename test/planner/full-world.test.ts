import { describe, expect, it } from 'vitest'
import { makePlan } from '../../src/planner/make-plan.js'
import { fullStackText, fullWorld, withHands } from '../support/full-world.js'
import { specOf } from '../support/live-stack.js'

/** What benches/plan-in-memory.mjs and growth.test.ts measure: it must be what it says that it is. */
describe('the world in which all of a stack is in place', () => {
  it('gives an empty plan, and one of what hands have changed', () => {
    const spec = specOf(fullStackText(230))
    const world = fullWorld(spec)
    const plan = makePlan(spec, world)
    expect(plan.problems).toEqual([])
    expect(plan.steps).toEqual([])
    expect(plan.changes.filter(({ kind }) => kind !== 'none')).toEqual([])
    const changed = makePlan(spec, withHands(world))
    expect(changed.changes.filter(({ kind }) => kind !== 'none').map(({ address }) => address)).toEqual([
      'server.web[0]',
      'server.web[200]',
      'volume.data-100',
    ])
  })
})
