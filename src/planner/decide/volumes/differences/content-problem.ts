import type { AppliedRecord } from '../../../../model/applied.js'
import { fstypeFromBlkid } from '../../../../model/inside/fstype.js'
import { type LiveVolume } from '../../../../model/kinds/volume.js'
import type { Problem } from '../../../../model/plan-problem.js'
import type { VolumeSpec } from '../../../../model/kinds/volume.js'
import { warningOf } from '../../decided.js'
import type { InsideView } from '../inside-view.js'

/** Why no filesystem is made on a volume that does not hold what the file names; `found` is undefined where nobody could look. */
export function contentProblem(
  { spec, live, origin }: { readonly spec: VolumeSpec; readonly live: LiveVolume | undefined; readonly origin: string },
  applied: AppliedRecord | undefined,
  found: InsideView['found'],
  isRenamed: boolean,
): Problem {
  const { address, fstype } = spec
  const name = live ? `${address} (${live.id})` : address
  if (!found || (found.fstype === null && isRenamed)) {
    const message = `${name}: the file names ${fstype}, which is not what it named at the last apply; no filesystem is made anew`
    const hint = 'make a new volume, and copy what is on this one'
    return warningOf(address, 'PLAN_FILESYSTEM_MISMATCH', message, hint)
  }
  if (found.fstype !== null) {
    const label = found.label === undefined ? '' : ` labelled ${found.label}`
    const message = `${name} holds ${found.fstype}${label}, and the file says ${fstype}: it is not formatted, and mounting it will fail`
    const hint = `write fstype: ${fstypeFromBlkid(found.fstype) ?? 'raw'} to use what is there`
    return warningOf(address, 'PLAN_FILESYSTEM_MISMATCH', message, hint)
  }
  if (applied?.fs !== undefined) {
    const message = `${name} held ${fstype} at the last apply and is blank now: it is not formatted again`
    return warningOf(address, 'PLAN_FILESYSTEM_GONE', message, 'restore it from a snapshot')
  }
  const message = `${name} is blank (origin: ${origin}); only what this stack made blank is formatted`
  return warningOf(address, 'PLAN_FILESYSTEM_MISSING', message, 'make the filesystem by hand')
}
