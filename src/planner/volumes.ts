import type { VolumeSpec } from '../spec/stack-spec.js'
import { compareText } from './address-order.js'
import { parseApplied, pickApplied, type AppliedRecord } from './applied.js'
import type { Diff } from './change.js'
import { compareProperties, createDiffs, existsDiff, recordOf, sortedDiffs } from './comparison.js'
import { creationTags } from './desired-tags.js'
import type { LiveVolume } from './live-stack.js'
import { recordChange, refuse, type Planning } from './planning.js'
import { reasonFor, reasonForCreate } from './reasons.js'
import type { ServerFate } from './server-fate.js'
import { stepId } from './step-graph.js'
import { tagKeys } from './tags.js'
import { addAttachment, planAttachment } from './volume-attachment.js'
import { planInside } from './volume-inside.js'
import { performanceOf, volumeProperties, volumeWishes, volumeWords } from './volume-properties.js'
import { addAdoption, addRecord, volumeTags } from './volume-record.js'
import { leave, refuseFixed, refuseZone } from './volume-refusals.js'
import { holderOf } from './volume-release.js'
import { volumeSource, type VolumeSource } from './volume-source.js'

/** Plans every volume that the file names; returns the ids of those that it takes as its own, whatever their tags say. */
export function planVolumes(planning: Planning): ReadonlySet<string> {
  const taken = new Set<string>()
  // What is mounted inside another volume comes after that one, and so sees whether it is unmounted.
  const outerFirst = [...planning.spec.volumes].sort((left, right) =>
    compareText(left.mount?.path ?? '', right.mount?.path ?? ''),
  )
  for (const spec of outerFirst) {
    const { address } = spec
    if (planning.blocked.has(address)) continue
    const fate = spec.server === undefined ? undefined : planning.fates.get(spec.server)
    const zone = spec.zone ?? fate?.zone ?? [...planning.live.stack.zones].sort()[0]
    const source = volumeSource(planning, spec, zone)
    if (source && 'volume' in source) taken.add(source.volume.id)
    if (!source || (spec.server !== undefined && !fate)) leave(planning, address)
    else if (source.kind === 'live' || source.kind === 'adopt') planExisting(planning, spec, fate, source)
    else planNew(planning, spec, fate, source, zone)
  }
  return taken
}

function planNew(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate | undefined,
  source: Extract<VolumeSource, { kind: 'snapshot' | 'blank' }>,
  zone: string | undefined,
): void {
  const { address } = spec
  const snapshot = source.kind === 'snapshot' ? source.snapshot : undefined
  if (zone === undefined) {
    refuse(planning, address, 'PLAN_ZONE_NOT_FOUND', `no zone of ${planning.live.stack.region} is available`)
    return leave(planning, address)
  }
  if (fate?.zone !== undefined && fate.zone !== zone) return refuseZone(planning, spec, zone, fate)
  if (snapshot && spec.sizeGiB !== undefined && spec.sizeGiB < snapshot.sizeGiB) {
    const message = `${address}: ${spec.sizeGiB} GiB are too few for the snapshot ${snapshot.id} of ${snapshot.sizeGiB} GiB`
    refuse(planning, address, 'PLAN_VOLUME_SHRINK', message, `write size: ${snapshot.sizeGiB} or more`)
    return leave(planning, address)
  }
  const origin = snapshot?.id ?? 'blank'
  const grows =
    snapshot !== undefined && spec.sizeGiB !== undefined && spec.sizeGiB > snapshot.sizeGiB && fate !== undefined
  const outside = recordOf(planning.digest, volumeWords(spec))
  // A size that the filesystem has yet to follow is recorded when it has, so that a crash in between is made good.
  const created = grows ? withoutSize(outside) : outside
  const tags = volumeTags(planning, spec, origin)
  planning.steps.add('create-volume', address, {
    zone,
    sizeGiB: spec.sizeGiB,
    type: spec.type,
    ...performanceOf(spec, undefined),
    encrypted: spec.encrypted,
    kmsKey: spec.kmsKey,
    snapshotId: snapshot?.id,
    tags: creationTags(planning, tags, created),
  })
  if (fate) {
    addAttachment(planning, spec, fate, undefined)
    const inside = planInside(planning, { spec, fate, live: undefined, origin, arrives: true, grows })
    addRecord(planning, spec, { ...outside, ...serverRecord(planning, spec), ...inside.record }, {})
  }
  const wasThere = planning.live.ledger.has(address)
  const cause = wasThere ? 'drift' : 'pending'
  recordChange(planning, {
    address,
    kind: 'create',
    reason: snapshot ? `${reasonForCreate(wasThere)}; made from ${snapshot.id}` : reasonForCreate(wasThere),
    diffs: sortedDiffs([...(wasThere ? [existsDiff] : []), ...createDiffs(volumeWishes(spec, zone, snapshot), cause)]),
  })
}

function planExisting(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate | undefined,
  source: Extract<VolumeSource, { kind: 'live' | 'adopt' }>,
): void {
  const { address } = spec
  const live = source.volume
  const adopts = source.kind === 'adopt'
  // What another owner's tag says is not our record.
  const isOurs = !adopts || source.retained
  const applied = isOurs ? parseApplied(live.tags[tagKeys.applied]) : undefined
  const origin = isOurs ? (live.tags[tagKeys.origin] ?? 'unknown') : 'adopted'
  if (live.state === 'error') {
    refuse(
      planning,
      address,
      'PLAN_VOLUME_IN_ERROR',
      `${address} (${live.id}) is in state error`,
      'look at it in EC2, and delete it by hand',
    )
    return leave(planning, address)
  }
  if (fate?.zone !== undefined && fate.zone !== live.zone) return refuseZone(planning, spec, live.zone, fate)
  const holder = holderOf(planning, address, live)
  if (planning.blocked.has(address)) return leave(planning, address)

  const compared = compareProperties(planning.digest, applied, volumeProperties(spec, live, origin === 'adopted'))
  refuseFixed(planning, spec, live, applied, compared)
  if (planning.blocked.has(address)) return leave(planning, address)
  const attachment = planAttachment(planning, spec, fate, live, holder)
  const grows = planModification(planning, spec, live, applied, compared, origin === 'adopted')
  const inside = fate
    ? planInside(planning, {
        spec,
        fate,
        live: isOurs ? live : withoutRecord(live),
        origin,
        arrives: attachment.arrives,
        grows,
      })
    : { diffs: [], record: pickApplied(applied, ['fs', 'label', 'uuid']), displacedBy: undefined }

  const outside = recordOf(planning.digest, volumeWords(spec))
  const record = { ...outside, ...serverRecord(planning, spec), ...inside.record }
  const own = [...compared, ...attachment.diffs, ...inside.diffs]
  const tags = adopts
    ? addAdoption(planning, spec, live, source.retained, applied, record)
    : addRecord(planning, spec, record, live.tags, own.length === 0)
  // Nothing of what is adopted was applied before, so nothing of it has drifted.
  const diffs = sortedDiffs([...own, ...tags].map((diff) => (adopts ? { ...diff, cause: 'pending' } : diff)))
  recordChange(planning, {
    address,
    kind: adopts ? 'adopt' : diffs.length > 0 || inside.displacedBy !== undefined ? 'update' : 'none',
    reason: adopts
      ? reasonForAdoption(live, source.retained)
      : diffs.length === 0 && inside.displacedBy !== undefined
        ? `it is mounted inside ${inside.displacedBy}, which is unmounted`
        : reasonFor(diffs),
    diffs,
  })
}

function reasonForAdoption(live: LiveVolume, isRetained: boolean): string {
  if (live.tags[tagKeys.retained] !== undefined) return `${live.id} was kept when its entry left the file`
  return isRetained ? `${live.id} changes its entry` : `the file names ${live.id}`
}

/** One call for size, type, IOPS and throughput; returns whether the filesystem has to follow. */
function planModification(
  planning: Planning,
  spec: VolumeSpec,
  live: LiveVolume,
  applied: AppliedRecord | undefined,
  diffs: readonly Diff[],
  isAdopted: boolean,
): boolean {
  const paths = new Set(diffs.map(({ path }) => path))
  const grows = spec.sizeGiB !== undefined && spec.sizeGiB > live.sizeGiB
  if (grows || paths.has('type') || paths.has('iops') || paths.has('throughput')) {
    planning.steps.add(
      'modify-volume',
      spec.address,
      {
        volumeId: live.id,
        sizeGiB: Math.max(spec.sizeGiB ?? live.sizeGiB, live.sizeGiB),
        type: spec.type,
        ...performanceOf(spec, isAdopted ? live : undefined),
      },
      { needs: [stepId('adopt-volume', spec.address)] },
    )
  }
  // The volume is as large as the file says and no record says so: an apply was cut off before the filesystem grew.
  const isFilled = applied?.fs !== undefined || live.snapshotId !== undefined
  const isUnrecorded = applied !== undefined && applied.size !== planning.digest(spec.sizeGiB)
  return grows || (!isAdopted && isFilled && isUnrecorded && spec.sizeGiB === live.sizeGiB)
}

function serverRecord(planning: Planning, spec: VolumeSpec): AppliedRecord {
  return recordOf(planning.digest, [{ key: 'server', word: spec.server }])
}

function withoutSize(record: AppliedRecord): AppliedRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== 'size'))
}

function withoutRecord(live: LiveVolume): LiveVolume {
  return { ...live, tags: { ...live.tags, [tagKeys.applied]: 'v1' } }
}
