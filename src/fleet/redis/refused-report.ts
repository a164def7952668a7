import type { Code } from '../../core/codes.js'
import { exitCodes } from '../../core/exit-codes.js'
import type { FleetJob, JobReport, StackPlace } from '../types.js'

const lost: Code = 'FLEET_WORKERS_LOST'
const refused: Code = 'FLEET_JOB_INVALID'

/** What is told of a job that no worker carried out to its end. */
export function refusedReport(job: FleetJob, place: StackPlace | undefined, why: string): JobReport {
  const endedAt = new Date().toISOString()
  const isLost = why.startsWith('job stalled')
  const words = isLost ? 'every worker that took it has died' : why
  return {
    formatVersion: 1,
    round: job.round,
    kind: job.kind,
    id: job.stack,
    place,
    state: 'failed',
    words,
    text: `${words}\n`,
    exitCode: exitCodes.failure,
    errorCode: isLost ? lost : refused,
    lockedBy: undefined,
    plan: undefined,
    beganAt: endedAt,
    endedAt,
  }
}
