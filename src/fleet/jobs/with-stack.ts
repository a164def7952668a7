import { relative } from 'node:path'
import { legible } from '../../report/legible.js'
import { openSession, type Session } from '../../app/session.js'
import { readStackFile, type StackFileOptions } from '../../app/stack-file.js'
import { readStackLock } from '../../app/lock/standing-lock.js'
import { asEvenkeelError, LockError, SpecError, type EvenkeelError } from '../../core/errors.js'
import { failureExitCode } from '../../core/exit-codes.js'
import { count } from '../../core/units.js'
import { located } from '../../library/located.js'
import { lockText } from '../../model/ledger/lock.js'
import { failureText } from '../../report/failure-text.js'
import type { FleetStack, JobReport } from '../types.js'

/** What whoever carries a job out brings along. */
export interface JobOptions {
  /** Where saved plans of the fleet lie, and are put. */
  readonly plansFolder: string
  /** Where the sandbox keeps its world; left out: EVENKEEL_SANDBOX_DIR, else below the user's state directory. */
  readonly sandboxDir?: string | undefined
  /** Where `EVENKEEL_VAR_name` is looked for; left out: this process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** A line about what is going on, without secrets. */
  readonly onProgress?: ((text: string) => void) | undefined
  /** Aborted: an apply begins no further step, and waits for what is in flight; whoever takes the job over goes on with its run. */
  readonly signal?: AbortSignal | undefined
  /** How long another run that holds the stack's lock is waited for. Default 0. */
  readonly lockTimeoutMs?: number | undefined
}

/** What came of the work on a stack. */
export type JobEnd = Pick<JobReport, 'state' | 'words' | 'text' | 'exitCode'> &
  Partial<Pick<JobReport, 'errorCode' | 'lockedBy' | 'lockedRun' | 'plan' | 'changedBy' | 'outcome'>>

/** What a saved plan has settled. */
interface Settled {
  readonly run?: string | undefined
  readonly variables?: StackFileOptions['variables']
  readonly target?: string | undefined
}

/**
 * Reads a stack's file with its settings, runs `work` with a session, and closes it whatever happens. Never rejects: what went wrong is
 * an end like any other. No secret leaves.
 */
export async function withStack(
  { file, settings }: FleetStack,
  options: JobOptions,
  { run, variables, target = settings.target }: Settled,
  work: (session: Session) => Promise<JobEnd>,
): Promise<JobEnd> {
  const { environment, onProgress = () => undefined, sandboxDir } = options
  let session: Session | undefined
  try {
    const read = readStackFile(relative(process.cwd(), file), {
      ...(variables ? { variables, isSettled: true } : { commandLine: settings.variables }),
      variableFiles: settings.variableFiles,
      ...(environment && { environment }),
      target,
    })
    session = await openSession(read, {
      sandboxDir,
      run,
      onActivity: (text) => text !== undefined && onProgress(legible(text)),
      onNotice: (text) => onProgress(legible(text)),
    })
    return masked(session, await work(session))
  } catch (thrown) {
    return await endOf(thrown, session)
  } finally {
    await session?.close().catch(() => undefined)
  }
}

async function endOf(thrown: unknown, session: Session | undefined): Promise<JobEnd> {
  const error = asEvenkeelError(session ? located(thrown, session.file.locate) : thrown)
  const isLocked = error instanceof LockError && error.code === 'LOCKED'
  const lock = isLocked && session ? await readStackLock(session).catch(() => undefined) : undefined
  const lockedRun = lock?.sight.content?.epoch.run
  const end: JobEnd = {
    ...failedEnd(error),
    ...(lock && { lockedBy: lockText(lock.sight) }),
    ...(lockedRun !== undefined && { lockedRun }),
  }
  return session ? masked(session, end) : end
}

/** What is told of a job that ended with an error. */
export function failedEnd(error: EvenkeelError): JobEnd {
  const isLocked = error instanceof LockError && error.code === 'LOCKED'
  return {
    state: isLocked ? 'locked' : 'failed',
    words: isLocked ? 'locked' : failureWords(error),
    text: `${failureText(error, false)}\n`,
    exitCode: failureExitCode(error),
    errorCode: error.code,
  }
}

/** Who holds the stack's lock, for people; undefined: nobody, or that cannot be told. */
export async function holderOf(session: Session): Promise<string | undefined> {
  const lock = await readStackLock(session).catch(() => undefined)
  return lock && lockText(lock.sight)
}

function failureWords(error: EvenkeelError): string {
  if (error instanceof SpecError) {
    const isPolicy = error.code.startsWith('CHECKS_')
    return `${count(error.total, 'mistake')} in the ${isPolicy ? 'policy' : 'file'}`
  }
  return error.kind === 'cancelled' ? 'interrupted' : `error ${error.code}`
}

function masked(session: Session, end: JobEnd): JobEnd {
  return session.secrets.mask().data(end)
}
