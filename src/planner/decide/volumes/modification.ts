import type { AppliedRecord } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { World } from '../../world.js'
import type { Modification } from './volume-decision.js'
import { coolingProblem } from './volume-cooling.js'
import { performanceOf } from './volume-properties.js'

/** What is changed of a live volume by one call. */
export interface ModificationFindings {
  /** Undefined: nothing, or EC2 would refuse it now. */
  readonly modification: Modification | undefined
  /** Why it waits. */
  readonly cooling: Problem | undefined
  /** Whether the filesystem has to follow. */
  readonly grows: boolean
}

/** Decides the one call for size, type, IOPS and throughput; `diffs` are those of the properties that EC2 shows. */
export function modificationOf(
  world: World,
  spec: VolumeSpec,
  live: LiveVolume,
  applied: AppliedRecord | undefined,
  diffs: readonly Diff<'volume'>[],
  isAdopted: boolean,
): ModificationFindings {
  const isLarger = spec.sizeGiB !== undefined && spec.sizeGiB > live.sizeGiB
  const isModified = isLarger || diffs.some(({ path }) => path === 'type' || path === 'iops' || path === 'throughput')
  const modification: Modification = {
    sizeGiB: Math.max(spec.sizeGiB ?? live.sizeGiB, live.sizeGiB),
    type: spec.type,
    ...performanceOf(spec, isAdopted ? live : undefined),
  }
  const cooling = isModified ? coolingProblem(spec, live, modification, world.options.now) : undefined
  if (cooling) return { modification: undefined, cooling, grows: false }
  // The volume is as large as the file says and no record says so: an apply was cut off before the filesystem grew.
  const isFilled = applied?.fs !== undefined || live.snapshotId !== undefined
  const isUnrecorded = applied !== undefined && applied.size !== world.digest(spec.sizeGiB)
  const isOwed = !isAdopted && isFilled && isUnrecorded && spec.sizeGiB === live.sizeGiB
  return { modification: isModified ? modification : undefined, cooling: undefined, grows: isLarger || isOwed }
}
