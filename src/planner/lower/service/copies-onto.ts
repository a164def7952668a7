import type { Address } from '../../../model/address.js'
import type { StepId } from '../../../model/steps/step.js'
import { workOf } from '../../decide/copies/file-decision.js'
import type { Lowering } from '../lowering.js'
import { readySteps } from '../readiness.js'

/** The copies of files to each server, with what follows them. */
export function copiesOnto({ world, decisions }: Lowering): ReadonlyMap<Address, readonly StepId[]> {
  const copies = new Map<Address, StepId[]>()
  for (const decision of decisions.files.values()) {
    const work = workOf(decision)
    const server = work?.ends.destination.server?.address
    if (server === undefined || world.copiedLater.has(server)) continue
    copies.set(server, [...(copies.get(server) ?? []), ...readySteps(world, decision.address)])
  }
  return copies
}
