import type { Code } from '../../core/codes.js'
import { exitCodes } from '../../core/exit-codes.js'
import type { FleetJob, JobReport, StackPlace } from '../types.js'

const lost: Code = 'FLEET_WORKERS_LOST'
const refused: Code = 'FLEET_JOB_INVALID'

/** Why a job is given up that nobody lived to carry out. */
export const lostWords = 'every worker that took it has died'

/** What is told of a job that no worker carried out to its end. */
export function refusedReport(job: FleetJob, place: StackPlace | undefined, why: string): JobReport {
  const endedAt = new Date().toISOString()
  const isLost = why === lostWords
  return {
    formatVersion: 1,
    round: job.round,
    kind: job.kind,
    id: job.stack,
    place,
    state: 'failed',
    words: why,
    text: `${why}\n`,
    exitCode: exitCodes.failure,
    errorCode: isLost ? lost : refused,
    lockedBy: undefined,
    plan: undefined,
    beganAt: endedAt,
    endedAt,
  }
}
