import type { Address } from '../address.js'
import type { Template } from '../template.js'
import type { StepBase, StepId } from './step-base.js'

/** A volume that a copy reads or writes, and where it must be mounted at that moment. */
export interface MountedVolume {
  /** Under what it is bound. */
  readonly volume: Address
  readonly mountPath: string
}

/** An end of a copy: on a server of the stack, on an unmanaged machine (`user@name`), or, with neither, on this machine. */
export interface PlannedPlace {
  readonly server?: Address
  readonly host?: string
  /** Absolute on a server; on this machine as written. With the trailing slash as written. */
  readonly path: string
  /**
   * Volumes of the stack: the one on which the path lies, without which it would be a directory of the root disk, and those
   * that are mounted below it.
   */
  readonly mounted?: readonly MountedVolume[]
}

/** How files are copied; what is not said is off. */
export interface CopyOptions {
  /** Come before `exclude`. */
  readonly include?: readonly string[]
  /** `user` or `user:group` by their names at the destination. */
  readonly owner?: string
  readonly chmod?: string
  readonly checksum?: boolean
  readonly bandwidthKiBps?: number
  readonly compress?: boolean
  readonly partial?: boolean
}

export interface CopyFiles extends StepBase {
  readonly kind: 'copy-files'
  /** Where it is copied to; absent: to this machine, or to `host`. */
  readonly server?: Address
  readonly host?: string
  /** Absolute path on the server; with the trailing slash as written. */
  readonly destination: string
  /** The volume on which the destination lies, and those that are mounted below it. */
  readonly mounted?: readonly MountedVolume[]
  /** A path of this machine, or places on one machine. */
  readonly source: string | readonly PlannedPlace[]
  readonly delete: boolean
  readonly exclude: readonly string[]
  readonly options?: CopyOptions
  /** Between two machines of which neither is this one: through this machine. */
  readonly relayed?: boolean
  /** Owners by number, hard links, ACLs, extended attributes and holes are kept; else everything belongs to the login user. */
  readonly keepAll?: boolean
  /** Figures of the plan's dry run, for progress; undefined when it could not be made. */
  readonly expectedBytes: number | undefined
  readonly expectedFiles: number | undefined
}

/** Runs a command at the destination each second until it succeeds; fails when it has not within the time. */
export interface CheckHealth extends StepBase {
  readonly kind: 'check-health'
  readonly server: Address
  readonly command: Template
  readonly timeoutSeconds: number
}

/** Records a copy whose source could not be read when the plan was made: takes its digest, and writes the tag. */
export interface RecordCopy extends StepBase {
  readonly kind: 'record-copy'
  /** Whose resource. */
  readonly target: Address
  readonly tag: string
  readonly source: string | readonly PlannedPlace[]
  readonly exclude: readonly string[]
  readonly options?: CopyOptions
  /** Digest of the rule, which stands behind that of the source. */
  readonly rule: string
}

/** Makes the bytes of one volume those of another, and records it in `tag` on the destination. Both must be in no use. */
export interface CopyBlocks extends StepBase {
  readonly kind: 'copy-blocks'
  readonly source: { readonly volume: Address; readonly server: Address }
  readonly destination: { readonly volume: Address; readonly server: Address }
  /** Whether whatever is at the destination may go; else every byte of it must be zero. */
  readonly mayOverwrite: boolean
  readonly compress: boolean
  readonly tag: string
  /** Digest of the rule, for the record. */
  readonly rule: string
}

/** Runs when the copy changed something, or when an earlier run was cut off between the copy and this. */
export interface RunOnChange extends StepBase {
  readonly kind: 'run-on-change'
  readonly server: Address
  readonly command: Template
  /** The copy of this plan after which it runs, if that changed something; undefined: an earlier run owes the command. */
  readonly copy: StepId | undefined
}
