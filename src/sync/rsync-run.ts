import { shellWord } from '../core/shell-words.js'
import type { CopyRule } from '../executor/ports.js'
import type { Entry } from './itemized.js'

/** Where a run of rsync writes. */
export type Target =
  /** A directory of this machine. */
  | { readonly kind: 'local'; readonly directory: string }
  | {
      readonly kind: 'remote'
      /** Of the ssh configuration in `configPath`. */
      readonly alias: string
      readonly configPath: string
      readonly path: string
      /** Numbers: names may mean other people here than there. */
      readonly owner: { readonly uid: number; readonly gid: number }
      readonly isRoot: boolean
      /** For messages. */
      readonly host: string
    }

export interface RsyncRun {
  readonly rule: CopyRule
  /** Absolute, with the trailing slash as written. */
  readonly source: string
  readonly target: Target
  readonly dryRun: boolean
  readonly onEntry: (entry: Entry) => void
  /** Bytes of files that are done with. */
  readonly onBytes?: (bytes: number) => void
}

/** The command that a person could run to see the same, for messages. */
export function describeRun({ source, target }: RsyncRun): string {
  const destination = target.kind === 'local' ? 'nothing' : `${target.host}:${target.path}`
  return `rsync ${shellWord(source)} ${shellWord(destination)}`
}
