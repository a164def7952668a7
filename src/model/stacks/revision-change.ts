import type { Address } from '../address.js'
import type { ChangeKind, Diff, DiffValue, Impact } from '../change.js'

/**
 * What an apply makes of one difference between two revisions, of what is as the first one says. `none`: nothing now; it holds
 * for what comes. `left`: nothing at all, and the plan says so. `refused`: the plan asks for something else first.
 */
export const revisionEffects = ['none', 'left', 'in-place', 'restart', 'downtime', 'replacement', 'refused'] as const
export type RevisionEffect = (typeof revisionEffects)[number]

/** One place in which an entry differs. */
export interface RevisionDiff {
  /** As in plans, where it stands in those: `size`, `rootVolume.onRemove`, `tags.team`. */
  readonly path: string
  readonly before: DiffValue
  readonly after: DiffValue
  readonly items?: Diff['items']
  readonly effect: RevisionEffect
  /** Why, where that is not plain. */
  readonly because?: string
}

/** What differs for one address; `none`: in words of the file that ask for nothing now. */
export interface RevisionChange {
  readonly address: Address
  readonly kind: Exclude<ChangeKind, 'adopt'>
  readonly impact: Impact
  /** Why the plan would not do it. */
  readonly refused?: string
  /** Sorted by path; of what comes or goes everything that is said of it. */
  readonly diffs: readonly RevisionDiff[]
}

/** Two revisions of a stack, one against the other. */
export interface RevisionPlan {
  readonly stack: string
  /** Where the name or the place of the stack differ: then these are two stacks. */
  readonly moved?: { readonly before: string; readonly after: string }
  /** Sorted by address; nothing of what is the same. */
  readonly changes: readonly RevisionChange[]
}
