import type { Address } from '../../model/address.js'
import type { Wish } from '../../model/ledger/wish.js'

/** What is kept in launch templates: they are the one place in EC2 that holds text of ours under a name of its own. */
export interface LaunchTemplateCloud {
  /** Writes the stack's ledger (a launch template `evenkeel-<stack>`); with nothing in it, it is removed. Returns its id. */
  writeLedger(request: LedgerRequest): Promise<string | undefined>
}

export interface LedgerRequest {
  readonly stack: string
  /** Undefined: not known, or not there. */
  readonly id: string | undefined
  readonly addresses: readonly Address[]
  /** Left out: none. */
  readonly wishes?: readonly Wish[]
}
