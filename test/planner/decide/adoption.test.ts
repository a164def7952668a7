import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../../src/model/live-stack.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import { at, emptyLive, specOf } from '../../support/live-stack.js'
import { applyPlan } from '../../support/plan-effects.js'
import { head } from '../../support/stack-texts.js'

const id = 'i-0123456789abcdef0'
const file = (more: string) => `${head}servers:\n  web: { image: ami-00000001, type: t3.small${more} }\n`
const adopted = `, instanceId: ${id}`

/** The server of the file, as one with that id. */
function settled(): LiveStack {
  const live = emptyLive(specOf(file('')))
  const { live: made } = applyPlan(makePlan(specOf(file('')), live, { run: 'run-1' }), live)
  return { ...made, servers: made.servers.map((server) => ({ ...server, id })) }
}

describe('a server that the file names by its id, and that belongs to the stack', () => {
  it('plans empty', () => {
    expect(makePlan(specOf(file(adopted)), settled()).steps).toEqual([])
  })

  it('is not replaced by --replace: the file would name one that is gone', () => {
    const plan = makePlan(specOf(file(adopted)), settled(), { replace: [at('server.web')] })
    expect([plan.applyable, plan.steps]).toEqual([false, []])
    expect(plan.problems).toMatchObject([
      { code: 'REPLACE_IMPOSSIBLE', message: `server.web: the file names ${id}, so no other takes its place` },
    ])
  })

  it('is not replaced by a change either, until the id is left out', () => {
    const plan = makePlan(specOf(file(`${adopted}, zone: us-east-1b`)), settled())
    expect([plan.applyable, plan.steps]).toEqual([false, []])
    expect(plan.problems).toMatchObject([
      {
        code: 'PLAN_ADOPTED_DIFFERS',
        message: expect.stringContaining('differs in zone'),
        hint: 'leave `instanceId` out once it is adopted, or write into the entry what is live',
      },
    ])
    expect(makePlan(specOf(file(', zone: us-east-1b')), settled()).applyable).toBe(true)
  })
})
