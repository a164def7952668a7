import type { Address } from '../address.js'
import type { Fstype } from '../inside/fstype.js'
import type { Tagged, UserTags } from '../tags.js'
import type { SnapshotSchedule, SnapshotSelector } from './volume-snapshot.js'
import type { Mutabilities, Mutability } from '../property-change.js'

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
  /** It is neither removed nor replaced; absent: it may be. */
  readonly protect?: true
  /** Undefined: none are taken by themselves. */
  readonly snapshots?: SnapshotSchedule | undefined
  /** Who else may make volumes of its snapshots: accounts, and `public`; sorted. Absent: the file does not say. */
  readonly shareSnapshots?: readonly string[] | undefined
  /** Whether I/O goes on where EC2 finds its data doubtful; absent: the file does not say. */
  readonly autoEnableIo?: boolean | undefined
  /** Ready before this volume is: a mount inside another volume's mount names that volume here. */
  readonly dependsOn: readonly Address[]
  readonly tags: UserTags
  /** Keys whose changes are left alone, here and in the file: `type`, `tags.team`. Absent: none. */
  readonly ignoreChanges?: readonly string[]
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

/**
 * Those of a server's volumes that make up what is seen at an absolute path of it: the one on which the path lies (of two,
 * the one that is mounted inside the other), and all that are mounted below. Empty: the path shows the root disk alone.
 */
export function volumesAtPath(volumesOfServer: readonly VolumeSpec[], path: string): readonly VolumeSpec[] {
  const lengthOf = ({ mount }: VolumeSpec) => mount?.path.length ?? 0
  const directory = `${path}/`.replaceAll(/\/(?:\.?\/)+/g, '/')
  const holding = volumesOfServer
    .filter(({ mount }) => mount && directory.startsWith(`${mount.path}/`))
    .sort((left, right) => lengthOf(right) - lengthOf(left))
  const below = volumesOfServer.filter(({ mount }) => mount && `${mount.path}/`.startsWith(directory))
  return [...new Set([...holding.slice(0, 1), ...below])]
}

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
  /** Asked only where the file says it. */
  readonly autoEnableIo?: boolean
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

/** Source: EC2 API, DescribeVolumeStatus. */
export interface VolumeTrouble {
  readonly id: string
  readonly status: 'impaired' | 'warning'
  /** Its data may be inconsistent, and EC2 waits for a word before it lets anybody at it. */
  readonly isIoDisabled: boolean
  /** In EC2's words; absent where it has none. */
  readonly says?: string
  /** ISO 8601; absent where EC2 does not say. */
  readonly since?: string
}

/** A change of size or type that EC2 has taken. */
export interface LiveModification {
  readonly state: 'modifying' | 'optimizing' | 'completed' | 'failed'
  /** Percent. */
  readonly progress: number
  /** ISO 8601. */
  readonly startedAt: string
  /** What the volume becomes by it, as far as EC2 says. */
  readonly target?: ModificationTarget | undefined
}

export interface ModificationTarget {
  readonly sizeGiB?: number | undefined
  readonly type?: string | undefined
  readonly iops?: number | undefined
  readonly throughputMiBps?: number | undefined
}

/** The paths under which a volume's properties stand in changes. */
export type VolumePath = CloudPath | InsidePath

/** Of a volume, as EC2 knows it. */
type CloudPath =
  | 'size'
  | 'type'
  | 'iops'
  | 'throughput'
  | 'autoEnableIO'
  | 'encrypted'
  | 'kmsKey'
  | 'zone'
  | 'snapshot'
  | 'attachment'
  | 'onRemove'
  | 'snapshots.share'
  | 'copies'
  | 'protect'

/** Of a volume, as its server knows it. */
type InsidePath = 'filesystem' | 'filesystemSize' | 'label' | 'uuid' | 'mount' | 'options' | 'owner' | 'mode' | 'fstab'

const modifyVolume = 'EC2 API, ModifyVolume; EBS User Guide, "Modify a volume"'
const inside: Mutability = { how: 'in-place', because: '', source: 'done over SSH' }
/** How each of them can change, with the source of the fact. */
export const volumeMutability: Mutabilities<VolumePath> = {
  size: { how: 'in-place', because: 'a volume never shrinks', source: modifyVolume },
  type: { how: 'in-place', because: '', source: modifyVolume },
  iops: { how: 'in-place', because: '', source: modifyVolume },
  throughput: { how: 'in-place', because: '', source: modifyVolume },
  autoEnableIO: { how: 'in-place', because: '', source: 'EC2 API, ModifyVolumeAttribute' },
  attachment: { how: 'in-place', because: '', source: 'EC2 API, AttachVolume' },
  onRemove: { how: 'in-place', because: '', source: 'a tag of evenkeel' },
  'snapshots.share': { how: 'in-place', because: '', source: 'EC2 API, ModifySnapshotAttribute' },
  copies: { how: 'in-place', because: '', source: 'EC2 API, CopySnapshot' },
  protect: { how: 'in-place', because: '', source: 'a tag of evenkeel' },
  zone: {
    how: 'fixed',
    because: "a volume's zone is fixed when it is made",
    source: 'EC2 API, CreateVolume',
  },
  encrypted: {
    how: 'fixed',
    because: "a volume's encryption is fixed when it is made",
    source: 'EBS User Guide, "Amazon EBS encryption"',
  },
  kmsKey: {
    how: 'fixed',
    because: "a volume's key is fixed when it is made",
    source: 'EBS User Guide, "Amazon EBS encryption"',
  },
  snapshot: {
    how: 'fixed',
    because: 'what a volume is made from is fixed when it is made',
    source: 'EC2 API, CreateVolume',
  },
  filesystem: inside,
  filesystemSize: inside,
  label: inside,
  uuid: inside,
  mount: inside,
  options: inside,
  owner: inside,
  mode: inside,
  fstab: inside,
}

/** What is recorded of a volume in its applied tag. Short: a tag's value holds 256 characters (EC2 User Guide, "Tag restrictions"). */
export const volumeAppliedKeys = [
  'crypt',
  'fs',
  'io',
  'iops',
  'kms',
  'label',
  'mode',
  'mount',
  'opts',
  'owner',
  'protect',
  'rate',
  'remove',
  'server',
  'size',
  'tags',
  'type',
  'uuid',
  'zone',
] as const
