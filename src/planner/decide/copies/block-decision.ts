import type { Address } from '../../../model/address.js'
import type { Tags } from '../../../model/tags.js'
import type { Decided } from '../decided.js'

/** What becomes of a rule with `method: blocks`. The content of its destination is its own: nothing else is made there. */
export type BlockDecision = KeepBlocks | CreateBlocks | UpdateBlocks | LeaveBlocks | RefuseBlocks

/** The destination holds what this rule copied. */
export interface KeepBlocks extends Decided {
  readonly kind: 'keep'
  readonly target: Address
  /** Should another volume take its place, the content comes along, and so does the record. */
  readonly record: Tags
}

export interface CreateBlocks extends Decided {
  readonly kind: 'create'
  readonly copy: BlockCopy
}

/** It copied before: something else, or not to the end. */
export interface UpdateBlocks extends Decided {
  readonly kind: 'update'
  readonly copy: BlockCopy
}

/** It cannot be copied now. */
export interface LeaveBlocks extends Decided {
  readonly kind: 'leave'
  /** The volume that waits for its content; undefined where an end cannot be planned. */
  readonly target: Address | undefined
}

export interface RefuseBlocks extends Decided {
  readonly kind: 'refuse'
  readonly target: Address
}

/** One volume that becomes byte by byte what another is. Both rest meanwhile. */
export interface BlockCopy {
  readonly source: BlockEnd
  readonly destination: BlockEnd
  /** Whether whatever is at the destination may go; else every byte of it must be zero. */
  readonly mayOverwrite: boolean
  /** Whether something of worth may be below it. */
  readonly losesData: boolean
  /** Whether the destination is larger, and its filesystem is to fill it. */
  readonly grows: boolean
  readonly compress: boolean
  /** Digest of the rule, for the record. */
  readonly rule: string
  /** The rule that writes what this one reads: it comes first. */
  readonly after: Address | undefined
}

export interface BlockEnd {
  readonly volume: Address
  readonly server: Address
}
