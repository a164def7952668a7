import type { LedgerEntry } from '../../model/ledger/past-run.js'
import type { StackSummary, Whereabouts } from '../../model/stacks/stack-summary.js'

/** What can be told of stacks without their files: by tags, and by what is kept in launch templates. */
export interface StacksCloud {
  /** The account and region that is asked. */
  whereabouts(): Promise<Whereabouts>
  /**
   * Every stack that anything is tagged with, by name; one of which only what was kept is left included. Eight paged Describe
   * calls, however many stacks there are.
   */
  listStacks(): Promise<readonly StackSummary[]>
  /** What the kept versions of a stack's ledger tell, oldest first; empty where there is none. */
  readHistory(stack: string): Promise<readonly LedgerEntry[]>
}
