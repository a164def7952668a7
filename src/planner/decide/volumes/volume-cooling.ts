import type { LiveVolume, ModificationTarget } from '../../../model/kinds/volume.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { warningOf } from '../decided.js'

/** EBS User Guide, "Modify a volume" (2026): the next begins when the last is completed, and four at most in 24 hours. */
const modificationsPerDay = 4
const dayMs = 24 * 3_600_000

/**
 * Why EC2 would refuse to modify the volume now, with the time from when on it would not; undefined when it would not, also
 * where the very change is under way, begun by a run that was cut off. `now` is ISO 8601.
 */
export function coolingProblem(
  { address }: Pick<VolumeSpec, 'address'>,
  { id, modifications = [] }: Pick<LiveVolume, 'id' | 'modifications'>,
  wanted: ModificationTarget,
  now: string | undefined,
): Problem | undefined {
  const waits = (why: string, when: string) =>
    warningOf(
      address,
      'PLAN_VOLUME_COOLING',
      `${address} (${id}) ${why}: the change of size or type waits`,
      `apply again ${when}; everything else of the plan is done now`,
    )
  const [last] = modifications
  if (last?.state === 'modifying' || last?.state === 'optimizing') {
    if (last.target && aimsAt(last.target, wanted)) return undefined
    const why = `is being modified since ${last.startedAt} (${last.state}, ${last.progress} %)`
    return waits(why, 'when that is completed')
  }
  if (now === undefined) return undefined
  const sinceMs = Date.parse(now) - dayMs
  const recent = modifications.filter(({ startedAt }) => Date.parse(startedAt) > sinceMs)
  const oldest = recent[modificationsPerDay - 1]
  if (!oldest) return undefined
  const possibleAt = new Date(Date.parse(oldest.startedAt) + dayMs).toISOString()
  const why = `was modified ${recent.length} times in 24 hours, and EC2 allows ${modificationsPerDay}`
  return waits(why, `after ${possibleAt}`)
}

/** Whether a modification leads to what is wanted, and to nothing else, as far as both say. */
function aimsAt(target: ModificationTarget, wanted: ModificationTarget): boolean {
  const names = ['sizeGiB', 'type', 'iops', 'throughputMiBps'] as const
  return names.every(
    (name) => target[name] === undefined || wanted[name] === undefined || target[name] === wanted[name],
  )
}
