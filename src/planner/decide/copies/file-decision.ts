import type { Address } from '../../../model/address.js'
import type { SyncSpec } from '../../../model/kinds/sync-rule.js'
import type { FollowUpWish } from '../../../model/ledger/wish.js'
import type { Decided, Refuse } from '../decided.js'
import type { Ends } from './places.js'

/** What becomes of a rule that copies files. */
export type FileDecision = KeepFiles | CreateFiles | UpdateFiles | RemoveFiles | LeaveFiles | Refuse

/** Nothing is known to differ. */
export interface KeepFiles extends Decided {
  readonly kind: 'keep'
  /** It is looked at again once its ends are there, which may find that something differs. */
  readonly work: FileWork | undefined
}

export interface CreateFiles extends Decided {
  readonly kind: 'create'
  readonly work: FileWork
}

export interface UpdateFiles extends Decided {
  readonly kind: 'update'
  readonly work: FileWork
}

/** A rule that the file no longer has: its files stay, its records go. */
export interface RemoveFiles extends Decided {
  readonly kind: 'remove'
  /** The tag that records it. */
  readonly tag: string
  /** The servers and volumes that carry it. */
  readonly targets: readonly Address[]
}

/** Nothing can be copied now. */
export interface LeaveFiles extends Decided {
  readonly kind: 'leave'
}

/** What is done for a rule: the copy, what follows it where something changed, and the record. */
export interface FileWork {
  readonly spec: SyncSpec
  readonly ends: Ends
  /** Undefined: no file differs, and what follows a copy is owed since the last one. */
  readonly copy: ExpectedCopy | undefined
  readonly record: CopyRecord
  /** What is owed since an earlier run, whatever this copy does; undefined: nothing. */
  readonly owes: FollowUpWish['owes'] | undefined
  /** Rules that copy what this one reads: they come first. */
  readonly feeders: readonly Address[]
  /** Rules of the same `web[*]` whose servers must have answered before this one begins. */
  readonly batchBefore: readonly Address[]
}

/** By the dry run; undefined when it could not be made. */
export interface ExpectedCopy {
  readonly bytes: number | undefined
  readonly files: number | undefined
}

/** How the copy is recorded at its destination. */
export type CopyRecord =
  /** It is recorded as it is, or there is nowhere to record it. */
  | { readonly kind: 'none' }
  | { readonly kind: 'known'; readonly target: Address; readonly value: string }
  /** The source is only there once other steps are done: its digest is taken then. `rule`: digest of the rule. */
  | { readonly kind: 'taken'; readonly target: Address; readonly rule: string }

/** What is done for a rule, if anything is. */
export function workOf(decision: FileDecision): FileWork | undefined {
  return 'work' in decision ? decision.work : undefined
}
