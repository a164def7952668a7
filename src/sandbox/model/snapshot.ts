export type SnapshotState = 'pending' | 'completed' | 'error'

export interface Snapshot {
  readonly id: string
  readonly sequence: number
  readonly ownerId: string
  readonly volumeId: string
  readonly sizeGiB: number
  readonly state: SnapshotState
  readonly stateMessage: string | undefined
  readonly description: string
  readonly encrypted: boolean
  readonly kmsKeyId: string | undefined
  readonly startedAtMs: number
  readonly completedAtMs: number | undefined
  /** DeleteSnapshot was called while it was pending: it goes when it is complete. */
  readonly deleteWhenComplete: boolean
  /** The snapshot whose content it shares, for a copy. */
  readonly sourceSnapshotId: string | undefined
  /** Taken of a root disk: a record without content of its own. */
  readonly root: boolean
}
