import type { Address } from './address.js'
import type { Template } from './template.js'

/**
 * What a stack file says, fully resolved: variables replaced, defaults filled, counts expanded, names turned into
 * addresses. Lists are sorted by address. Nothing in it was observed; nothing in it depends on where the file lies.
 */
export interface StackSpec {
  readonly stack: string
  readonly target: Target
  readonly keyPairs: readonly KeyPairSpec[]
  readonly securityGroups: readonly SecurityGroupSpec[]
  readonly servers: readonly ServerSpec[]
  readonly volumes: readonly VolumeSpec[]
  readonly syncs: readonly SyncSpec[]
  readonly archives: readonly ArchiveSpec[]
}

export type Target =
  | { readonly kind: 'sandbox'; readonly region: string }
  | {
      readonly kind: 'ec2'
      readonly region: string | undefined
      readonly profile: string | undefined
      /** Twelve digits; the account that the credentials must belong to. */
      readonly account: string | undefined
      readonly endpoint: string | undefined
    }

/** User tags: merged from the file's `tags` and the entry's own. Never `evenkeel:*`, `Name` or `aws:*`. */
export type UserTags = Readonly<Record<string, string>>

export interface KeyPairSpec {
  readonly address: Address
  /** A path as written (`~` and relative to the stack file), or the key line itself; undefined: generated and kept on this machine. */
  readonly publicKey:
    | { readonly kind: 'path'; readonly path: string }
    | { readonly kind: 'text'; readonly text: string }
    | undefined
  readonly tags: UserTags
}

export interface SecurityGroupSpec {
  readonly address: Address
  readonly description: string
  readonly ingress: readonly IngressRuleSpec[]
  readonly tags: UserTags
}

/** One allowed door. Ports inclusive; protocol `all` has ports 0 to 65535 by convention and ignores them. ICMP likewise. */
export interface IngressRuleSpec {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'all'
  readonly fromPort: number
  readonly toPort: number
  readonly from:
    | { readonly kind: 'cidr'; readonly cidr: string }
    | { readonly kind: 'my-ip' }
    | { readonly kind: 'security-group'; readonly address: Address }
}

export type ImageSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly owner: string; readonly name: string; readonly architecture: 'x86_64' | 'arm64' }
  | { readonly kind: 'ssm'; readonly parameter: string }

export type SubnetSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'tag'; readonly key: string; readonly value: string }

export const volumeTypes = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const
export type VolumeType = (typeof volumeTypes)[number]

export interface RootVolumeSpec {
  readonly sizeGiB: number | undefined
  readonly type: VolumeType | undefined
}

export interface ServerSpec {
  readonly address: Address
  readonly image: ImageSelector
  readonly type: string
  readonly zone: string | undefined
  readonly subnet: SubnetSelector | undefined
  /** Always set: a stack without key pairs has the generated `keyPair.default`. */
  readonly keyPair: Address
  /** Never empty: a server that names none has the generated `securityGroup.default` (SSH from my-ip). Sorted. */
  readonly securityGroups: readonly Address[]
  /** Login user; undefined: guessed from the image. */
  readonly user: string | undefined
  readonly state: 'running' | 'stopped'
  readonly rootVolume: RootVolumeSpec
  readonly userData: Template | undefined
  readonly onUserDataChange: 'ignore' | 'replace'
  readonly protect: boolean
  readonly dependsOn: readonly Address[]
  readonly setup: readonly Template[]
  readonly tags: UserTags
}

export const fstypes = [
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'vfat',
  'ntfs',
  'jfs',
  'reiserfs',
  'f2fs',
  'swap',
  'raw',
] as const
export type Fstype = (typeof fstypes)[number]

export type SnapshotSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly name: string; readonly version: number | 'latest' }

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

/** When snapshots of a volume are due, and which are kept. */
export interface SnapshotSchedule {
  readonly everyMinutes: number
  /** Undefined: every snapshot is kept. */
  readonly keep: { readonly last: number; readonly daily: number; readonly weekly: number } | undefined
  readonly consistent: Consistency
}

/** What happens to the filesystem while a snapshot begins: held still, unmounted, or nothing. */
export type Consistency = 'freeze' | 'unmount' | 'none'

export type OnRemove = 'snapshot' | 'retain' | 'delete'

/** What stands for the mount point of a swap area, as in fstab(5). */
export const swapPath = 'none'

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

/** An end of a sync rule. */
export type SyncEndpoint =
  /** As written: `~` and relative to the stack file; a trailing slash means the contents, as in rsync. */
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'server'; readonly server: Address; readonly path: string }
  /** `path` is below the mount point, with no leading slash; the trailing slash is kept. Empty: the whole volume. */
  | { readonly kind: 'volume'; readonly volume: Address; readonly path: string }
  /** A machine that is not of the stack: `host` is `user@name`, as the operator's ssh knows it. */
  | { readonly kind: 'remote'; readonly host: string; readonly path: string }

export const copyMethods = ['files', 'blocks', 'clone'] as const
export type CopyMethod = (typeof copyMethods)[number]

/** One rule; a rule for `web[*]` is one of these for each server, with addresses `sync.site[0]` and so on. */
export interface SyncSpec {
  readonly address: Address
  /** Never empty, in the order of the file; all of them on one machine. */
  readonly from: readonly SyncEndpoint[]
  readonly to: SyncEndpoint
  /** `blocks` and `clone`: both ends are whole volumes, and there is one source. */
  readonly method: CopyMethod
  /** How bytes go between two machines of which neither is this one. */
  readonly via: 'direct' | 'local'
  readonly delete: boolean
  /** Come before `exclude`. */
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** `user` or `user:group` by their names at the destination. */
  readonly owner: string | undefined
  /** As in rsync's --chmod. */
  readonly chmod: string | undefined
  readonly checksum: boolean
  readonly bandwidthKiBps: number | undefined
  readonly compress: boolean
  readonly partial: boolean
  /** `blocks`: whatever is on the destination may go. */
  readonly overwrite?: boolean
  /** Shell command at the destination, run only when something changed. */
  readonly onChange: Template | undefined
  /** Only for one of the rules of a `web[*]`. */
  readonly rolling: RollingSpec | undefined
}

export interface RollingSpec {
  readonly maxUnavailable: number
  /** Shell command at the destination that succeeds when it works again. */
  readonly health: Template
  readonly timeoutSeconds: number
}

/** What an archive can be made of: filesystems that keep Linux ownership and that grow. */
export const archiveFstypes = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs'] as const
export type ArchiveFstype = (typeof archiveFstypes)[number]

/** A directory of this machine whose newest version is to be the newest completed snapshot of its name. */
export interface ArchiveSpec {
  readonly address: Address
  /** As written: `~` and relative to the stack file. It means the contents, with or without a trailing slash. */
  readonly from: string
  readonly fstype: ArchiveFstype
  /** How many versions stay; undefined: all of them. */
  readonly keep: number | undefined
  /** Free space on a volume that is made or grown, in percent of what is in the directory. */
  readonly slackPercent: number
  /** Whether contents count too, beside names, sizes, times and modes: every file is read at every plan. */
  readonly checksum: boolean
  readonly exclude: readonly string[]
  /** The temporary server that the files are copied through. Its address is the archive's. */
  readonly server: ServerSpec
  readonly tags: UserTags
}

/** The names of what evenkeel adds by itself where a file names none. */
export const generatedName = 'default'
