import type { Address } from '../model/address.js'
import { sortedAddresses } from '../model/address-order.js'
import type { Change } from '../model/change.js'
import type { PlannedLedger } from '../model/plan.js'
import { specsIn } from '../model/stack-spec.js'
import type { Planning } from './planning.js'

/** The ledger before and after: what is there once every step is done. An address that could not be planned stays as it was. */
export function plannedLedger(planning: Planning, changes: readonly Change[]): PlannedLedger {
  const { ledger } = planning.live.stack
  const before = sortedAddresses(ledger?.addresses ?? [])
  const known = new Set(before)
  const named = new Set(specsIn(planning.spec).map(({ address }) => address))
  const after: Address[] = []
  for (const { address, kind } of changes) {
    if (kind === 'remove') continue
    const isHeld = planning.blocked.has(address) || !named.has(address)
    if (isHeld ? known.has(address) : true) after.push(address)
  }
  return { id: ledger?.id, before, after }
}
