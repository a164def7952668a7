import type { Address } from '../spec/address.js'
import type { VolumeSpec } from '../spec/stack-spec.js'
import { compareText } from './address-order.js'
import { formatApplied, parseApplied, pickApplied, type AppliedRecord } from './applied.js'
import { knownAfterApply, type Diff } from './change.js'
import { causeOf, compareProperties, createDiffs, existsDiff, recordOf, sortedDiffs } from './comparison.js'
import { creationTags, lastingTags, tagWork } from './desired-tags.js'
import type { LiveVolume } from './live-stack.js'
import { mutabilityOf } from './mutability.js'
import { recordChange, refuse, warn, type Planning } from './planning.js'
import { reasonFor, reasonForCreate } from './reasons.js'
import type { ServerFate } from './server-fate.js'
import { stepId } from './step-graph.js'
import { tagKeys, type Tags } from './tags.js'
import { planInside } from './volume-inside.js'
import { insideKeys, performanceOf, volumeProperties, volumeWishes, volumeWords } from './volume-properties.js'
import { holderOf, release } from './volume-release.js'
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

/** Tags that a volume keeps for good. */
function volumeTags(planning: Planning, spec: VolumeSpec, origin: string | undefined): Tags {
  return lastingTags(planning, spec.address, spec.tags, {
    [tagKeys.onRemove]: spec.onRemove,
    ...(origin === undefined ? {} : { [tagKeys.origin]: origin }),
  })
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

/** What cannot be done in place is told, and nothing is planned: a shrink, another zone, another key. */
function refuseFixed(
  planning: Planning,
  spec: VolumeSpec,
  live: LiveVolume,
  applied: AppliedRecord | undefined,
  diffs: readonly Diff[],
): void {
  const { address } = spec
  const byHand =
    'not yet in place: make a snapshot, remove the entry with onRemove: retain, and make a new one from the snapshot'
  for (const diff of diffs) {
    const { how, because } = mutabilityOf('volume', diff.path)
    if (how === 'fixed') {
      refuse(
        planning,
        address,
        'PLAN_VOLUME_FIXED',
        `${address}: ${because} (${String(diff.before)}, not ${String(diff.after)})`,
        byHand,
      )
    }
  }
  const kmsChanged = applied !== undefined && applied.kms !== planning.digest(spec.kmsKey)
  if (kmsChanged && spec.kmsKey !== undefined && spec.kmsKey !== live.kmsKey) {
    refuse(planning, address, 'PLAN_VOLUME_FIXED', `${address}: ${mutabilityOf('volume', 'kmsKey').because}`, byHand)
  }
  const size = diffs.find(({ path }) => path === 'size')
  if (!size || spec.sizeGiB === undefined || spec.sizeGiB > live.sizeGiB) return
  const message = `${address} is ${live.sizeGiB} GiB, the file says ${spec.sizeGiB}: ${mutabilityOf('volume', 'size').because}`
  const hint = `write size: ${live.sizeGiB}, or copy what is on it to a smaller one`
  if (size.cause === 'pending') refuse(planning, address, 'PLAN_VOLUME_SHRINK', message, hint)
  else warn(planning, address, 'PLAN_VOLUME_SHRINK', message, `write size: ${live.sizeGiB}`)
}

/** Marks a volume as ours. Where nothing follows, everything is recorded at once; else what follows is recorded after it. */
function addAdoption(
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
    removeTags: live.tags[tagKeys.retained] === undefined ? [] : [tagKeys.retained],
  })
  return follows ? addRecord(planning, spec, record, {}) : []
}

/** Plans getting the volume to the server that the file names for it, or off every server. */
function planAttachment(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate | undefined,
  live: LiveVolume,
  holder: ServerFate | undefined,
): { readonly diffs: readonly Diff[]; readonly arrives: boolean } {
  const { address } = spec
  const isHome = holder !== undefined && holder === fate && fate.action === 'keep'
  if (isHome || (!holder && !fate)) return { diffs: [], arrives: false }
  if (holder) release(planning, address, live, holder)
  if (fate) addAttachment(planning, spec, fate, live)
  const isReplaced = holder !== undefined && holder === fate
  const applied = parseApplied(live.tags[tagKeys.applied])
  const diff: Diff = {
    path: 'attachment',
    before: isReplaced ? (holder.live?.id ?? null) : (holder?.address ?? null),
    after: isReplaced ? knownAfterApply : (spec.server ?? null),
    cause: isReplaced ? 'pending' : causeOf(planning.digest, applied, 'server', spec.server),
  }
  return { diffs: [diff], arrives: fate !== undefined }
}

function addAttachment(planning: Planning, spec: VolumeSpec, fate: ServerFate, live: LiveVolume | undefined): void {
  const { address } = spec
  planning.steps.add(
    'attach-volume',
    address,
    { volumeId: live?.id, server: fate.address },
    {
      needs: [
        stepId('create-volume', address),
        stepId('adopt-volume', address),
        stepId('detach-volume', address),
        stepId('create-server', fate.address),
        // EC2 attaches to what runs or is stopped, and to nothing in between.
        stepId('start-server', fate.address),
        stepId('stop-server', fate.address),
      ],
    },
  )
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

/** Plans writing down what was applied, after everything else; returns the differences that are in tags alone. */
function addRecord(
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
      { needs: recordNeeds(address) },
    )
  }
  return work.diffs
}

function recordNeeds(address: Address) {
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

function serverRecord(planning: Planning, spec: VolumeSpec): AppliedRecord {
  return recordOf(planning.digest, [{ key: 'server', word: spec.server }])
}

function refuseZone(planning: Planning, spec: VolumeSpec, zone: string, fate: ServerFate): void {
  const { address } = spec
  const message = `${address} is in ${zone}, and ${fate.address} in ${fate.zone ?? 'another zone'}: a volume is attached in its own zone alone`
  refuse(
    planning,
    address,
    'PLAN_ZONE_MISMATCH',
    message,
    'not yet in place: make a snapshot, and a new volume from it in the other zone',
  )
  leave(planning, address)
}

/** Nothing is planned for an address that holds an error, or stands on one that does. */
function leave(planning: Planning, address: Address): void {
  const problem = planning.problems.find((known) => known.address === address && known.severity === 'error')
  recordChange(planning, {
    address,
    kind: 'none',
    reason: problem?.message ?? 'what it stands on cannot be planned',
    diffs: [],
  })
}

function withoutSize(record: AppliedRecord): AppliedRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== 'size'))
}

function withoutRecord(live: LiveVolume): LiveVolume {
  return { ...live, tags: { ...live.tags, [tagKeys.applied]: 'v1' } }
}
