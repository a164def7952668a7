import type { Address } from '../address.js'
import type { Template } from '../template.js'

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

export interface RollingSpec {
  readonly maxUnavailable: number
  /** Shell command at the destination that succeeds when it works again. */
  readonly health: Template
  readonly timeoutSeconds: number
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
  /** `isMissing`: it is to come from this machine, and is not there. */
  | { readonly kind: 'unreadable'; readonly reason: string; readonly isMissing?: true }

/** The paths under which a rule's properties stand in changes. */
export type SyncPath =
  | 'from'
  | 'to'
  | 'via'
  | 'method'
  | 'overwrite'
  | 'delete'
  | 'include'
  | 'exclude'
  | 'owner'
  | 'chmod'
  | 'checksum'
  | 'bandwidthKiBps'
  | 'compress'
  | 'partial'
  | 'onChange'
  | 'health'
  | 'bytes'
  | 'files'
  | 'files.created'
  | 'files.changed'
  | 'files.deleted'
  | 'files.bytes'
  | 'files.first'
