import type { Address } from '../../model/address.js'
import { sortedAddresses } from '../../model/address-order.js'
import type { Plan } from '../../model/plan.js'
import { serversEntered } from '../../model/steps/step-kinds.js'
import type { PlanBasis } from './plan-basis.js'

/**
 * Key pairs with which a plan, bound to this machine, enters servers, and whose private half the machine that made the plan
 * had, and this one has not: it has none of that name, or another one. A generated pair that the plan brings to EC2 is made
 * here. One with whose servers this machine was let in all the same is not missed.
 */
export function keysNotHere(plan: Plan, saved: PlanBasis, here: PlanBasis): readonly Address[] {
  const generated = new Set(here.spec.keyPairs.flatMap(({ address, publicKey }) => (publicKey ? [] : [address])))
  const launched = new Map<Address, Address>()
  const imported = new Set<Address>()
  for (const step of plan.steps) {
    if (step.kind === 'create-server') launched.set(step.address, step.keyPair)
    if (step.kind === 'import-key-pair') imported.add(step.address)
  }
  const used = new Set(
    plan.steps.flatMap((step) =>
      serversEntered(step).flatMap((address) => launched.get(address) ?? plan.bindings[address]?.keyPair ?? []),
    ),
  )
  // EC2 Instance Connect needs none of them.
  const entered = new Set(
    Object.entries(plan.bindings).flatMap(([address, binding]) =>
      here.live.hosts[address]?.kind === 'read' ? (binding?.keyPair ?? []) : [],
    ),
  )
  const isHere = (keyPair: Address): boolean => {
    if (entered.has(keyPair)) return true
    if (imported.has(keyPair) && generated.has(keyPair)) return true
    const [there, own] = [saved.live.publicKeys[keyPair], here.live.publicKeys[keyPair]]
    return there === undefined || there === own
  }
  return sortedAddresses([...used].filter((keyPair) => !isHere(keyPair)))
}
