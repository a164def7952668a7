import type { Address } from '../address.js'

/** A rule of a policy that a plan goes against. */
export interface CheckResult {
  readonly rule: string
  /** `deny`: the plan is not carried out; `warn`: it is told. */
  readonly severity: 'warn' | 'deny'
  /** Of the change that goes against it; null: the plan as a whole does. */
  readonly address: Address | null
  /** The rule's own words, and why where it could not be evaluated. */
  readonly message: string
}

/** Whether a rule forbids the plan. */
export function isDenied(checks: readonly CheckResult[]): boolean {
  return checks.some(({ severity }) => severity === 'deny')
}
