import type { AuthorizedKey } from './authorized-keys.js'
import type { Fstype } from './fstype.js'

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
      /** The login user's keys without options, in file order; undefined: not known. */
      readonly authorizedKeys?: readonly AuthorizedKey[] | undefined
      /** Login user that answered. */
      readonly user: string
      /** No key of the stack is on the machine that looked: EC2 Instance Connect let it in. Absent: it has one. */
      readonly admitted?: true
    }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly hint?: string }
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
  /** What is seen at the path in its place, mounted over it or over a directory above it: `tmpfs at /srv`; absent where it is seen. */
  readonly hiddenBy?: string
}

export interface FstabLine {
  /** `UUID=…`, `LABEL=…` or a path, as written. */
  readonly source: string
  readonly path: string
  readonly fstype: string
  readonly options: string
}
