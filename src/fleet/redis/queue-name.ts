import { createHash } from 'node:crypto'
import type { FleetJob, StackPlace } from '../types.js'

/** What the parts of a fleet are called in Redis: all that it keeps there begins with `evenkeel:<fleet>:`. */
export interface QueueName {
  /** `evenkeel:<fleet>:<account>`. BullMQ allows no colon in a queue's name, so its account stands in the prefix. */
  readonly prefix: string
  /** The region. */
  readonly name: string
}

/** The queue of an account and region; of stacks that cannot be read, which no limit of EC2 concerns, one of their own. */
export function queueNameOf(fleet: string, place: StackPlace | undefined): QueueName {
  return { prefix: keyOf(fleet, segmentOf(place?.account ?? 'none')), name: segmentOf(place?.region ?? 'none') }
}

/** A key of a fleet in Redis. */
export function keyOf(fleet: string, ...parts: readonly string[]): string {
  return ['evenkeel', fleet, ...parts].join(':')
}

/** Two jobs with one id ask for one thing: while the first is not done, the second is the same. */
export function deduplicationIdOf(job: FleetJob): string {
  return digestOf(JSON.stringify([job.kind, job.stack, job.commit ?? null, job.plan ?? null]))
}

/** A stack in a key: names have colons, blanks and what not. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** A profile may be called anything. */
function segmentOf(text: string): string {
  return /^[\w.@-]{1,64}$/.test(text) ? text : digestOf(text)
}
