import type { CopyRegion } from '../regions/region-copy.js'
import type { Tagged } from '../tags.js'

export type SnapshotSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly name: string; readonly version: number | 'latest' }

/** When snapshots of a volume are due, and which are kept. */
export interface SnapshotSchedule {
  readonly everyMinutes: number
  /** Undefined: every snapshot is kept. */
  readonly keep: { readonly last: number; readonly daily: number; readonly weekly: number } | undefined
  readonly consistent: Consistency
  /** Regions beside the stack's own that have the newest one, and what `keep` keeps, sorted by name. Absent: none. */
  readonly regions?: readonly CopyRegion[]
}

/** What happens to the filesystem while a snapshot begins: held still, unmounted, or nothing. */
export type Consistency = 'freeze' | 'unmount' | 'none'

export interface LiveSnapshot extends Tagged {
  readonly volumeId: string
  readonly state: 'pending' | 'completed' | 'error'
  /** When the state that it holds was taken, ISO 8601; of a copy, its source's. */
  readonly startedAt: string
  readonly sizeGiB: number
  /** Images of this account that use it, sorted; asked only where snapshots may be deleted. */
  readonly imageIds?: readonly string[]
  /** Who else may make volumes of it: accounts, and `public`; sorted. Asked only where the file says `share`. */
  readonly sharedWith?: readonly string[]
}

/** The stack's snapshots in another region, as far as they could be read. Who copied what there, their tags say. */
export interface RegionSnapshots {
  readonly region: string
  readonly snapshots: readonly LiveSnapshot[]
  /** Why it could not be read; there are no snapshots then. */
  readonly unread?: string
}
