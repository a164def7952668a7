import type { Address } from '../../../model/address.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import type { SnapshotHold } from '../../../model/steps/step.js'
import type { Tags } from '../../../model/tags.js'
import type { Decided } from '../decided.js'

/** What becomes of a rule with `method: clone`: its destination is made from a snapshot of its source, and never written to after. */
export type CloneDecision = KeepClone | CreateClone | UpdateClone | LeaveClone | RefuseClone

/** The clone is there. */
export interface KeepClone extends Decided, Cloned {
  readonly kind: 'keep'
}

/** The clone is there, and so are snapshots of an apply that was cut off. */
export interface UpdateClone extends Decided, Cloned {
  readonly kind: 'update'
  readonly leftovers: readonly LiveSnapshot[]
}

export interface CreateClone extends Decided, Cloned {
  readonly kind: 'create'
  readonly source: CloneSource
  /** Snapshots of an apply that was cut off: they go once the clone is made. */
  readonly leftovers: readonly LiveSnapshot[]
}

/** One of its ends cannot be planned. */
export interface LeaveClone extends Decided {
  readonly kind: 'leave'
}

export interface RefuseClone extends Decided {
  readonly kind: 'refuse'
}

interface Cloned {
  readonly target: Address
  /** The tag by which the next plan knows the clone. */
  readonly record: Tags
}

/** The volume of which a snapshot is taken, for the clone alone. */
export interface CloneSource {
  readonly volume: Address
  /** Undefined: made in this plan. */
  readonly volumeId: string | undefined
  readonly sizeGiB: number
  readonly hold: SnapshotHold | undefined
}
