import { parseAddress, type Address } from '../../model/address.js'
import type { World } from '../world.js'
import { claimantsOf, claimantText } from '../../model/claimants.js'
import { leave, refuse, warningOf, type Leave, type Refuse } from './decided.js'

/** Addresses that are out of the plan from the start: nothing is done with them, nor with what stands on them. */
export function decideHeld(world: World): ReadonlyMap<Address, Refuse | Leave> {
  const held = new Map<Address, Refuse | Leave>()
  for (const [address, ids] of world.live.conflicts) held.set(address, conflict(world, address, ids))
  for (const [address, reason] of world.live.unreadable) {
    if (!isKnown(world, address) && !held.has(address)) held.set(address, unreadable(address, reason))
  }
  return held
}

/** Two live resources with one address: nothing is done with either, and nothing is deleted to settle it. */
function conflict(world: World, address: Address, ids: readonly string[]): Refuse {
  const claimants = claimantsOf(world.live.stack, address, ids)
  const told = claimants.map((claimant) => claimantText(claimant, claimants))
  const message = `${told.join(' and ')} ${told.length > 2 ? 'all' : 'both'} carry the address ${address}`
  const hint = `\`evenkeel resolve ${address} --keep ID\` takes evenkeel's tags off the other, and deletes nothing; none is touched until then`
  return refuse(address, 'PLAN_ADDRESS_CONFLICT', message, hint)
}

/** What could not be read and is not known to exist must not be made a second time. */
function unreadable(address: Address, reason: string): Leave {
  const message = `${address} could not be read: ${reason}`
  const problems = [warningOf(address, 'PLAN_UNREADABLE', message)]
  return leave(address, `could not be read: ${reason}`, problems)
}

function isKnown({ live }: World, address: Address): boolean {
  return live.resources.has(address) || parseAddress(address)?.kind === 'sync'
}
