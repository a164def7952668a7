import type { Code } from './codes.js'

/** One mistake in a stack file, or in another one that is written by hand. Lines and columns count from 1; columns are UTF-16 code units. */
export interface Diagnostic {
  readonly code: Code
  readonly message: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** The lines around the mistake with a caret under it; absent when there is no text to show (e.g. `--var`). */
  readonly frame?: string
  /** What to do, e.g. "did you mean `fstype`?". */
  readonly hint?: string
}

/** Base of every error that evenkeel raises on purpose. `code` is stable and documented in docs/errors.md. */
export abstract class EvenkeelError extends Error {
  abstract readonly kind: 'spec' | 'plan' | 'provider' | 'host' | 'cancelled' | 'usage' | 'lock' | 'bug'
  readonly code: Code
  /** What the user can do next, one sentence. */
  readonly hint: string | undefined

  constructor(code: Code, message: string, options: { cause?: unknown; hint?: string | undefined } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.hint = options.hint
  }
}

/** The stack file, or the fleet's, is wrong; carries the first mistakes found, in file order, and how many were found in all. */
export class SpecError extends EvenkeelError {
  readonly kind = 'spec'
  readonly diagnostics: readonly Diagnostic[]
  readonly total: number
  /** Whether there were too many to look for others. */
  readonly isCut: boolean

  constructor(diagnostics: readonly Diagnostic[], total: number = diagnostics.length, isCut = false) {
    const first = diagnostics[0]
    super(first?.code ?? 'SPEC_INVALID', total === 1 && first ? first.message : `${total} mistakes in ${first?.file}`)
    this.diagnostics = diagnostics
    this.total = total
    this.isCut = isCut
  }
}

/** The command line is wrong: unknown flag value, missing file, missing tool on this machine. */
export class UsageError extends EvenkeelError {
  readonly kind = 'usage'
}

/** No safe plan exists: a conflict, a foreign owner, a stale plan, data loss that was not consented to. */
export class PlanError extends EvenkeelError {
  readonly kind = 'plan'
  readonly addresses: readonly string[]
  /** Lines that belong under the message. */
  readonly details: readonly string[]

  constructor(
    code: Code,
    message: string,
    addresses: readonly string[] = [],
    options: { cause?: unknown; hint?: string | undefined; details?: readonly string[] } = {},
  ) {
    super(code, message, options)
    this.addresses = addresses
    this.details = options.details ?? []
  }
}

/** How a failed call is to be treated; the table is in providers/ec2/errors/error-table.ts. */
export type ErrorClass =
  | 'throttle'
  | 'ambiguous'
  | 'consistency'
  | 'absent'
  | 'wait-state'
  | 'cool-down'
  | 'conflict'
  | 'quota'
  | 'capacity'
  | 'auth'
  | 'permission'
  | 'bad-request'
  | 'unreachable'
  | 'fatal'

/** The cloud said no. `awsCode` is EC2's own error code, e.g. `InvalidVolume.NotFound`. */
export class ProviderError extends EvenkeelError {
  readonly kind = 'provider'
  readonly errorClass: ErrorClass
  readonly awsCode: string | undefined
  readonly requestId: string | undefined
  /** The API action that failed, e.g. `CreateVolume`. */
  readonly action: string | undefined

  constructor(
    code: Code,
    message: string,
    options: {
      errorClass: ErrorClass
      awsCode?: string | undefined
      requestId?: string | undefined
      action?: string | undefined
      cause?: unknown
      hint?: string | undefined
    },
  ) {
    super(code, message, options)
    this.errorClass = options.errorClass
    this.awsCode = options.awsCode
    this.requestId = options.requestId
    this.action = options.action
  }
}

/** A command in a server, or the link to it, failed. `retryable` says whether trying again can help. */
export class HostError extends EvenkeelError {
  readonly kind = 'host'
  readonly host: string
  readonly command: string | undefined
  readonly exitCode: number | undefined
  readonly stderrTail: string | undefined
  readonly retryable: boolean

  constructor(
    code: Code,
    message: string,
    options: {
      host: string
      command?: string | undefined
      exitCode?: number | undefined
      stderrTail?: string | undefined
      retryable?: boolean
      cause?: unknown
      hint?: string | undefined
    },
  ) {
    super(code, message, options)
    this.host = options.host
    this.command = options.command
    this.exitCode = options.exitCode
    this.stderrTail = options.stderrTail
    this.retryable = options.retryable ?? false
  }
}

/** The stack's lock is held by somebody else, or was lost. */
export class LockError extends EvenkeelError {
  readonly kind = 'lock'
}

/** The operator stopped it. */
export class Cancelled extends EvenkeelError {
  readonly kind = 'cancelled'

  constructor(message = 'interrupted') {
    super('CANCELLED', message)
  }
}

/** One of our invariants broke; the only error whose stack trace a user may see. */
export class BugError extends EvenkeelError {
  readonly kind = 'bug'

  constructor(message: string, options: { cause?: unknown } = {}) {
    super('BUG', message, { ...options, hint: 'this is a bug in evenkeel; please report it with the text above' })
  }
}

/** The message of anything thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What was thrown; a bug, where nobody threw it on purpose. */
export function asEvenkeelError(thrown: unknown): EvenkeelError {
  return thrown instanceof EvenkeelError ? thrown : new BugError(messageOf(thrown), { cause: thrown })
}
