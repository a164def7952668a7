import type { VolumeSpec } from '../model/stack-spec.js'
import type { AppliedRecord } from '../model/applied.js'
import { recordOf } from './compare/comparison.js'
import { creationTags } from './compare/desired-tags.js'
import { refuse, type Planning } from './planning.js'
import type { ServerFate } from './server-fate.js'
import type { StepId } from '../model/step.js'
import { addAttachment } from './volume-attachment.js'
import { planInside } from './volume-inside.js'
import { performanceOf, volumeWords } from './volume-properties.js'
import { addRecord, volumeTags } from './volume-record.js'
import { refuseGrowth, refuseZone } from './volume-refusals.js'

/** What a volume is made from: a snapshot that is there, or one that a step of this plan takes. */
export interface VolumeOrigin {
  /** Undefined: the one that `step` takes. */
  readonly id: string | undefined
  readonly step?: StepId
  readonly sizeGiB: number
}

/** Stands in the origin tag until the snapshot is known; the step that makes the volume puts the snapshot's id there. */
const originToCome = 'snapshot'

/** Where a volume will be made; undefined, and told, where it cannot be. */
export function creationZone(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate | undefined,
  zone: string | undefined,
  origin: VolumeOrigin | undefined,
): string | undefined {
  const { address } = spec
  if (zone === undefined) {
    refuse(planning, address, 'PLAN_ZONE_NOT_FOUND', `no zone of ${planning.live.stack.region} is available`)
    return undefined
  }
  if (fate?.zone !== undefined && fate.zone !== zone) {
    refuseZone(planning, spec, zone, fate)
    return undefined
  }
  if (origin && spec.sizeGiB !== undefined && spec.sizeGiB < origin.sizeGiB) {
    const name = origin.id === undefined ? 'what it holds,' : `the snapshot ${origin.id} of`
    const message = `${address}: ${spec.sizeGiB} GiB are too few for ${name} ${origin.sizeGiB} GiB`
    refuse(planning, address, 'PLAN_VOLUME_SHRINK', message, `write size: ${origin.sizeGiB} or more`)
    return undefined
  }
  if (origin)
    refuseGrowth(
      planning,
      spec,
      origin.sizeGiB,
      origin.id === undefined ? 'what it holds' : `the snapshot ${origin.id}`,
    )
  if (planning.blocked.has(address)) return undefined
  return zone
}

/** Plans making a volume, getting it to its server, what happens inside, and the record of it all. */
export function addCreation(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate | undefined,
  zone: string,
  origin: VolumeOrigin | undefined,
): void {
  const { address } = spec
  const originTag = origin ? (origin.id ?? originToCome) : 'blank'
  const grows =
    origin !== undefined && spec.sizeGiB !== undefined && spec.sizeGiB > origin.sizeGiB && fate !== undefined
  const outside = recordOf(planning.digest, volumeWords(spec))
  // A size that the filesystem has yet to follow is recorded when it has, so that a crash in between is made good.
  const created = grows ? withoutSize(outside) : outside
  planning.steps.add('create-volume', address, {
    zone,
    sizeGiB: spec.sizeGiB,
    type: spec.type,
    ...performanceOf(spec, undefined),
    encrypted: spec.encrypted,
    kmsKey: spec.kmsKey,
    snapshotId: origin?.id,
    ...(origin?.step && { snapshotStep: origin.step }),
    tags: {
      ...creationTags(planning, volumeTags(planning, spec, originTag), created),
      ...planning.copies.records.get(address),
    },
  })
  if (!fate) return
  addAttachment(planning, spec, fate, undefined)
  const inside = planInside(planning, { spec, fate, live: undefined, origin: originTag, arrives: true, grows })
  addRecord(planning, spec, { ...outside, ...serverRecord(planning, spec), ...inside.record }, {})
}

/** What is recorded of the server that a volume belongs to. */
export function serverRecord(planning: Planning, spec: VolumeSpec): AppliedRecord {
  return recordOf(planning.digest, [{ key: 'server', word: spec.server }])
}

function withoutSize(record: AppliedRecord): AppliedRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== 'size'))
}
