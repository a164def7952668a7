import type { Address } from './address.js'
import type { Fstype, ImageSelector, VolumeType } from './stack-spec.js'
import type { Tags } from './tags.js'

/**
 * What was observed: EC2 facts, and what is inside the servers where they were probed. Plain data, so that a test can
 * write one down as JSON. Lists are sorted by address, then id. Terminated instances and deleted volumes are left out.
 */
export interface LiveStack {
  readonly stack: string
  readonly region: string
  /** Names of the zones in state available, sorted. */
  readonly zones: readonly string[]
  readonly keyPairs: readonly LiveKeyPair[]
  readonly securityGroups: readonly LiveSecurityGroup[]
  readonly servers: readonly LiveServer[]
  /** Data volumes with the stack's tag, and those that the file adopts by id, whoever they belong to. */
  readonly volumes: readonly LiveVolume[]
  /** This account's snapshots with the stack's tag, and those that the file names by id. */
  readonly snapshots: readonly LiveSnapshot[]
  /** By `selectorKey` of what the file asks for; a selector that found nothing has no entry. */
  readonly images: Readonly<Record<string, LiveImage>>
  readonly subnets: Readonly<Record<string, LiveSubnet>>
  /**
   * Every address that the last apply left behind, from the stack's ledger (a launch template, so that the knowledge
   * lives in EC2); undefined when there is none yet. It tells "was there and is gone" from "was never made".
   */
  readonly ledger: { readonly id: string; readonly addresses: readonly Address[] } | undefined
  /** The operator's address as EC2 sees it; asked only where the file says `my-ip`. */
  readonly operatorIp: string | undefined
  /** Public key material on this machine by key pair address: `ssh-ed25519 AAAA…` without comment; none yet for one to be generated. */
  readonly publicKeys: Readonly<Record<string, string>>
  /** By server address; a server without an entry does not exist. */
  readonly hosts: Readonly<Record<string, HostFacts>>
  /** By sync address. */
  readonly syncs: Readonly<Record<string, SyncFacts>>
  /** By archive address; absent where the file has none. */
  readonly archives?: Readonly<Record<string, ArchiveFacts>>
  /** What was made for the time of a run and is there still, sorted by address, then id; absent where there is none. */
  readonly temporaries?: readonly LiveTemporary[]
  /** Why no server can be entered at all (a sandbox without hosts); undefined where they can. */
  readonly hostsImpossible: string | undefined
  /** What could not be read, and why; empty when the picture is complete. */
  readonly unreadable: readonly Unreadable[]
}

export interface Unreadable {
  readonly address: Address
  readonly reason: string
}

/** The key under which `images` holds a selector's answer. */
export function imageKey(selector: ImageSelector): string {
  switch (selector.kind) {
    case 'id':
      return selector.id
    case 'name':
      return `${selector.owner}/${selector.name}/${selector.architecture}`
    case 'ssm':
      return `ssm:${selector.parameter}`
  }
}

interface Tagged {
  /** From `evenkeel:address`. */
  readonly address: Address
  readonly id: string
  readonly tags: Tags
}

export interface LiveKeyPair extends Tagged {
  readonly keyName: string
  /** `ssh-ed25519 AAAA…` without comment. */
  readonly publicKey: string | undefined
}

export interface LiveSecurityGroup extends Tagged {
  readonly groupName: string
  readonly description: string
  readonly vpcId: string
  readonly ingress: readonly LiveRule[]
}

/** One ingress rule, flattened to one source. */
export interface LiveRule {
  readonly protocol: string
  /** -1 for protocol `all` (`-1` on the wire) and ICMP of every type. */
  readonly fromPort: number
  readonly toPort: number
  readonly source:
    | { readonly kind: 'cidr'; readonly cidr: string }
    | { readonly kind: 'security-group'; readonly groupId: string }
    | { readonly kind: 'prefix-list'; readonly prefixListId: string }
  readonly description: string | undefined
}

export interface LiveServer extends Tagged {
  readonly state: 'pending' | 'running' | 'stopping' | 'stopped'
  readonly type: string
  readonly imageId: string
  readonly architecture: string
  readonly zone: string
  readonly subnetId: string
  readonly vpcId: string
  readonly keyName: string | undefined
  /** Sorted ids. */
  readonly securityGroupIds: readonly string[]
  readonly privateIp: string | undefined
  readonly publicIp: string | undefined
  readonly rootVolume: { readonly id: string; readonly sizeGiB: number; readonly type: string } | undefined
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

export interface LiveSnapshot extends Tagged {
  readonly volumeId: string
  readonly state: 'pending' | 'completed' | 'error'
  /** ISO 8601. */
  readonly startedAt: string
  readonly sizeGiB: number
  /** Images of this account that use it, sorted; asked only where snapshots may be deleted. */
  readonly imageIds?: readonly string[]
}

export interface LiveImage {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly architecture: string
  readonly rootDeviceName: string
  /** Smallest root volume that the image can start from. */
  readonly rootSizeGiB: number
}

export interface LiveSubnet {
  readonly id: string
  readonly zone: string
  readonly vpcId: string
}

/** The key under which `subnets` holds a selector's answer. */
export function subnetKey(
  selector:
    | { readonly kind: 'id'; readonly id: string }
    | { readonly kind: 'tag'; readonly key: string; readonly value: string },
): string {
  return selector.kind === 'id' ? selector.id : `tag:${selector.key}=${selector.value}`
}

export type HostFacts =
  | {
      readonly kind: 'read'
      /** EBS volumes present, root disk left out; sorted by volume id. */
      readonly devices: readonly HostDevice[]
      /** What is mounted from those devices, sorted by path; a swap area in use has `swapPath` for its path. */
      readonly mounts: readonly HostMount[]
      /** Lines of /etc/fstab that are not comments, in file order. */
      readonly fstab: readonly FstabLine[]
      /** Filesystems that its kernel has or can load, in the stack file's words, sorted; undefined: not known. */
      readonly filesystems?: readonly Fstype[] | undefined
      /** Login user that answered. */
      readonly user: string
    }
  | { readonly kind: 'unreadable'; readonly reason: string }
  /** `stopped`: not running, so nothing can be asked; `not-asked`: --no-hosts, or no hosts possible. */
  | { readonly kind: 'not-probed'; readonly because: 'stopped' | 'not-asked' }

export interface HostDevice {
  readonly volumeId: string
  /** Kernel name at this boot, e.g. `/dev/nvme1n1`: for messages, never stored. */
  readonly path: string
  readonly sizeBytes: number
  /** What every signature probe found on the device (or on its only partition): undefined when blank. */
  readonly content: HostContent | undefined
  /** The only partition's kernel name when the device is partitioned with one that holds the content. */
  readonly partitionPath: string | undefined
}

export interface HostContent {
  /** As blkid names it: `ext4`, `xfs`, `vfat`, `swap`, `LVM2_member`, or a partition table `dos`/`gpt` without a usable partition. */
  readonly fstype: string
  readonly label: string | undefined
  readonly uuid: string | undefined
  /** Size that the filesystem itself claims, where it is cheap to read; for growth. */
  readonly filesystemBytes: number | undefined
}

export interface HostMount {
  readonly volumeId: string
  readonly path: string
  readonly fstype: string
  readonly options: string
  /** `user:group` and octal mode of the mounted top directory. */
  readonly owner: string
  readonly mode: string
}

export interface FstabLine {
  /** `UUID=…`, `LABEL=…` or a path, as written. */
  readonly source: string
  readonly path: string
  readonly fstype: string
  readonly options: string
}

/** What rsync's own dry run and the source's digest say about one rule. */
export type SyncFacts =
  | {
      readonly kind: 'read'
      /** Digest over names, sizes, times and modes of the source: what is recorded in a tag after a copy. */
      readonly sourceDigest: string
      readonly filesCreated: number
      readonly filesChanged: number
      readonly filesDeleted: number
      readonly bytes: number
      /** First few names, created and changed and deleted, for people. */
      readonly sample: readonly string[]
      /** `source-only`: the destination could not be asked yet (it does not exist, or is not mounted); everything counts as new. */
      readonly compared: 'both' | 'source-only'
    }
  | { readonly kind: 'unreadable'; readonly reason: string }

/** A server or volume that only lives while an archive is made: a run that was cut off has left it behind. */
export interface LiveTemporary {
  readonly address: Address
  readonly kind: 'server' | 'volume'
  readonly id: string
}

/** What is in the directory of an archive. */
export type ArchiveFacts =
  | ({ readonly kind: 'read' } & TreeFacts)
  | { readonly kind: 'unreadable'; readonly reason: string }

export interface TreeFacts {
  /** Digest over names, sizes, times, modes and owners, and contents where they are asked for. */
  readonly digest: string
  readonly files: number
  /** Directories, links and all else included. */
  readonly entries: number
  /** Of all files, by their sizes. */
  readonly bytes: number
  /** The same in blocks of 4 KiB. */
  readonly allocatedBytes: number
  readonly largestBytes: number
}

/** A filesystem name as blkid says it, in the stack file's word; undefined when the file has no word for it. */
export function fstypeFromBlkid(name: string): Fstype | undefined {
  const renamed: Readonly<Record<string, Fstype>> = { ntfs3: 'ntfs', 'ntfs-3g': 'ntfs', msdos: 'vfat' }
  const known = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat', 'ntfs', 'jfs', 'reiserfs', 'f2fs', 'swap'] as const
  return known.find((fstype) => fstype === name) ?? renamed[name]
}
