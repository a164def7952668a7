import { exitCodes } from '../../core/exit-codes.js'
import type { FleetEventKind, FleetJob, JobReport } from '../types.js'

/** What was told of a stack, and holds still. */
export interface Told {
  readonly drift: boolean
  /** By which kind of job; undefined: nothing failed. */
  readonly failed: FleetJob['kind'] | undefined
  /** The run that was told last of having applied something. */
  readonly applied?: string
}

export const toldNothing: Told = { drift: false, failed: undefined }

/** What a report is news of, and what holds from then on: drift is told once, and its end once. */
export function eventsOf(
  told: Told,
  report: JobReport,
): { readonly events: readonly FleetEventKind[]; readonly told: Told } {
  const applied = report.changedBy ?? told.applied
  const now: Told = {
    drift: driftAfter(told, report),
    failed: failedAfter(told, report),
    ...(applied !== undefined && { applied }),
  }
  const wasTroubled = told.drift || told.failed !== undefined
  const isTroubled = now.drift || now.failed !== undefined
  const events: FleetEventKind[] = []
  // Who takes a run over that had ended tells of it, too, and does not know whether it was told.
  if (applied !== told.applied) events.push('applied')
  if (now.drift && !told.drift) events.push('drift')
  if (now.failed !== undefined && told.failed === undefined) events.push('failed')
  if (wasTroubled && !isTroubled) events.push('recovered')
  return { events, told: now }
}

/** A plan tells changes, and not whether the world or the file has moved; what could not be looked at is as it was. */
function driftAfter({ drift }: Told, { kind, state }: JobReport): boolean {
  if (state === 'drift') return true
  if (state === 'in-sync') return false
  return kind === 'drift' && state === 'pending' ? false : drift
}

/** That a plan can be made again is no answer to an apply that failed. */
function failedAfter({ failed }: Told, { kind, state, exitCode }: JobReport): Told['failed'] {
  if (exitCode === exitCodes.interrupted) return failed
  if (state === 'failed') return failed ?? kind
  if (state === 'in-sync') return undefined
  const isSeen = state === 'pending' || state === 'drift'
  return isSeen && failed !== 'apply' ? undefined : failed
}
