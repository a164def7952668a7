import type { Address } from '../../model/address.js'

/** What is kept in launch templates: they are the one place in EC2 that holds text of ours under a name of its own. */
export interface LaunchTemplateCloud {
  /** Writes the stack's ledger (a launch template `evenkeel-<stack>`); an empty list removes it. Returns its id. */
  writeLedger(request: {
    readonly stack: string
    readonly id: string | undefined
    readonly addresses: readonly Address[]
  }): Promise<string | undefined>
}
