import type { Address } from '../address.js'
import type { Fstype } from '../inside/fstype.js'
import type { MountSpec } from '../kinds/volume.js'
import type { StepBase, StepId } from './step-base.js'
import type { Tags } from '../tags.js'

export interface CreateSnapshot extends StepBase {
  readonly kind: 'create-snapshot'
  /** Undefined: the one that this plan created. */
  readonly volumeId: string | undefined
  readonly description: string
  readonly tags: Tags
  /** Of what this is the one snapshot, whichever run takes it: a run that was killed is not followed by a second one. */
  readonly only?: string
  /** The volume is attached nowhere: the one that an earlier run took of it, and ended over, is this one. */
  readonly atRest?: true
  /** Who else may make volumes of it, once it is completed; left out: nobody. */
  readonly share?: readonly string[]
  /** What happens on the server until EC2 has answered; left out: nothing. */
  readonly hold?: SnapshotHold
}

export type SnapshotHold =
  | { readonly how: 'freeze'; readonly server: Address }
  | { readonly how: 'unmount'; readonly server: Address; readonly fstype: Fstype; readonly mount: MountSpec }

export interface CreateSnapshots extends StepBase {
  readonly kind: 'create-snapshots'
  /** Undefined: nothing to freeze. */
  readonly server: Address | undefined
  /** By volume id. */
  readonly snapshots: readonly {
    readonly volumeId: string
    readonly description: string
    readonly tags: Tags
    /** As in CreateSnapshot. */
    readonly share?: readonly string[]
  }[]
}

/** Changes who else may make volumes of a snapshot. */
export interface ModifySnapshot extends StepBase {
  readonly kind: 'modify-snapshot'
  readonly snapshotId: string
  readonly shares: { readonly added: readonly string[]; readonly removed: readonly string[] }
  /** Written afterwards. */
  readonly tags: Tags
}

/** Copies a snapshot of the stack's own region to another, and waits until it is completed there. One that is on its way is taken up. */
export interface CopySnapshot extends StepBase {
  readonly kind: 'copy-snapshot'
  /** Undefined: the one that `snapshotStep` takes, of `volumeId` where it takes several. */
  readonly snapshotId: string | undefined
  readonly snapshotStep?: StepId
  readonly volumeId?: string
  readonly region: string
  readonly description: string
  readonly tags: Tags
  readonly encrypted?: boolean
  readonly kmsKey?: string
}

export interface DeleteSnapshot extends StepBase {
  readonly kind: 'delete-snapshot'
  /** Left out: the stack's own. */
  readonly region?: string
  /** Undefined: the one that `snapshotStep` takes. */
  readonly snapshotId: string | undefined
  readonly snapshotStep?: StepId
}
