import type { Tags } from '../../model/tags.js'
import type { Address } from '../../model/address.js'
import type { Created, NamedId, Once, Owned, Waiting } from './cloud-words.js'
import type { Effect } from './effect.js'

/** What can be done with snapshots. */
export interface SnapshotCloud {
  /** Waits until completed, and lets others use it; progress in percent. */
  createSnapshot(request: SnapshotRequest & Once & Waiting): Promise<Created>
  /**
   * Resolves when EC2 has taken the request: what is written to the volume after that is not in the snapshot. Never waits
   * for other snapshots of the volume: a filesystem is held still meanwhile.
   */
  startSnapshot(request: SnapshotRequest & Once): Promise<Created>
  /** Waits until a snapshot is completed; rejects when it ends in error. Progress in percent. */
  awaitSnapshot(
    request: { readonly id: string; readonly volumeId: string } & Pick<SnapshotRequest, 'share'> & Waiting,
  ): Promise<void>
  /** Changes who else may make volumes of it, and writes the tags then. */
  modifySnapshot(
    request: Owned & {
      readonly shares: { readonly added: readonly string[]; readonly removed: readonly string[] }
      readonly tags: Tags
    },
  ): Promise<Effect>
  /**
   * Copies one of the stack's own region to another, with the moment in which it was begun. One that carries the source's id
   * is taken up, whoever began it. Waits until completed; progress in percent.
   */
  copySnapshot(request: SnapshotCopyRequest & Waiting): Promise<Created>
  /** `unchanged` also for one that an image uses: it is left alone. */
  deleteSnapshot(request: Owned & { readonly region?: string }): Promise<Effect>
}

/** What an observation asks of snapshots besides the stack's. */
export interface SnapshotQuery {
  /** Other stacks whose snapshots are to be read too. */
  readonly snapshotsOf?: readonly string[]
  /** Other regions in which the stack's snapshots are to be read too; its own among them is read once. */
  readonly snapshotRegions?: readonly string[]
  /** Ask which images use the stack's snapshots. */
  readonly snapshotImages?: boolean
  /** Ask who else may use the snapshots of these volumes: a call for each snapshot. */
  readonly sharedSnapshotsOf?: readonly Address[]
  /** Snapshots that the file names by id. */
  readonly snapshotIds: readonly NamedId[]
}

interface SnapshotCopyRequest {
  readonly sourceId: string
  readonly region: string
  readonly description: string
  readonly tags: Tags
  readonly encrypted?: boolean
  readonly kmsKey?: string
}

export interface SnapshotRequest {
  readonly volumeId: string
  readonly description: string
  readonly tags: Tags
  /** Who else may make volumes of it, once it is completed: accounts, and `public`. Left out: nobody. */
  readonly share?: readonly string[] | undefined
  /** `once` of the same operation in earlier runs: what one of them took is taken for this. Left out: none. */
  readonly earlier?: readonly string[]
}
