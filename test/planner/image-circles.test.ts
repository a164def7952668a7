import { describe, expect, it } from 'vitest'
import { PlanError } from '../../src/core/errors.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'

const copied = `
  target: { server: worker, size: 8, fstype: ext4 }
sync:
  seeded: { from: volume.source, to: volume.target, method: blocks }
`

const stack = (setup: string) => `
evenkeel: 1
stack: circles
target: { region: us-east-1 }
images:
  golden: { from: server.builder }
servers:
  builder: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a, setup: ${setup} }
  worker: { image: image.golden, type: t3.small, zone: us-east-1a }
volumes:
  source: { server: builder, size: 8, fstype: ext4, mount: /srv/source }`

const planned = (text: string) => {
  const spec = specOf(text)
  return makePlan(spec, emptyLive(spec, { images: imagesFor(spec) }), { run: 'run-1' })
}

describe('an image of a server whose volume is copied to a server of that image', () => {
  it('is refused where the set-up, the copy and the image wait for one another', () => {
    let refusal: unknown
    try {
      planned(stack('["make install"]') + copied)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(PlanError)
    expect(refusal).toMatchObject({ code: 'PLAN_CYCLE' })
    expect((refusal as PlanError).addresses).toEqual(expect.arrayContaining(['image.golden', 'server.builder']))
  })

  it('is planned without set-up, and with it in two rounds', () => {
    const whole = planned(stack('[]') + copied).steps.map(({ id }): string => id)
    expect(whole.indexOf('create-image:image.golden')).toBeLessThan(whole.indexOf('copy-blocks:sync.seeded'))
    const first = specOf(stack('["make install"]'))
    const before = emptyLive(first, { images: imagesFor(first) })
    const { live, failed } = applyPlan(makePlan(first, before, { run: 'run-1' }), before)
    expect(failed).toEqual([])
    const second = specOf(stack('["make install"]') + copied)
    const steps = makePlan(second, { ...live, syncs: emptyLive(second).syncs }, { run: 'run-2' }).steps
    expect(steps.map(({ id }) => id)).toContain('copy-blocks:sync.seeded')
  })
})
