import { asEvenkeelError, EvenkeelError, UsageError } from '../../core/errors.js'
import { required } from '../../core/assert.js'
import { systemClock } from '../../core/clock.js'
import type { FleetJob, FleetStack, JobReport } from '../types.js'
import { applied } from './apply.js'
import { drifted, planned } from './look.js'
import { failedEnd, withStack, type JobEnd, type JobOptions } from './with-stack.js'

/**
 * Carries a job out on its stack, as the command for one stack does, with the stack's settings as that command's options. Never
 * rejects: what goes wrong with a stack is its report. No secret stands in what it says, on the way or at the end. `stack`: undefined
 * where the fleet has it no more; an error: why it cannot be had.
 */
export async function carryOutJob(
  job: FleetJob,
  stack: FleetStack | EvenkeelError | undefined,
  options: JobOptions,
): Promise<JobReport> {
  const beganAt = now()
  const end = await ended(job, stack, options).catch((error: unknown) => failedEnd(asEvenkeelError(error)))
  const { round, kind } = job
  return {
    formatVersion: 1,
    round,
    kind,
    id: job.stack,
    place: stack instanceof EvenkeelError ? undefined : stack?.place,
    errorCode: undefined,
    lockedBy: undefined,
    plan: undefined,
    ...end,
    beganAt,
    endedAt: now(),
  }
}

async function ended(
  job: FleetJob,
  stack: FleetStack | EvenkeelError | undefined,
  options: JobOptions,
): Promise<JobEnd> {
  if (stack instanceof EvenkeelError) throw stack
  if (!stack) {
    throw new UsageError('FLEET_STACK_UNKNOWN', `the fleet has no stack ${job.stack} any more`, {
      hint: 'its file was renamed or taken away, or fleet.yaml names it no longer; nothing was done',
    })
  }
  assertMeant(job, stack)
  if (stack.isRefused) {
    throw new UsageError('FLEET_STACK_REFUSED', required(stack.problem, 'why'), { hint: 'nothing of it was done' })
  }
  switch (job.kind) {
    case 'plan':
      return withStack(stack, options, {}, (session) => planned(session, stack, options))
    case 'drift':
      return withStack(stack, options, {}, drifted)
    case 'apply':
      return applied(job, stack, options)
  }
}

function assertMeant(job: FleetJob, { id, commit }: FleetStack): void {
  if (job.stack === id && job.commit === commit) return
  throw new UsageError('FLEET_JOB_INVALID', `the job is for another stack, or another commit of it, than ${id}`, {
    hint: 'nothing was done; begin the command again',
  })
}

function now(): string {
  return new Date(systemClock.now()).toISOString()
}
