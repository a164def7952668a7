import type { Plan, PlannedLedger } from '../model/plan.js'
import type { RunBindings } from './run-bindings.js'
import type { Step } from '../model/steps/step.js'
import { compareAddresses, type Address } from '../model/address.js'
import type { Outcome } from './outcome.js'

/** What the ledger says while the steps run: what is there, and what will be; undefined when it says so already. */
export function ledgerDuring(ledger: PlannedLedger, steps: readonly Step[]): readonly Address[] | undefined {
  if (steps.length === 0) return undefined
  const addresses = sorted([...ledger.before, ...ledger.after])
  return same(addresses, ledger.before) ? undefined : addresses
}

/**
 * What is there when the steps have ended. An address that was to be made is there when all its steps were done or it
 * got a resource; one that was to go is there until all its steps were done; a former name until all steps of the plan were. Undefined when `written` says so already.
 */
export function ledgerAfter(
  ledger: PlannedLedger,
  written: readonly Address[],
  steps: readonly Step[],
  outcomeOf: (step: Step) => Outcome | undefined,
  isBound: (address: Address) => boolean,
): readonly Address[] | undefined {
  const unfinished = new Set<Address>()
  for (const step of steps) {
    const outcome = outcomeOf(step)?.kind
    if (outcome !== 'done' && outcome !== 'unchanged') unfinished.add(step.address)
  }
  const before = new Set(ledger.before)
  const after = new Set(ledger.after)
  const former = unfinished.size === 0 ? [] : (ledger.former ?? [])
  const addresses = sorted([
    ...former,
    ...ledger.after.filter((address) => before.has(address) || !unfinished.has(address) || isBound(address)),
    ...ledger.before.filter((address) => !after.has(address) && unfinished.has(address)),
  ])
  return same(addresses, written) ? undefined : addresses
}

/** By address: what was there when the plan was made. */
export function idsBefore({ bindings }: Plan): readonly (readonly [string, string])[] {
  return Object.entries(bindings).map(([address, { id }]) => [address, id] as const)
}

/** By address: what is there since, for the next run to ask for where a listing does not show it. */
export function idsMade(plan: Plan, bindings: RunBindings): readonly (readonly [string, string])[] {
  return bindings
    .made()
    .filter(([address, { id }]) => plan.bindings[address]?.id !== id)
    .map(([address, { id }]) => [address, id] as const)
}

function sorted(addresses: readonly Address[]): readonly Address[] {
  return [...new Set(addresses)].sort(compareAddresses)
}

function same(left: readonly Address[], right: readonly Address[]): boolean {
  const known = new Set(right)
  return left.length === known.size && left.every((address) => known.has(address))
}
