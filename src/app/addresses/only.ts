import type { Address } from '../../model/address.js'
import type { Plan } from '../../model/plan.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { planOfAddresses } from '../../planner/only-plan.js'
import { addressesNamed } from './named-addresses.js'

/** Of a plan of everything the part that patterns name (`--only`), with what that needs; all of it where there are none. */
export function onlyNamed(plan: Plan, patterns: readonly string[] = [], spec: StackSpec): Plan {
  if (patterns.length === 0) return plan
  const known: readonly Address[] = plan.changes.map(({ address }) => address)
  return planOfAddresses(plan, addressesNamed(patterns, known, `of the stack ${spec.stack}`), spec)
}

/** The part of a later plan that an earlier one was of: what that has removed is nothing any more. */
export function onlyAsBefore(plan: Plan, { only }: Pick<Plan, 'only'>, spec: StackSpec): Plan {
  return only ? planOfAddresses(plan, only.asked, spec) : plan
}
