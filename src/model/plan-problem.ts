import type { Address } from './address.js'

/** Something that people must know before they say yes. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  /**
   * Of an error: `plan` keeps the whole plan from being applied; `address` leaves that address alone, the rest can be
   * applied, and the apply ends as not converged.
   */
  readonly scope: 'plan' | 'address'
  readonly code: string
  readonly address: Address | undefined
  /** The keys inside the address's entry of the stack file that it is about, e.g. `['ingress', 0, 'from']`; left out: the entry. */
  readonly path?: readonly (string | number)[]
  readonly message: string
  readonly hint: string | undefined
}
