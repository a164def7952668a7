import type { Address } from '../model/address.js'
import type { Epoch } from '../model/ledger/lock.js'
import type { RunNote } from '../model/ledger/run-note.js'
import { sameWishes, type Wish } from '../model/ledger/wish.js'
import type { Plan } from '../model/plan.js'
import type { LaunchTemplateCloud } from './ports.js'
import type { RunBindings } from './run-bindings.js'
import { idsBefore, idsMade } from './run-ledger.js'

/** What a run writes into its stack's ledger; what is left out stays. */
export interface LedgerWriting {
  readonly addresses?: readonly Address[] | undefined
  readonly wishes?: readonly Wish[] | undefined
  /** Null: it goes. */
  readonly epoch?: Epoch | null
  /** What is remembered of the run. */
  readonly note: RunNote
  /** Whether the run is to be remembered, also where nothing else is to be written. */
  readonly isWorthNoting?: boolean
}

/** Writes the ledger of a run's stack, where there is something to write. */
export interface LedgerWriter {
  /** As written last. */
  readonly addresses: readonly Address[]
  write(writing: LedgerWriting): Promise<void>
}

/** What stands in EC2 now. */
interface LedgerState {
  readonly id: string | undefined
  readonly addresses: readonly Address[]
  readonly wishes: readonly Wish[]
  readonly epoch: Epoch | undefined
}

export function createLedgerWriter(plan: Plan, cloud: LaunchTemplateCloud, bindings: RunBindings): LedgerWriter {
  let ledger: LedgerState = {
    id: plan.ledger.id,
    addresses: plan.ledger.before,
    wishes: plan.ledger.wishes?.before ?? [],
    epoch: plan.ledger.epoch,
  }
  return {
    get addresses() {
      return ledger.addresses
    },
    async write({ addresses = ledger.addresses, wishes: open = ledger.wishes, note, ...writing }) {
      const epoch = (writing.epoch === undefined ? ledger.epoch : writing.epoch) ?? undefined
      // Nothing is wanted of a stack that is gone, as the plan wanted it.
      const isGone = addresses.length + plan.ledger.after.length === 0
      const wishes = isGone ? [] : open
      const isEmpty = addresses.length + wishes.length === 0 && !epoch
      const isEmptied = isEmpty && ledger.id !== undefined
      const isSame = addresses === ledger.addresses && sameWishes(wishes, ledger.wishes) && epoch === ledger.epoch
      const made = idsMade(plan, bindings)
      const isNoted = writing.isWorthNoting === true && !isEmpty
      if (isSame && !isEmptied && !isNoted && made.length === 0) return
      const request = { stack: plan.stack, id: ledger.id, addresses, wishes, epoch, note }
      const id = await cloud.writeLedger({ ...request, ids: Object.fromEntries([...idsBefore(plan), ...made]) })
      ledger = { id, addresses, wishes, epoch }
    },
  }
}
