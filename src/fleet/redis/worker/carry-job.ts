import { UnrecoverableError, type Job } from 'bullmq'
import { exitCodes } from '../../../core/exit-codes.js'
import { messageOf } from '../../../core/errors.js'
import { jobOf } from '../../jobs/job.js'
import { newJob } from '../../jobs/new-job.js'
import type { FleetJob, FleetStack, FleetStore, JobReport } from '../../types.js'
import { createNotifier } from '../../notify/notifier.js'
import type { QueueConnection } from '../connection.js'
import { queueNameOf } from '../queue-name.js'
import type { Queues } from '../queues.js'
import { mayPass } from '../retries.js'
import { createToldMemory } from '../report-store.js'
import { jobOfTick } from '../schedules.js'
import { leaseMs, takeStackLock, type StackLock } from '../stack-lock.js'
import type { FleetNow, Workshop } from './fleet-now.js'

/** Chosen: a job that waits for another of its stack looks again so often. */
const lockedPauseMs = 1000
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
    const stack = await around.workshop.stackOf(asked, now).catch((error: unknown) => asError(error))
    // Its repository may be there again in a while.
    if (stack instanceof Error) return void (await job.moveToFailed(stack, token))
    if (stack === undefined) return await refuse(around, job, token, 'the fleet has no stack of this name')
    const wish = asked.kind === 'drift' ? { ...asked, commit: stack.commit } : asked
    const lock = await takeStackLock(around.connection.redis, now.spec.name, stack.id, token)
    if (lock === undefined) return await job.moveToDelayed(Date.now() + lockedPauseMs, token)
    try {
      await underLock(around, now, { job, token, wish, stack, lock }, signal)
    } finally {
      await lock.release()
    }
  } catch (error) {
    // The job was given to another meanwhile, or Redis was emptied: what came of it is kept all the same, and EC2's lock stands behind.
    if (around.connection.isThere) around.say(`${job.name} is the queue's no more: ${messageOf(error)}`)
  }
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

interface HeldJob {
  readonly job: Job
  readonly token: string
  readonly wish: FleetJob
  readonly stack: FleetStack
  readonly lock: StackLock
}

async function underLock(around: JobSurroundings, now: FleetNow, held: HeldJob, signal: AbortSignal): Promise<void> {
  const { job, token, wish, stack, lock } = held
  const lost = new AbortController()
  const renewal = setInterval(() => {
    // Unanswered while Redis is gone: what was begun goes on, under EC2's lock.
    void lock.renew().then(
      (isHeld) => isHeld || lost.abort(),
      () => undefined,
    )
    void job.extendLock(token, leaseMs).catch(() => undefined)
  }, leaseMs / 3)
  let report: JobReport
  const progress = createProgress(job)
  try {
    progress.began(around.worker)
    around.say(`${wish.kind} of ${wish.stack} begins`)
    const either = AbortSignal.any([signal, lost.signal])
    report = await around.workshop.carryOut(wish, stack, now, progress.line, either)
  } finally {
    clearInterval(renewal)
    progress.end()
  }
  around.say(`${wish.kind} of ${wish.stack}: ${report.words}`)
  // Somebody else has the stack, and its report is the one that counts.
  if (lost.signal.aborted) return
  if (signal.aborted && report.exitCode === exitCodes.interrupted) return void (await job.moveToWait(token))
  if (mayPass(report) && job.attemptsMade + 1 < (job.opts.attempts ?? 1)) {
    await job.moveToFailed(new Error(report.errorCode), token)
    return
  }
  await around.store.keep(report)
  const memory = createToldMemory(around.connection.redis, now.spec.name)
  await createNotifier(now.spec, memory, around.say)(report)
  await applyAtOnce(around, now, stack, report)
  await job.moveToCompleted({ round: report.round }, token, false)
}

/** Where the fleet's file says so, what was found pending is applied, by whoever comes first. */
async function applyAtOnce(
  { queues }: JobSurroundings,
  { spec }: FleetNow,
  stack: FleetStack,
  { kind, state, round }: JobReport,
): Promise<void> {
  if (kind !== 'drift' || state !== 'pending' || stack.settings.apply !== 'at-once') return
  const job = newJob(stack, { fleet: spec.name, round, kind: 'apply' })
  await queues.add(queueNameOf(spec.name, stack.place), job)
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
