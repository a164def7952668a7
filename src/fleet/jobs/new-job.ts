import { systemClock } from '../../core/clock.js'
import { newRunId } from '../../app/revision.js'
import type { FleetJob, FleetStack } from '../types.js'
import { stackKey } from './job.js'

/** A name for a round that begins now, as runs have them; those of one second, too, sort as they began: the last one is what is resumed. */
export function newRound(now = systemClock.now()): string {
  const name = newRunId(now)
  return `${name.slice(0, -6)}${(now % 1000).toString(16).padStart(3, '0')}${name.slice(-3)}`
}

/**
 * A job for a stack. An apply of a saved plan is the run that the plan was made for; one of what is pending is a new run, which whoever
 * takes the job over carries on.
 */
export function newJob(
  { id, commit }: Pick<FleetStack, 'id' | 'commit'>,
  {
    fleet,
    round,
    kind,
    plan,
    planDigest,
  }: Pick<FleetJob, 'fleet' | 'round' | 'kind' | 'planDigest'> & { readonly plan?: string | undefined },
): FleetJob {
  const run = plan === undefined ? newRunId(systemClock.now()) : plan.slice(stackKey(id).length + 1)
  return {
    formatVersion: 1,
    fleet,
    round,
    kind,
    stack: id,
    commit,
    plan: kind === 'apply' ? plan : undefined,
    ...(kind === 'apply' && planDigest !== undefined && { planDigest }),
    run: kind === 'apply' ? run : undefined,
  }
}
