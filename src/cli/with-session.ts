import { withLock } from '../app/lock/with-lock.js'
import { openSession, type Session } from '../app/session.js'
import { readStackFile, type StackFile, type StackFileOptions } from '../app/stack-file.js'
import { Cancelled } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { legible } from '../report/legible.js'
import { onInterrupt } from './interruption.js'
import { located } from '../library/located.js'
import { stackFileOptions, type LockingOptions, type StackOptions } from './options.js'
import { activityLine } from './terminal.js'

/**
 * Reads the stack file, where that has not been done, runs `work` with a session, and closes it whatever happens; also on
 * Ctrl-C, where `work` does not see to that itself. What is being read shows on a terminal.
 */
export async function withSession<Result>(
  file: string | StackFile | undefined,
  options: StackOptions & {
    readonly run?: string
    readonly settled?: StackFileOptions['variables']
    /** One of several that are read at once: its notices begin with its file, and it says nothing of its reading. */
    readonly isOneOfMany?: boolean
  },
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { settled, isOneOfMany = false } = options
  const activity = isOneOfMany ? undefined : activityLine()
  const said = { ...stackFileOptions(options), ...(settled && { variables: settled, isSettled: true }) }
  const read = typeof file === 'object' ? file : readStackFile(file, said)
  const prefix = isOneOfMany ? `${read.path}: ` : ''
  const onNotice = (text: string) => void process.stderr.write(`${legible(`${prefix}${text}`)}\n`)
  read.notices.forEach(onNotice)
  const session = await openSession(read, {
    sandboxDir: options.sandboxDir,
    run: options.run,
    onActivity: (text) => (text === undefined ? activity?.clear() : activity?.say(text)),
    onNotice,
  })
  let leaving = false
  const release = onInterrupt(() => {
    activity?.clear()
    if (leaving) {
      process.stderr.write('Left at once; what was under way may be half done.\n')
      process.exit(exitCodes.interrupted)
    }
    leaving = true
    void session.close().finally(() => process.exit(exitCodes.interrupted))
  })
  try {
    return await work(session)
  } catch (error) {
    // What its connections' end did to the work is no news.
    throw leaving ? new Cancelled('interrupted') : session.secrets.mask().data(located(error, session.file.locate))
  } finally {
    await session.close()
    release()
  }
}

/** As `withSession`, and as the only one who changes the stack from before it is looked at to the end. */
export async function withLockedSession<Result>(
  file: string | StackFile | undefined,
  options: StackOptions & LockingOptions & { readonly run?: string },
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { lockTimeout: lockTimeoutMs, revision } = options
  return withSession(file, options, (session) => withLock(session, { lockTimeoutMs, revision }, () => work(session)))
}
