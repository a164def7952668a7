import { compareText } from '../../model/address-order.js'
import type { Plan } from '../../model/plan.js'
import { stepId } from '../../model/steps/step-id.js'
import type { Decided } from '../decide/decided.js'
import type { World } from '../world.js'

/** Steps that the target cannot carry out, by id: those that the graph left out, and those that nobody got as far as deciding. */
export function plannedImpossible(
  { live }: World,
  decided: readonly Decided[],
  leftOut: Plan['impossible'],
): Plan['impossible'] {
  const reason = live.stack.hostsImpossible ?? ''
  const undecided = decided.flatMap(({ address, impossible = [] }) =>
    impossible.map((kind) => ({ id: stepId(kind, address), address, reason })),
  )
  if (undecided.length === 0) return leftOut
  return [...leftOut, ...undecided].sort((left, right) => compareText(left.id, right.id))
}
