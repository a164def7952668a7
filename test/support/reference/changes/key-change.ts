import type { Code } from '../../../../src/core/codes.js'
import type { StepKind } from '../../../../src/model/steps/step.js'

/** What a plan does when the value of a key has changed, as docs/stack-file.md words it. */
export const effects = {
  'in-place': 'in place',
  restart: 'with a restart',
  downtime: 'with downtime',
  replacement: 'by replacement',
  created: 'something new is made',
  removed: 'something is removed',
  anew: 'removed and made anew',
  left: 'left as it is',
  refused: 'refused',
  nothing: 'nothing to do',
} as const
export type Effect = keyof typeof effects

/** One change of a key, and what becomes of it. */
export interface KeyChange {
  /** Which changes of the key it stands for; left out: any. */
  readonly when?: string
  /** The key's value before; left out: as in the golden stack. Undefined: the key is not there. */
  readonly from?: unknown
  readonly to: unknown
  readonly does: Effect
  /** The kind of a step that the plan then has. */
  readonly by?: StepKind
  /** What the plan says where it refuses or leaves something. */
  readonly code?: Code
  readonly says: string
  /** What stands in the golden stack otherwise, before and after the change; undefined: it is not there. */
  readonly where?: Readonly<Record<string, unknown>>
}

/** What `ignoreChanges` means, of whatever kind. */
export const leftAlone =
  'what differs there from then on is neither told as drift nor changed by an apply, whoever changed it, also in the file; as with Terraform’s `ignore_changes`. It counts again when the word goes.'

/** What the reference says of a key beyond the schema. */
export interface KeyFacts {
  /** What holds where it is left out; only where the schema has neither a default nor a word about that. */
  readonly leftOut?: string
  /** Empty only for what a variable's declaration says: what changes is the value of the keys that it stands in. */
  readonly changes: readonly KeyChange[] | 'as the value'
}

/** Keys as paths from the top of the file; `*` stands for the name of an entry, `[]` for a member of a list. */
export type KeyTable = Readonly<Record<string, KeyFacts>>
