import { sortedAddresses } from '../../model/address-order.js'
import type { Address } from '../../model/address.js'
import type { PlannedLedger } from '../../model/plan.js'
import type { Step } from '../../model/steps/step.js'
import { specsIn } from '../../model/stack-spec.js'
import { isHeld, type Decided } from '../decide/decided.js'
import type { World } from '../world.js'
import { plannedWishes } from './planned-wishes.js'

/** The ledger before and after: what is there once every step is done. An address that could not be planned stays as it was. */
export function plannedLedger(world: World, decided: readonly Decided[], steps: readonly Step[]): PlannedLedger {
  const { spec, live } = world
  const { ledger } = live.stack
  const wishes = plannedWishes(world, steps)
  const named = new Set(specsIn(spec).map(({ address }) => address))
  const after = new Set<Address>()
  for (const decision of decided) {
    const { address, change } = decision
    if (change.kind === 'remove') continue
    const stays = isHeld(decision) || !named.has(address)
    if (!stays || live.ledger.has(address)) after.add(address)
  }
  return {
    id: ledger?.id,
    before: sortedAddresses(ledger?.addresses ?? []),
    after: sortedAddresses(after),
    ...(wishes && { wishes }),
    ...(ledger?.epoch && { epoch: ledger.epoch }),
  }
}
