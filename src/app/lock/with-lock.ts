import { formatDuration } from '../../core/units.js'
import { lockTimes } from '../../executor/lock/lock-times.js'
import { lockText, type LockSight } from '../../model/ledger/lock.js'
import { documentDigest, normalizedSpec } from '../../planner/compare/normalize.js'
import { findRevision } from '../revision.js'
import { directoriesOf } from '../stack-file.js'
import type { Session } from '../session.js'

export interface LockOptions {
  /** So long is somebody waited for who is changing the stack; left out: not at all. */
  readonly lockTimeoutMs?: number | undefined
  readonly revision?: string | undefined
  /** Aborted: nobody waits for it any more. */
  readonly signal?: AbortSignal
}

/**
 * Does some work as the only one who changes the stack, planning included: what is planned under the lock is what is there.
 * Rejects with a LockError where somebody else does, and gives the lock back however the work ends. Work within work under
 * one session shares it.
 */
export async function withLock<Result>(
  session: Session,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const { lock, spec } = session
  if (lock.isHeld) return work()
  const revision = await findRevision(options.revision, directoriesOf(session.file))
  const epoch = {
    run: session.run,
    specDigest: documentDigest(normalizedSpec(spec)),
    ...(revision !== undefined && { revision }),
  }
  await lock.take({
    epoch,
    patienceMs: options.lockTimeoutMs ?? 0,
    onWait: (sight, because) => session.notice(waitingText(spec.stack, sight, because)),
    signal: options.signal,
  })
  try {
    return await work()
  } finally {
    if (!(await lock.release())) session.notice(leftText(spec.stack))
  }
}

function waitingText(stack: string, sight: LockSight, because: 'alive' | 'silent'): string {
  const who = `The stack ${stack} is locked by ${lockText(sight)}.`
  if (because === 'alive') return `${who} Waiting for it to end.`
  return `${who} Whether that run still lives will be known within ${formatDuration(lockTimes.leaseMs)}: waiting for a sign of it.`
}

function leftText(stack: string): string {
  return `The lock of ${stack} stays where it is: the next run finds in it what this one was, and takes it over by itself.`
}
