import type { Address } from '../../model/address.js'
import type { LiveLedger } from '../../model/live-stack.js'
import type { Wish } from '../../model/ledger/wish.js'
import type { Epoch } from '../../model/ledger/lock.js'
import type { RunNote } from '../../model/ledger/run-note.js'

/** What is kept in launch templates: they are the one place in EC2 that holds text of ours under a name of its own. */
export interface LaunchTemplateCloud {
  /** What the stack's ledger says, beside an observation; undefined where there is none. */
  readLedger(stack: string): Promise<LiveLedger | undefined>
  /**
   * Writes the stack's ledger (a launch template `evenkeel-<stack>`); with nothing in it, it is removed. Returns its id. Rejects
   * with a LockError where somebody has ended the lease since this client read it (`isForLock`).
   */
  writeLedger(request: LedgerRequest): Promise<string | undefined>
}

export interface LedgerRequest {
  readonly stack: string
  /** Undefined: not known, or not there. */
  readonly id: string | undefined
  readonly addresses: readonly Address[]
  /** What is there under these addresses, by EC2's ids; of others what is known stays. */
  readonly ids?: Readonly<Record<string, string>>
  /** Left out: none. */
  readonly wishes?: readonly Wish[]
  /** Left out: every run has ended with all outcomes known. */
  readonly epoch?: Epoch | undefined
  /** What is written down of the run that writes; left out: no run does. */
  readonly note?: RunNote | undefined
  /** By who takes a lock over, or breaks it, and so holds none: nobody is asked whether it is held. */
  readonly isForLock?: boolean
}
