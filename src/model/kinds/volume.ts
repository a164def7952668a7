import type { Address } from '../address.js'
import type { Fstype } from '../inside/fstype.js'
import type { Tagged, UserTags } from '../tags.js'
import type { SnapshotSchedule, SnapshotSelector } from './volume-snapshot.js'

export const volumeTypes = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const
export type VolumeType = (typeof volumeTypes)[number]

export interface VolumeSpec {
  readonly address: Address
  /** Undefined: the volume exists, unattached. */
  readonly server: Address | undefined
  readonly zone: string | undefined
  /** Undefined only with `snapshot` or `volumeId`: as large as that. */
  readonly sizeGiB: number | undefined
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughputMiBps: number | undefined
  readonly encrypted: boolean | undefined
  readonly kmsKey: string | undefined
  readonly fstype: Fstype
  /** Undefined for raw, for a volume without a server, and where the file says `unmounted`. */
  readonly mount: MountSpec | undefined
  readonly label: string | undefined
  readonly uuid: string | undefined
  readonly reuse: boolean
  readonly snapshot: SnapshotSelector | undefined
  readonly volumeId: string | undefined
  readonly onRemove: OnRemove
  /** Undefined: none are taken by themselves. */
  readonly snapshots?: SnapshotSchedule | undefined
  /** Ready before this volume is: a mount inside another volume's mount names that volume here. */
  readonly dependsOn: readonly Address[]
  readonly tags: UserTags
}

export type OnRemove = 'snapshot' | 'retain' | 'delete'

export interface MountSpec {
  /** Absolute, no trailing slash; `swapPath` for a swap area in use. */
  readonly path: string
  /** Comma-separated mount(8) options beyond `nofail`; undefined: `defaults`. */
  readonly options: string | undefined
  /** `user` or `user:group` of the filesystem's top directory; undefined: the login user on a new filesystem, else left alone. */
  readonly owner: string | undefined
  /** Octal, e.g. `0755`; undefined: left alone. */
  readonly mode: string | undefined
}

/** What stands for the mount point of a swap area, as in fstab(5). */
export const swapPath = 'none'

export interface LiveVolume extends Tagged {
  readonly state: 'creating' | 'available' | 'in-use' | 'error'
  readonly sizeGiB: number
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughputMiBps: number | undefined
  readonly encrypted: boolean
  readonly kmsKey: string | undefined
  readonly zone: string
  /** ISO 8601; undefined where it is not known. */
  readonly createdAt?: string | undefined
  readonly snapshotId: string | undefined
  /** Newest first; asked only where the volume differs from the file. EC2 shows the last one of each volume, or more. */
  readonly modifications?: readonly LiveModification[] | undefined
  readonly attachment:
    | {
        readonly instanceId: string
        readonly state: 'attaching' | 'attached' | 'busy' | 'detaching'
        readonly deviceName: string
      }
    | undefined
}

/** A change of size or type that EC2 has taken. */
export interface LiveModification {
  readonly state: 'modifying' | 'optimizing' | 'completed' | 'failed'
  /** Percent. */
  readonly progress: number
  /** ISO 8601. */
  readonly startedAt: string
}
