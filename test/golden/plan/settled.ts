import { makePlan } from '../../../src/planner/make-plan.js'
import type { LiveStack } from '../../../src/model/live-stack.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import { applyPlan } from '../../support/plan-effects.js'

/** The world after an apply of a stack file, `changes` standing in the world before it. */
export function settled(text: string, changes: Partial<LiveStack> = {}): LiveStack {
  const spec = specOf(text)
  const live = emptyLive(spec, changes)
  const { live: after, failed } = applyPlan(makePlan(spec, live, { revision: '4f0c2aa', run: 'run-1' }), live)
  if (failed.length > 0) throw new Error(`the first apply failed: ${failed.join(', ')}`)
  return after
}
