import { expect, it } from 'vitest'
import { makePlan } from '../../../src/planner/make-plan.js'
import { planText } from '../../../src/report/plan/plan-text.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import { image } from '../../support/stacks.js'

it('asks a plan for no digest: they are a tenth of what a plan takes', () => {
  const spec = specOf(`
evenkeel: 1
stack: shown
target: sandbox
servers:
  web: { image: ${image}, type: t3.small }
`)
  const plan = makePlan(spec, emptyLive(spec))
  const get = () => {
    throw new Error('nobody asked for it')
  }
  const undigested = Object.defineProperties(plan, { specDigest: { get }, liveDigest: { get } })
  expect(planText(undigested, { color: false, verbose: true })).toContain('+ server.web')
  expect(() => JSON.stringify(undigested)).toThrow('nobody asked')
})
