import type { Address } from './address.js'
import type { PathOf, PropertyKind } from './property-path.js'

/** Most harmful last. `restart`: the server stops and starts; `downtime`: a mount or server is away for a while; `data-loss`: bytes go. */
export const impacts = ['none', 'restart', 'downtime', 'data-loss'] as const
export type Impact = (typeof impacts)[number]

export type ChangeKind = 'create' | 'update' | 'replace' | 'remove' | 'adopt' | 'none'

/** What differs for one address. Exactly one Change for each address that the file or the live stack knows. */
export interface Change {
  readonly address: Address
  readonly kind: ChangeKind
  /** The server that a volume or sync rule lies on, so that reports can show them together. */
  readonly server?: Address
  /** One sentence for people; explains, never decides. Empty only for `none`, which has one where something differs all the same. */
  readonly reason: string
  readonly impact: Impact
  /** Sorted by path. A create lists every desired property with `before: null`. */
  readonly diffs: readonly Diff[]
}

/** A value in a report: text, number, flag, list of those, or nothing. */
export type DiffValue = string | number | boolean | null | readonly string[]

/** One property that differs; `K` narrows it to the properties of one kind of resource. */
export interface Diff<K extends PropertyKind = PropertyKind> {
  readonly path: PathOf<K>
  /** Live now. */
  readonly before: DiffValue
  /** After an apply; `knownAfterApply` when it depends on something not made yet. */
  readonly after: DiffValue
  /** `drift`: the file says what it said at the last apply, and live has moved. `pending`: the file asks for something new. */
  readonly cause: 'drift' | 'pending'
  /** Of two lists whose order means nothing: what goes and what comes, sorted. */
  readonly items?: { readonly removed: readonly string[]; readonly added: readonly string[] }
  /** No step of the plan makes the change: why, and what to do or to write in the file. */
  readonly left?: string
  /** Why the change cannot be made in place, e.g. "an instance's image is fixed at launch". */
  readonly forcesReplacement?: string
}

/** Stands in a diff for a value that exists only after apply. */
export const knownAfterApply = '(known after apply)'
