import { parseApplied } from '../../../model/applied.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import type { LiveVolume, VolumeSpec } from '../../../model/kinds/volume.js'
import { tagKeys } from '../../../model/tags.js'
import type { World } from '../../world.js'

/** What the last snapshot of a volume says of it: nothing was ever on it, so that its successor is made blank. */
export const finalBlank = 'blank'

/**
 * Whether a volume that this stack made blank was never on a server: there is nothing on it, and a copy would only look as
 * if there were. What somebody wrote to it all the same is in the snapshot that it leaves.
 */
export function isNeverUsed({ live }: World, spec: VolumeSpec, volume: LiveVolume): boolean {
  const { tags, attachment, snapshotId } = volume
  const applied = parseApplied(tags[tagKeys.applied])
  const isBlank = tags[tagKeys.origin] === 'blank' && snapshotId === undefined && attachment === undefined
  const isUnknown = applied !== undefined && applied.fs === undefined && applied.server === undefined
  return isBlank && isUnknown && spec.fstype !== 'raw' && live.stack.hostsImpossible === undefined
}

/**
 * Whether EC2 could not make a volume that an apply asked for and did not stay to see fail: it is in state error, and the
 * record that is written on its server never came about. What was ever on a server may have held data, and is left to people.
 */
export function isNeverFinished(spec: VolumeSpec, { state, tags, attachment }: LiveVolume): boolean {
  if (state !== 'error' || attachment !== undefined || spec.server === undefined) return false
  const applied = parseApplied(tags[tagKeys.applied])
  const isMadeByUs = tags[tagKeys.origin] !== undefined && tags[tagKeys.origin] !== 'adopted'
  return isMadeByUs && applied !== undefined && applied.fs === undefined && applied.server === undefined
}

/** Whether a snapshot was taken of such a volume. */
export function isOfNeverUsed({ tags }: LiveSnapshot): boolean {
  return tags[tagKeys.final] === finalBlank
}
