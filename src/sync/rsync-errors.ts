import type { Code } from '../core/codes.js'
import { HostError } from '../core/errors.js'
import type { ChildResult } from './child.js'
import { machineName } from './machine.js'
import { describeRun, type RsyncRun } from './rsync-run.js'

interface Failure {
  readonly code: Code
  readonly retryable: boolean
  readonly says: string
  readonly hint: string
}

/** What rsync or ssh print, where the exit status alone is not enough; the first that fits. */
const byText: readonly (readonly [RegExp, Failure])[] = [
  [
    /No space left on device|Disk quota exceeded/,
    {
      code: 'SYNC_NO_SPACE',
      retryable: false,
      says: 'the destination is full',
      hint: 'make the volume larger (size) or copy less (exclude), then apply again: what is there already is not sent again',
    },
  ],
  [
    /(?:rsync|sudo): .*(?:command not found|not found)/,
    {
      code: 'SYNC_TOOL_MISSING',
      retryable: false,
      says: 'rsync is not on the server',
      hint: 'install it there, e.g. by a setup command',
    },
  ],
  [
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    {
      code: 'HOST_KEY_MISMATCH',
      retryable: false,
      says: 'the server shows another host key than the pinned one',
      hint: 'somebody may be in between, or the server was set up anew; compare with its console output',
    },
  ],
  [
    /Permission denied \(publickey/,
    {
      code: 'HOST_AUTHENTICATION_FAILED',
      retryable: false,
      says: 'the server does not let the login user in',
      hint: "check the server's user and key pair",
    },
  ],
  [
    /send_files failed to open|readlink_stat\(|opendir .* failed: Permission denied|failed to open .* Permission denied/,
    {
      code: 'SYNC_SOURCE_UNREADABLE',
      retryable: false,
      says: 'files of the source cannot be read',
      hint: 'make them readable, or leave them out (exclude)',
    },
  ],
  [
    /Read-only file system|Operation not permitted|Not a directory|Is a directory|Permission denied/,
    {
      code: 'SYNC_DESTINATION_REFUSED',
      retryable: false,
      says: 'the destination cannot be written to',
      hint: 'look at the destination on the server: its mount options, and what stands in the way',
    },
  ],
]

/** Exit values of rsync(1). */
const byExitCode: Readonly<Record<number, Failure>> = {
  10: {
    code: 'SYNC_INTERRUPTED',
    retryable: true,
    says: 'the connection broke',
    hint: 'apply again: what is there already is not sent again',
  },
  12: {
    code: 'SYNC_INTERRUPTED',
    retryable: true,
    says: 'the connection broke',
    hint: 'apply again: what is there already is not sent again',
  },
  20: {
    code: 'SYNC_INTERRUPTED',
    retryable: false,
    says: 'rsync was stopped',
    hint: 'apply again: what is there already is not sent again',
  },
  23: {
    code: 'SYNC_FAILED',
    retryable: false,
    says: 'some files could not be copied',
    hint: 'see the message; the others were copied',
  },
  24: {
    code: 'SYNC_SOURCE_VANISHED',
    retryable: true,
    says: 'files disappeared from the source while it was being copied',
    hint: 'apply again when nothing changes there',
  },
  30: {
    code: 'SYNC_INTERRUPTED',
    retryable: true,
    says: 'the server stopped answering',
    hint: 'apply again: what is there already is not sent again',
  },
  255: {
    code: 'SYNC_INTERRUPTED',
    retryable: true,
    says: 'the connection broke',
    hint: 'apply again: what is there already is not sent again',
  },
}

/** The error of a run of rsync that ended with a wrong exit status. */
export function rsyncFailure(run: RsyncRun, { exitCode, stderrTail }: ChildResult): HostError {
  const known =
    (exitCode === 24 ? byExitCode[24] : byText.find(([pattern]) => pattern.test(stderrTail))?.[1]) ??
    byExitCode[exitCode]
  const failure = known ?? {
    code: 'SYNC_FAILED',
    retryable: false,
    says: `rsync ended with exit status ${exitCode}`,
    hint: undefined,
  }
  const detail = stderrTail
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('rsync error: '))
    .slice(0, 3)
    .join('; ')
  const host = machineName(run.target.machine)
  return new HostError(failure.code, `${describeRun(run)}: ${failure.says}${detail === '' ? '' : ` (${detail})`}`, {
    host,
    command: describeRun(run),
    exitCode,
    stderrTail,
    retryable: failure.retryable,
    hint: failure.hint,
  })
}
