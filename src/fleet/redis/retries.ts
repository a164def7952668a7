import type { Code } from '../../core/codes.js'
import type { JobReport } from '../types.js'

/** What passes by itself. Everything else is a matter for people: a mistake in a file, a plan that is stale, a refusal. */
const passing: ReadonlySet<string> = new Set<Code>([
  'EC2_THROTTLED',
  'EC2_UNAVAILABLE',
  'EC2_UNREACHABLE',
  'HOST_UNREACHABLE',
  'HOST_CONNECTION_LOST',
  // Somebody else changes the stack: they will be done.
  'LOCKED',
  'LOCK_UNCERTAIN',
])

/** Chosen: 5, 10, 20 and 40 seconds, each up to a half longer or shorter, so that workers do not come back together. */
export const retryOptions = { attempts: 5, backoff: { type: 'exponential', delay: 5000, jitter: 0.5 } } as const

/** Chosen: a job whose workers die one after the other is not to take them all. BullMQ counts, and leaves it to who takes jobs by hand to look. */
export const takeoversMax = 5

/** Whether the same job may end in another way when it is carried out once more. */
export function mayPass(report: JobReport): boolean {
  return report.errorCode !== undefined && passing.has(report.errorCode)
}
