import { parseAddress, type Address } from '../../model/address.js'
import type { PlannedWishes } from '../../model/plan.js'
import type { Step, StepKind } from '../../model/steps/step.js'
import { sortedWishes, type FollowUpWish, type Wish } from '../../model/ledger/wish.js'
import type { World } from '../world.js'

/**
 * What stands in the ledger while the plan is carried out: restores that are not done, and for every rule that copies what
 * follows should it be cut off. Undefined where there is nothing, and was nothing.
 */
export function plannedWishes(world: World, steps: readonly Step[]): PlannedWishes | undefined {
  const before = sortedWishes(world.live.stack.ledger?.wishes ?? [])
  const open = sortedWishes(world.destroying ? before : openIn(world, steps))
  return before.length + open.length === 0 ? undefined : { before, open }
}

function openIn({ wishes }: World, steps: readonly Step[]): Iterable<Wish> {
  const open = new Map<Address, Wish>()
  for (const [address, { isOld: _isOld, ...wish }] of wishes.restores) open.set(address, wish)
  for (const [address, wish] of wishes.followUps) open.set(address, wish)
  for (const wish of followUpsOf(steps)) open.set(wish.address, wish)
  return open.values()
}

/** What follows a copy in this plan: a command before a health check. */
function followUpsOf(steps: readonly Step[]): readonly FollowUpWish[] {
  const rulesWith = (wanted: StepKind) =>
    steps.flatMap(({ kind, address }) => (kind === wanted && parseAddress(address)?.kind === 'sync' ? [address] : []))
  const wish = (address: Address, owes: FollowUpWish['owes']): FollowUpWish => ({ kind: 'follow-up', address, owes })
  return [
    ...rulesWith('check-health').map((address) => wish(address, 'health')),
    ...rulesWith('run-on-change').map((address) => wish(address, 'command')),
  ]
}
