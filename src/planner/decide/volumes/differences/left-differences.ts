import type { Diff } from '../../../../model/change.js'
import type { LiveVolume, VolumeSpec } from '../../../../model/kinds/volume.js'
import { mutabilityOf } from '../../../../model/mutability.js'
import type { Problem } from '../../../../model/plan-problem.js'

/** What one call changes, as far as EC2 takes it now. */
const shape: ReadonlySet<string> = new Set(['size', 'type', 'iops', 'throughput'])

/** The differences that EC2 shows, those marked that this plan leaves: a size that cannot shrink, and what `cooling` makes wait. */
export function markLeft(
  { sizeGiB }: Pick<VolumeSpec, 'sizeGiB'>,
  live: Pick<LiveVolume, 'sizeGiB'>,
  diffs: readonly Diff<'volume'>[],
  cooling: Problem | undefined,
): readonly Diff<'volume'>[] {
  return diffs.map((diff) => {
    if (diff.path === 'size' && sizeGiB !== undefined && sizeGiB < live.sizeGiB) {
      return { ...diff, left: `${mutabilityOf('volume', 'size').because}: write size: ${live.sizeGiB}` }
    }
    return cooling && shape.has(diff.path) ? { ...diff, left: cooling.hint ?? cooling.message } : diff
  })
}
