import type { LiveStack } from '../../model/live-stack.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { normalizedLive, normalizedSpec } from '../compare/normalize.js'

/** What a plan is made from; a saved plan carries it, so that it can be told later what has moved. Plain JSON. */
export interface PlanBasis {
  readonly spec: StackSpec
  readonly live: LiveStack
  /**
   * By address of a rule or archive that copies from this machine: a digest over names, contents and what may be run, which
   * is the same in every checkout of the same files.
   */
  readonly sources: Readonly<Record<string, string>>
}

/** A basis in the form in which two are compared: lists in order, and nothing in it that JSON would lose. */
export function planBasis(spec: StackSpec, live: LiveStack, sources: Readonly<Record<string, string>>): PlanBasis {
  const basis: PlanBasis = { spec: normalizedSpec(spec), live: normalizedLive(live), sources }
  return JSON.parse(JSON.stringify(basis)) as PlanBasis
}
