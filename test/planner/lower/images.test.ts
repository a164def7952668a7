import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../../src/model/live-stack.js'
import type { Plan } from '../../../src/model/plan.js'
import { tagKeys } from '../../../src/model/tags.js'
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

describe('copies that a stack of the same name makes here', () => {
  const home = file('keep: 1')
  /** The same image as it comes from another region, with a version of its own number, made of something else. */
  function withArrived(live: LiveStack, version: number): LiveStack {
    const [image] = live.builtImages ?? []
    const [own] = image?.versions ?? []
    if (!image || !own) throw new Error('there is no image')
    const tags = {
      ...own.tags,
      [tagKeys.copyOf]: 'eu-central-1/ami-0000000000000000e',
      [tagKeys.applied]: 'from=00000000',
      [tagKeys.version]: `${version}`,
    }
    const arrived = { ...own, id: 'ami-0000000000000000f', name: `${own.name.slice(0, -1)}${version}`, version, tags }
    return { ...live, builtImages: [{ ...image, versions: [arrived, ...image.versions] }] }
  }

  it('are no versions of this one’s: its own stays, and nothing is made for them', () => {
    const plan = makePlan(specOf(home), withArrived(settled(home), 7), { run: 'run-2' })
    expect(plan.steps).toEqual([])
  })

  it('are neither taken for its own nor in its way where it has none', () => {
    const live = withArrived(settled(home), 7)
    const [image] = live.builtImages ?? []
    const without = { ...live, builtImages: [{ ...image!, versions: image!.versions.slice(0, 1) }] }
    const plan = makePlan(specOf(home), without, { run: 'run-2' })
    expect(stepsOf(plan, 'deregister-image')).toEqual([])
    expect(stepsOf(plan, 'create-image')).toMatchObject([{ name: expect.stringMatching(/\/8$/) as string }])
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
