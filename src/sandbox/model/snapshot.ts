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
  /** Accounts, and `all`; absent: nobody. */
  readonly sharedWith?: readonly string[]
  readonly encrypted: boolean
  readonly kmsKeyId: string | undefined
  readonly startedAtMs: number
  readonly completedAtMs: number | undefined
  /** How long it is pending; undefined in a record of 0.1.0. */
  readonly durationMs: number | undefined
  /** Its content is there: the point in time is past, also while it is pending. */
  readonly isTaken: boolean
  /** DeleteSnapshot was called while it was pending: it goes when it is complete. */
  readonly deleteWhenComplete: boolean
  /** The snapshot whose content it shares, for a copy. */
  readonly sourceSnapshotId: string | undefined
  /** Taken of a root disk: a record without content of its own. */
  readonly root: boolean
  /** Who logs in to a server with this root disk; absent of other disks, and in a record of 0.1.0. */
  readonly loginUser?: string | undefined
}

/** How much of it is done, in whole percent: 100 only when it is complete. */
export function progressOf({ state, startedAtMs, durationMs = 0 }: Snapshot, nowMs: number): string {
  if (state === 'completed') return '100%'
  if (state === 'error' || durationMs === 0) return '0%'
  return `${Math.min(99, Math.floor((100 * (nowMs - startedAtMs)) / durationMs))}%`
}
