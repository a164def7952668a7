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

export interface DeleteSnapshot extends StepBase {
  readonly kind: 'delete-snapshot'
  /** Undefined: the one that `snapshotStep` takes. */
  readonly snapshotId: string | undefined
  readonly snapshotStep?: StepId
}
