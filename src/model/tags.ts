import type { Address } from './address.js'

/** The tags that are evenkeel's state on live resources (docs/decisions/0001-tags-are-the-state.md). Keys use no `/`: instance metadata tags forbid it. */
export const tagKeys = {
  /** Which stack owns it. */
  stack: 'evenkeel:stack',
  /** Which entry of the stack file it is; on an instance that was launched with others, at first which these are (launch/batch.ts). */
  address: 'evenkeel:address',
  /** Digests of the desired properties that were last applied, one for each property; see applied.ts. */
  applied: 'evenkeel:applied',
  /** On servers, in the same way: digests of their options (launch/server-options.ts), for which the first tag has no room. */
  options: 'evenkeel:options',
  /** Git commit, or `--revision`, of the file last applied. */
  revision: 'evenkeel:revision',
  /** The run that created it. */
  run: 'evenkeel:run',
  /** On volumes: `blank`, `adopted`, or the snapshot id that it was made from. mkfs needs `blank`. */
  origin: 'evenkeel:origin',
  /** `root` on the root volumes of servers and on snapshots of them, which carry their server's address; `temporary` on what lives only while an archive is made. */
  role: 'evenkeel:role',
  /** On volumes, and on servers for their root disk where it is not `delete`: what happens when the entry leaves the file. */
  onRemove: 'evenkeel:on-remove',
  /** On a server: the instance whose place it takes, which is there until everything has moved over; such a pair is no conflict. */
  supersedes: 'evenkeel:supersedes',
  /** `true` while protection is asked for: of servers from termination, of images, volumes and elastic addresses from any end or replacement. */
  protect: 'evenkeel:protect',
  /** On volumes that were kept when their entry left the file: the moment, ISO 8601. They are out of the plan until reused. */
  retained: 'evenkeel:retained',
  /** On servers: the ed25519 host key pinned after its first boot, `ssh-ed25519 AAAA…`; `none` when its console showed none when that was over. */
  hostKey: 'evenkeel:host-key',
  /** On servers whose keys could not be changed when a key pair went from EC2: fingerprints of what may still be on them, and is to go. */
  formerKeys: 'evenkeel:former-keys',
  /** On an instance of a count that rolls: `true` from before it leaves service, or its launch, until it is seen to serve. */
  outOfService: 'evenkeel:out-of-service',
  /** Digests of the keys of the user's own tags that we set, so that one that leaves the file can be taken away. */
  userTags: 'evenkeel:tags',
  /** On servers: who logs in, so that a server can be entered when its entry has left the file. */
  user: 'evenkeel:user',
  /** On servers that are entered through another: its address, for the same reason. */
  via: 'evenkeel:via',
  /** On servers: digest of the user data as it was sent. */
  userData: 'evenkeel:user-data',
  /** On images: the other regions that have copies of it, or may have. */
  regions: 'evenkeel:regions',
  /** On a copy in another region: of what it is one, `us-east-1/snap-…` (model/region-copy.ts). */
  copyOf: 'evenkeel:copy-of',
  /** On such a copy of a snapshot: when its source was begun, ISO 8601. EC2's own moment is that of the copy. */
  taken: 'evenkeel:taken',
  /** On a copy: how the file wanted it encrypted, by its key or as `encrypted`. Absent: as its source is. */
  copiedAs: 'evenkeel:copied-as',
  /** On images: their number. On snapshots beside it: what is needed to make the volume again. Filesystem and mount point stand on volumes too. */
  version: 'evenkeel:version',
  fstype: 'evenkeel:fstype',
  mount: 'evenkeel:mount',
  label: 'evenkeel:label',
  uuid: 'evenkeel:uuid',
  size: 'evenkeel:size',
  /** On the snapshot that a volume left behind when another took its place: nothing was written to the volume after it. */
  final: 'evenkeel:final',
  /** On a volume whose place another takes: the snapshot that the other is made from. Goes with the volume, or when both are settled. */
  superseded: 'evenkeel:superseded-by',
  /** On snapshots of a checkpoint: its name, of how many snapshots it consists, and the digest of the stack file. */
  checkpoint: 'evenkeel:checkpoint',
  checkpointSize: 'evenkeel:checkpoint-of',
  specDigest: 'evenkeel:spec-digest',
  /** On versions of an archive: digests of the directory and of the rule by which it was copied. */
  source: 'evenkeel:source',
  name: 'Name',
} as const

/** What stands in a server's host-key tag once its console was known to show none: it is not waited for again. */
export const noHostKey = 'none'

/** The host key that is pinned for a server. */
export function hostKeyOf(tags: Tags): string | undefined {
  const value = tags[tagKeys.hostKey]
  return value === noHostKey ? undefined : value
}

/** On the server or volume that a sync rule writes to: digests of the source and the rule as last copied. */
export function syncTagKey(name: string): string {
  return `evenkeel:sync:${name}`
}

/** On a snapshot: the id of its copy in that region, once it was completed. */
export function copyTagKey(region: string): string {
  return `${copyTagPrefix}${region}`
}

export const copyTagPrefix = 'evenkeel:copy:'

export type Tags = Readonly<Record<string, string>>

/** User tags: merged from the file's `tags` and the entry's own. Never `evenkeel:*`, `Name` or `aws:*`. */
export type UserTags = Readonly<Record<string, string>>

/** What every resource of the stack has by which it is found. */
export interface Tagged {
  /** From `evenkeel:address`. */
  readonly address: Address
  readonly id: string
  readonly tags: Tags
}
