import type { VolumeSpec } from '../model/stack-spec.js'
import type { LiveVolume } from '../model/live-stack.js'
import { warn, type Planning } from './planning.js'

/** EBS User Guide, "Modify a volume" (2026): the next begins when the last is completed, and four at most in 24 hours. */
const modificationsPerDay = 4
const dayMs = 24 * 3_600_000

/** Whether EC2 would refuse to modify the volume now; told as a warning, with the time from when on it can. */
export function isCooling(
  planning: Planning,
  { address }: VolumeSpec,
  { id, modifications = [] }: LiveVolume,
): boolean {
  const say = (why: string, when: string) =>
    warn(
      planning,
      address,
      'PLAN_VOLUME_COOLING',
      `${address} (${id}) ${why}: the change of size or type waits`,
      `apply again ${when}; everything else of the plan is done now`,
    )
  const [last] = modifications
  if (last?.state === 'modifying' || last?.state === 'optimizing') {
    say(`is being modified since ${last.startedAt} (${last.state}, ${last.progress} %)`, 'when that is completed')
    return true
  }
  const { now } = planning.options
  if (now === undefined) return false
  const sinceMs = Date.parse(now) - dayMs
  const recent = modifications.filter(({ startedAt }) => Date.parse(startedAt) > sinceMs)
  const oldest = recent[modificationsPerDay - 1]
  if (!oldest) return false
  const possibleAt = new Date(Date.parse(oldest.startedAt) + dayMs).toISOString()
  say(`was modified ${recent.length} times in 24 hours, and EC2 allows ${modificationsPerDay}`, `after ${possibleAt}`)
  return true
}
