import { sortedAddresses } from '../../model/address-order.js'
import type { Address } from '../../model/address.js'
import type { PlannedLedger } from '../../model/plan.js'
import { specsIn } from '../../model/stack-spec.js'
import { isHeld, type Decided } from '../decide/decided.js'
import type { World } from '../world.js'

/** The ledger before and after: what is there once every step is done. An address that could not be planned stays as it was. */
export function plannedLedger({ spec, live }: World, decided: readonly Decided[]): PlannedLedger {
  const { ledger } = live.stack
  const named = new Set(specsIn(spec).map(({ address }) => address))
  const after = new Set<Address>()
  for (const decision of decided) {
    const { address, change } = decision
    if (change.kind === 'remove') continue
    const stays = isHeld(decision) || !named.has(address)
    if (!stays || live.ledger.has(address)) after.add(address)
  }
  return { id: ledger?.id, before: sortedAddresses(ledger?.addresses ?? []), after: sortedAddresses(after) }
}
