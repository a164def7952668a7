import type { Address } from '../model/address.js'
import type { VolumeSpec } from '../model/stack-spec.js'
import { formatApplied, pickApplied, type AppliedRecord } from '../model/applied.js'
import type { Diff } from '../model/change.js'
import { recordOf } from './compare/comparison.js'
import { creationTags, lastingTags, tagWork } from './compare/desired-tags.js'
import type { LiveVolume } from '../model/live-stack.js'
import type { Planning } from './planning.js'
import { stepId } from './graph/step-graph.js'
import { tagKeys, type Tags } from '../model/tags.js'
import { insideKeys, volumeWords } from './volume-properties.js'

/** Tags that a volume keeps for good. */
export function volumeTags(planning: Planning, spec: VolumeSpec, origin: string | undefined): Tags {
  return lastingTags(planning, spec.address, spec.tags, {
    [tagKeys.onRemove]: spec.onRemove,
    ...(origin === undefined ? {} : { [tagKeys.origin]: origin }),
  })
}

/** Plans writing down what was applied, after everything else; returns the differences that are in tags alone. */
export function addRecord(
  planning: Planning,
  spec: VolumeSpec,
  record: AppliedRecord,
  live: Tags,
  isAlone?: boolean,
): readonly Diff[] {
  const { address } = spec
  const inside: Tags =
    record.fs === undefined
      ? {}
      : { [tagKeys.fstype]: spec.fstype, ...(spec.mount ? { [tagKeys.mount]: spec.mount.path } : {}) }
  const isNew = isAlone === undefined
  const work = isNew
    ? { tags: { ...inside, [tagKeys.applied]: formatApplied(record) }, removeTags: [], diffs: [] }
    : tagWork(planning, live, spec.tags, { ...volumeTags(planning, spec, undefined), ...inside }, record, {
        quiet: [tagKeys.onRemove, tagKeys.fstype, tagKeys.mount],
        alone: isAlone,
      })
  if (Object.keys(work.tags).length > 0 || work.removeTags.length > 0) {
    planning.steps.add(
      'tag-resource',
      address,
      { target: address, tags: work.tags, removeTags: work.removeTags },
      { needs: [...recordNeeds(address), ...(planning.copies.resting.get(address) ?? [])] },
    )
  }
  return work.diffs
}

/** Marks a volume as ours. Where nothing follows, everything is recorded at once; else what follows is recorded after it. */
export function addAdoption(
  planning: Planning,
  spec: VolumeSpec,
  live: LiveVolume,
  isRetained: boolean,
  applied: AppliedRecord | undefined,
  record: AppliedRecord,
): readonly Diff[] {
  const follows = recordNeeds(spec.address).some((step) => planning.steps.has(step))
  const first = {
    ...pickApplied(applied, insideKeys),
    ...pickApplied(recordOf(planning.digest, volumeWords(spec)), ['remove', 'tags']),
  }
  const origin = isRetained ? live.tags[tagKeys.origin] : 'adopted'
  planning.steps.add('adopt-volume', spec.address, {
    volumeId: live.id,
    tags: creationTags(planning, volumeTags(planning, spec, origin), follows ? first : record),
    removeTags: [tagKeys.retained, tagKeys.superseded].filter((key) => live.tags[key] !== undefined),
  })
  return follows ? addRecord(planning, spec, record, {}) : []
}

/** The steps after which a volume is as the file says, whichever of them are planned. */
export function recordNeeds(address: Address) {
  const kinds = [
    'create-volume',
    'adopt-volume',
    'unmount-volume',
    'detach-volume',
    'attach-volume',
    'modify-volume',
    'make-filesystem',
    'mount-volume',
    'grow-filesystem',
    'write-fstab',
  ] as const
  return kinds.map((kind) => stepId(kind, address))
}
