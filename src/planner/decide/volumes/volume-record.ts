import { ignoredPaths } from '../../../model/kinds/ignored-changes.js'
import { compareText } from '../../../model/address-order.js'
import { formatApplied, pickApplied, type AppliedRecord } from '../../../model/applied.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import { recordOf } from '../../compare/comparison.js'
import { creationTags, lastingTags, staleUserKeys, tagWork, type TagWork } from '../../compare/desired-tags.js'
import type { World } from '../../world.js'
import { withoutGuard } from '../guarded.js'
import type { Tagging } from './volume-decision.js'
import { insideKeys, insideWords, volumeWords } from './volume-properties.js'

/** Tags that a volume keeps for good. */
export function volumeTags(world: World, spec: VolumeSpec, origin: string | undefined): Tags {
  return lastingTags(world, spec.address, spec.tags, {
    [tagKeys.onRemove]: spec.onRemove,
    ...(spec.protect && { [tagKeys.protect]: 'true' }),
    ...(origin === undefined ? {} : { [tagKeys.origin]: origin }),
  })
}

/** Tags that tell of the inside, once there is something to tell. */
function insideTags(spec: VolumeSpec, record: AppliedRecord): Tags {
  if (record.fs === undefined) return {}
  return { [tagKeys.fstype]: spec.fstype, ...(spec.mount ? { [tagKeys.mount]: spec.mount.path } : {}) }
}

/** The tags to write on a volume once everything else is done, of the inside what has come about by then; `alone` when nothing else differs. */
export function recordWork(world: World, spec: VolumeSpec, record: AppliedRecord, live: Tags, alone: boolean): TagWork {
  const words = recordOf(world.digest, insideWords(spec))
  const waits = record.mount !== words.mount || record.fs !== words.fs
  const lasting = { ...volumeTags(world, spec, undefined), ...(waits ? {} : insideTags(spec, record)) }
  const quiet = [tagKeys.onRemove, tagKeys.protect, tagKeys.fstype, tagKeys.mount]
  const work = tagWork(world, live, spec.tags, lasting, record, { quiet, alone, ignored: ignoredPaths('volume', spec) })
  return withoutGuard(work, live, spec.protect)
}

/** What is recorded of a volume that was made or adopted in the plan, once everything else is done with it. */
export function firstRecord(spec: VolumeSpec, record: AppliedRecord): Tagging {
  return { tags: { ...insideTags(spec, record), [tagKeys.applied]: formatApplied(record) }, removeTags: [] }
}

/** How a volume is marked as ours: `record` at once where nothing follows; else what was known, and the rest after it. */
export function adoptionOf(
  world: World,
  spec: VolumeSpec,
  live: LiveVolume,
  isRetained: boolean,
  record: AppliedRecord,
): Tagging {
  const origin = isRetained ? live.tags[tagKeys.origin] : 'adopted'
  const stale = [tagKeys.retained, tagKeys.superseded, ...(spec.protect ? [] : [tagKeys.protect])]
  const marks = stale.filter((key) => live.tags[key] !== undefined)
  return {
    tags: creationTags(world, volumeTags(world, spec, origin), record),
    // It may wear what the file said of it when it was in it before.
    removeTags: [...marks, ...staleUserKeys(live.tags, spec.tags)].sort(compareText),
  }
}

/** What is known of a volume before anything that follows its adoption is done. */
export function adoptedRecord(world: World, spec: VolumeSpec, applied: AppliedRecord | undefined): AppliedRecord {
  return {
    ...pickApplied(applied, insideKeys),
    ...pickApplied(recordOf(world.digest, volumeWords(spec)), ['remove', 'tags']),
  }
}
