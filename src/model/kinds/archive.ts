import type { Address } from '../address.js'
import type { CopyRegion } from '../regions/region-copy.js'
import type { UserTags } from '../tags.js'
import type { ServerSpec } from './server.js'

/** A directory of this machine whose newest version is to be the newest completed snapshot of its name. */
export interface ArchiveSpec {
  readonly address: Address
  /** As written: `~` and relative to the stack file. It means the contents, with or without a trailing slash. */
  readonly from: string
  readonly fstype: ArchiveFstype
  /** How many versions stay; undefined: all of them. */
  readonly keep: number | undefined
  /** Regions beside the stack's own that have the newest version, and as many others as stay here, sorted by name. Absent: none. */
  readonly regions?: readonly CopyRegion[]
  /** Free space on a volume that is made or grown, in percent of what is in the directory. */
  readonly slackPercent: number
  /** Whether contents count too, beside names, sizes, times and modes: every file is read at every plan. */
  readonly checksum: boolean
  readonly exclude: readonly string[]
  /** The temporary server that the files are copied through. Its address is the archive's. */
  readonly server: ServerSpec
  readonly tags: UserTags
}

/** What an archive can be made of: filesystems that keep Linux ownership and that grow. */
export const archiveFstypes = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs'] as const
export type ArchiveFstype = (typeof archiveFstypes)[number]

/** What is in the directory of an archive. */
export type ArchiveFacts =
  | ({ readonly kind: 'read' } & TreeFacts)
  /** `isMissing`: it is to come from this machine, and is not there. */
  | { readonly kind: 'unreadable'; readonly reason: string; readonly isMissing?: true }

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

/** A server or volume that only lives while an archive is made: a run that was cut off has left it behind. */
export interface LiveTemporary {
  readonly address: Address
  readonly kind: 'server' | 'volume'
  readonly id: string
}

/** The paths under which an archive's properties stand in changes. */
export type ArchivePath = 'from' | 'version' | 'versions' | 'files' | 'fstype' | 'size' | 'copies' | 'temporary'
