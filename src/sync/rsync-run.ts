import { shellWord } from '../core/shell-words.js'
import type { CopyRule, MountedFilesystem } from '../executor/ports.js'
import type { Entry } from './itemized.js'
import { machineName, type Machine } from './machine.js'
import type { SshConnections } from './ssh/ssh-connections.js'

/** One run of rsync between two machines, or on one. */
export interface RsyncRun {
  readonly connections: SshConnections
  readonly rule: CopyRule
  readonly source: {
    readonly machine: Machine
    /** Absolute on this machine and on servers, with the trailing slash as written. Never empty. */
    readonly paths: readonly string[]
    /** What must be mounted there when rsync begins. */
    readonly mounted: readonly MountedFilesystem[]
  }
  readonly target: {
    readonly machine: Machine
    readonly path: string
    readonly mounted: readonly MountedFilesystem[]
    /** Who owns what is copied, as `--chown` takes it; undefined: as at the source, as far as the receiver may. */
    readonly owner: string | undefined
  }
  readonly dryRun: boolean
  /** Aborted: it ends, with all its processes of this machine. */
  readonly signal?: AbortSignal | undefined
  readonly onEntry: (entry: Entry) => void
  /** Bytes of files that are done with. */
  readonly onBytes?: (bytes: number) => void
}

/** A path as rsync takes it for one: neither an option nor a machine's name with a colon behind it. */
export function pathArgument(path: string): string {
  return path.startsWith('/') ? path : `./${path}`
}

/** The command that a person could run to see the same, for messages. */
export function describeRun({ source, target }: RsyncRun): string {
  const sources = source.paths.map((path) => placeText(source.machine, path))
  return `rsync ${sources.join(' ')} ${placeText(target.machine, target.path)}`
}

function placeText(machine: Machine, path: string): string {
  return shellWord(machine.kind === 'here' ? path : `${machineName(machine)}:${path}`)
}
