import type { TreeFacts } from '../../model/kinds/archive.js'
import type { CopyOptions } from '../../model/steps/step.js'
import type { HostAccess, MountedFilesystem } from './host-port.js'

export interface CopyRule {
  /** For people, where it shows on a server for a moment. */
  readonly name?: string
  /** Owners by number, hard links, ACLs, extended attributes and holes are kept; else everything belongs to the login user. */
  readonly keepAll?: boolean
  /** A path of this machine, or places on one machine. */
  readonly source: string | readonly CopyPlace[]
  readonly delete: boolean
  readonly exclude: readonly string[]
  readonly options?: CopyOptions
  /** Between two machines of which neither is this one: through this machine. */
  readonly relayed?: boolean
}

/** An end of a copy: on a server of the stack, on an unmanaged machine (`user@name`), or, with neither, on this machine. */
export interface CopyPlace {
  readonly access?: HostAccess
  readonly host?: string
  /** Absolute on a server; with the trailing slash as written. */
  readonly path: string
  /** What must be mounted there, still, when files are read or written; else nothing is. */
  readonly mounted?: readonly MountedFilesystem[]
}

export interface CopyFigures {
  readonly filesCreated: number
  readonly filesChanged: number
  readonly filesDeleted: number
  readonly bytes: number
  readonly sample: readonly string[]
}

export interface SyncPort {
  /** What a directory holds, as an archive takes it. Contents count only with `checksum`. */
  readTree(request: {
    readonly source: string
    readonly exclude: readonly string[]
    readonly checksum: boolean
  }): Promise<TreeFacts>
  /** Digest over names, sizes, times (whole seconds) and modes below the source, without what is excluded. */
  sourceDigest(rule: CopyRule): Promise<string>
  /** Digest over names and contents of what is copied from this machine, the same in every checkout of the same files. */
  contentDigest(request: {
    readonly sources: readonly string[]
    readonly include: readonly string[]
    readonly exclude: readonly string[]
  }): Promise<string>
  /** rsync's dry run; without a destination, against nothing. Changes nothing anywhere. */
  compare(rule: CopyRule, destination: CopyPlace | undefined): Promise<CopyFigures>
  /** Copies; progress in bytes of the total. Aborted: what is under way ends, with all its processes here, and it rejects with the reason. */
  copy(
    rule: CopyRule,
    destination: CopyPlace,
    onProgress: (bytesDone: number) => void,
    signal?: AbortSignal,
  ): Promise<CopyFigures>
  /** Ends shared connections and removes temporary files. */
  close(): Promise<void>
}
