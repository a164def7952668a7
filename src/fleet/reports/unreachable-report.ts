import { systemClock } from '../../core/clock.js'
import { failedEnd } from '../jobs/with-stack.js'
import { wholeOf } from '../stacks/repository-of.js'
import type { FleetJob, JobReport, UnreachableSource } from '../types.js'

/** What is told of a repository that could not be fetched: one failure, whatever is in it. */
export function unreachableReport(
  { name, error }: UnreachableSource,
  { kind, round }: Pick<FleetJob, 'kind' | 'round'>,
): JobReport {
  const at = new Date(systemClock.now()).toISOString()
  return {
    formatVersion: 1,
    round,
    kind,
    id: wholeOf(name),
    place: undefined,
    errorCode: error.code,
    lockedBy: undefined,
    plan: undefined,
    ...failedEnd(error),
    beganAt: at,
    endedAt: at,
  }
}
