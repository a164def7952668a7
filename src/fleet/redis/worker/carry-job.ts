import { UnrecoverableError, type Job } from 'bullmq'
import { exitCodes } from '../../../core/exit-codes.js'
import { asEvenkeelError, messageOf } from '../../../core/errors.js'
import { jobOf } from '../../jobs/job.js'
import { newJob } from '../../jobs/new-job.js'
import { failedEnd } from '../../jobs/with-stack.js'
import type { FleetJob, FleetStack, FleetStore, JobReport } from '../../types.js'
import { createNotifier } from '../../notify/notifier.js'
import type { QueueConnection } from '../connection.js'
import { queueNameOf } from '../queue-name.js'
import type { Queues } from '../queues.js'
import { lostWords, refusedReport } from '../refused-report.js'
import { mayPass, takeoversMax } from '../retries.js'
import { repositoryOf } from '../../stacks/repository-of.js'
import { createToldMemory } from '../report-store.js'
import { jobOfTick } from '../schedules.js'
import { leaseMs, takeStackLock, type StackLock } from '../stack-lock.js'
import type { FleetNow, Workshop } from './fleet-now.js'
import { holds } from './newest-file.js'

/** Chosen: a job that waits for another of its stack looks again so often. */
const lockedPauseMs = 1000
/** Chosen: a job that waits for what is done elsewhere looks again so often. */
const elsewherePauseMs = 5000
/** Chosen: so many lines a second are read by nobody. */
const progressPauseMs = 250

export interface JobSurroundings {
  readonly connection: QueueConnection
  readonly queues: Queues
  readonly store: FleetStore
  readonly workshop: Workshop
  /** Who takes the jobs: machine and process. */
  readonly worker: string
  readonly say: (text: string) => void
}

/** Carries out a job that was taken out of a queue, and tells the queue what came of it. Never throws. */
export async function carryJob(
  around: JobSurroundings,
  now: FleetNow,
  job: Job,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  // Whatever its own options say, who put it there by hand too: what is done is gone.
  Object.assign(job.opts, { removeOnComplete: true, removeOnFail: true })
  try {
    const asked = wishOf(now, job)
    if (typeof asked === 'string') return await refuse(around, job, token, asked)
    const found = await meantBy(around, asked, now).catch((error: unknown) => asError(error))
    if (found instanceof Error) return await notFound(around, now, { job, token, wish: asked }, found)
    if (found === 'unknown') return await refuse(around, job, token, 'the fleet has no stack of this name')
    if (found === 'newer') return await job.moveToDelayed(Date.now() + elsewherePauseMs, token)
    const { stack } = found
    const wish = asked.kind === 'drift' ? { ...asked, commit: stack.commit } : asked
    if (job.stalledCounter > takeoversMax) {
      const report = refusedReport(wish, stack.place, lostWords)
      return await giveUp(around, found.now, { job, token }, report, new Error(lostWords))
    }
    const lock = await takeStackLock(around.connection.redis, now.spec.name, stack.id, token)
    if (lock === undefined) return await job.moveToDelayed(Date.now() + lockedPauseMs, token)
    try {
      await underLock(around, found.now, { job, token, wish, stack, lock }, signal)
    } finally {
      await lock.release()
    }
  } catch (error) {
    // The job was given to another meanwhile, or Redis was emptied: what came of it is kept all the same, and EC2's lock stands behind.
    if (around.connection.isThere) around.say(`${job.name} is the queue's no more: ${messageOf(error)}`)
  }
}

/**
 * The stack that a job names, of a fleet.yaml that may have been written since this worker looked; `unknown`: the fleet has none. A worker
 * whose files are older than others' cannot know: `newer`.
 */
async function meantBy(
  { workshop, connection }: JobSurroundings,
  asked: FleetJob,
  now: FleetNow,
): Promise<{ readonly stack: FleetStack; readonly now: FleetNow } | 'unknown' | 'newer'> {
  const known = await workshop.stackOf(asked, now)
  if (known) return { stack: known, now }
  const fresh = await workshop.read()
  const stack = await workshop.stackOf(asked, fresh)
  if (stack) return { stack, now: fresh }
  return (await holds(connection.redis, fresh)) ? 'unknown' : 'newer'
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error))
}

/** What a job says; a sentence, where it is none of this fleet's. */
function wishOf(now: FleetNow, job: Job): FleetJob | string {
  try {
    const read = jobOf(job.data)
    if (read.fleet !== now.spec.name) return 'it is of another fleet'
    return jobOfTick(read, job.opts.prevMillis ?? job.timestamp)
  } catch (error) {
    return messageOf(error)
  }
}

/** What nobody can carry out, however often it is tried. */
async function refuse({ say }: JobSurroundings, job: Job, token: string, why: string): Promise<void> {
  say(`A job was refused: ${why}.`)
  await job.moveToFailed(new UnrecoverableError(why), token)
}

/** Its repository may be there again in a while; where it is not, that is what is known of the stack. */
async function notFound(
  around: JobSurroundings,
  now: FleetNow,
  { job, token, wish }: Pick<HeldJob, 'job' | 'token' | 'wish'>,
  error: Error,
): Promise<void> {
  if (!isLast(job)) return void (await job.moveToFailed(error, token))
  const { words, text, errorCode } = failedEnd(asEvenkeelError(error))
  const place = now.stacks.find(({ id }) => id === wish.stack)?.place
  await giveUp(around, now, { job, token }, { ...refusedReport(wish, place, words), text, errorCode }, error)
}

/** What ended without having begun is known and told like all else. */
async function giveUp(
  around: JobSurroundings,
  now: FleetNow,
  { job, token }: Pick<HeldJob, 'job' | 'token'>,
  report: JobReport,
  error: Error,
): Promise<void> {
  around.say(`${report.kind} of ${report.id}: ${report.words}`)
  await tell(around, now, report)
  await job.moveToFailed(new UnrecoverableError(messageOf(error)), token)
}

async function tell(around: JobSurroundings, { spec }: FleetNow, report: JobReport): Promise<void> {
  await around.store.keep(report)
  await createNotifier(spec, createToldMemory(around.connection.redis, spec.name), around.say)(report)
}

/** Whether it is not tried again. */
function isLast(job: Job): boolean {
  return job.attemptsMade + 1 >= (job.opts.attempts ?? 1)
}

interface HeldJob {
  readonly job: Job
  readonly token: string
  readonly wish: FleetJob
  readonly stack: FleetStack
  readonly lock: StackLock
}

async function underLock(around: JobSurroundings, now: FleetNow, held: HeldJob, signal: AbortSignal): Promise<void> {
  const { job, token, wish, stack, lock } = held
  const renewal = setInterval(() => {
    // Unanswered while Redis is gone, and another's by now: what was begun goes on, under EC2's lock.
    void lock.renew().catch(() => undefined)
    void job.extendLock(token, leaseMs).catch(() => undefined)
  }, leaseMs / 3)
  let report: JobReport
  const progress = createProgress(job)
  try {
    progress.began(around.worker)
    around.say(`${wish.kind} of ${wish.stack} begins`)
    report = await around.workshop.carryOut(wish, stack, now, progress.line, signal)
  } finally {
    clearInterval(renewal)
    progress.end()
  }
  around.say(`${wish.kind} of ${wish.stack}: ${report.words}`)
  // Somebody else has the stack by now, and says what it has seen; of what was done here nobody else tells.
  if (!(await lock.renew()) && report.changedBy === undefined) return
  if (signal.aborted && report.exitCode === exitCodes.interrupted) return void (await job.moveToWait(token))
  // Whoever has the same run lives, and nobody heard of it because it does not reach Redis, or Redis was emptied.
  if (report.lockedRun !== undefined && report.lockedRun === wish.run) {
    return await job.moveToDelayed(Date.now() + elsewherePauseMs, token)
  }
  if (mayPass(report) && !isLast(job)) {
    await job.moveToFailed(new Error(report.errorCode), token)
    return
  }
  await tell(around, now, report)
  await applyAtOnce(around, now, stack, report)
  await job.moveToCompleted({ round: report.round }, token, false)
}

/** Where the fleet's file says so, what was found pending is applied, by whoever comes first. */
async function applyAtOnce(
  { queues }: JobSurroundings,
  { spec, unreachable = [] }: FleetNow,
  stack: FleetStack,
  { kind, state, round }: JobReport,
): Promise<void> {
  if (kind !== 'drift' || state !== 'pending' || stack.settings.apply !== 'at-once') return
  // What was last seen of it may be older than what another worker has applied.
  if (unreachable.some(({ name }) => name === repositoryOf(stack.id))) return
  const job = newJob(stack, { fleet: spec.name, round, kind: 'apply' })
  await queues.add(queueNameOf(spec.name, stack.place), [job])
}

/** Tells those who asked who works on it, and how far it is: the newest line where many come at once. */
function createProgress(job: Job) {
  let waiting: string | undefined
  let timer: NodeJS.Timeout | undefined
  const send = (told: { began: string } | { line: string }) => void job.updateProgress(told).catch(() => undefined)
  const flush = () => {
    timer = undefined
    if (waiting !== undefined) send({ line: waiting })
    waiting = undefined
  }
  return {
    began: (worker: string) => send({ began: worker }),
    line: (text: string) => {
      waiting = text.slice(0, 500)
      timer ??= setTimeout(flush, progressPauseMs)
    },
    end: () => clearTimeout(timer),
  }
}
