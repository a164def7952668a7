import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../../src/model/live-stack.js'
import type { Plan } from '../../../src/model/plan.js'
import { makeDestroyPlan, makePlan } from '../../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import { applyPlan } from '../../support/plan-effects.js'
import { head } from '../../support/stack-texts.js'

const server = 'servers:\n  builder: { image: ami-00000001, type: t3.small }\n'
const file = (more: string, others = '') =>
  `${head}images:\n  golden: { from: server.builder, ${more} }\n${others}${server}`
const copied = file('keep: 2, regions: [eu-central-1]')

function settled(text: string): LiveStack {
  const nothing = emptyLive(specOf(text))
  return applyPlan(makePlan(specOf(text), nothing, { run: 'run-1' }), nothing).live
}

function stepsOf({ steps }: Plan, kind: string) {
  return steps.filter((step) => step.kind === kind)
}

describe('the end of an image', () => {
  it.each([
    ['an image that the file does not name any more', (live: LiveStack) => makePlan(specOf(`${head}${server}`), live)],
    ['a stack that goes', (live: LiveStack) => makeDestroyPlan(specOf(copied), live)],
  ])('comes after that of its copies, which its tags alone tell of: %s', (_name, planOf) => {
    const steps = stepsOf(planOf(settled(copied)), 'deregister-image')
    const elsewhere = steps.filter((step) => 'region' in step)
    const here = steps.filter((step) => !('region' in step))
    expect([elsewhere.length, here.length]).toEqual([1, 1])
    expect(here[0]?.needs).toEqual(expect.arrayContaining(elsewhere.map(({ id }) => id)))
  })
})

describe('a server that rests for images', () => {
  it('starts when all of them are made or could not be, and whatever became of its stop', () => {
    const text = file('keep: 1', '  other: { from: server.builder }\n')
    const [start] = stepsOf(makePlan(specOf(text), emptyLive(specOf(text))), 'start-server')
    const rested = ['stop-server:server.builder#image', 'create-image:image.golden', 'create-image:image.other']
    expect(start?.cleansAfter).toEqual(rested)
    expect(start?.needs).toEqual(expect.arrayContaining(rested))
  })
})
