import type { StepId } from '../../model/step.js'
import type { Address } from '../../model/address.js'
import type { Bindings } from '../bindings.js'

/** Binds a step to the snapshot that it took: one address may have several in a plan. */
export function bindSnapshot(bindings: Bindings, step: StepId, id: string): void {
  bindings.bind(step as string as Address, { id })
}

/** The snapshot that a step of this run took; undefined before, and without a step. */
export function snapshotOf(bindings: Bindings, step: StepId | undefined): string | undefined {
  return step && bindings.get(step as string as Address)?.id
}
