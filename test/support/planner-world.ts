import type { LiveStack } from '../../src/model/live-stack.js'
import { normalizedLive, normalizedSpec } from '../../src/planner/compare/normalize.js'
import { worldOf, type PlanOptions, type World } from '../../src/planner/world.js'
import { emptyLive, specOf } from './live-stack.js'

/** What decisions are made from: a stack file's text, and a region in which there is nothing but what `changes` says. */
export function worldFor(text: string, changes: Partial<LiveStack> = {}, options: PlanOptions = {}): World {
  const spec = specOf(text)
  return worldOf(normalizedSpec(spec), normalizedLive(emptyLive(spec, changes)), options, undefined)
}
