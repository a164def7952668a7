import type { Address } from '../model/address.js'
import type { VolumeSpec } from '../model/stack-spec.js'
import { compareText } from '../model/address-order.js'
import { parseApplied, pickApplied, type AppliedRecord } from '../model/applied.js'
import type { Diff } from '../model/change.js'
import { compareProperties, createDiffs, existsDiff, recordOf, sortedDiffs } from './compare/comparison.js'
import type { LiveVolume } from '../model/live-stack.js'
import { recordChange, refuse, type Planning } from './planning.js'
import { reasonFor, reasonForCreate } from './compare/reasons.js'
import type { ServerFate } from './server-fate.js'
import { stepId } from './graph/step-graph.js'
import { tagKeys } from '../model/tags.js'
import { planAttachment } from './volume-attachment.js'
import { addCreation, creationZone, serverRecord } from './volume-creation.js'
import { planInside } from './volume-inside.js'
import { performanceOf, volumeProperties, volumeWishes, volumeWords } from './volume-properties.js'
import { addAdoption, addRecord } from './volume-record.js'
import { isCooling } from './volume-cooling.js'
import { leave, refuseFixed, refuseGrowth, refuseKernel, refuseZone } from './volume-refusals.js'
import { holderOf } from './volume-release.js'
import { volumeSource, type VolumeSource } from './volume-source.js'
import { planSwap, swapReason } from './volume-swap.js'

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
    else if (isRefused(planning, spec, fate)) leave(planning, address)
    else if (source.kind === 'live' || source.kind === 'adopt') planExisting(planning, spec, fate, source)
    else planNew(planning, spec, fate, source, zone)
  }
  return taken
}

function isRefused(planning: Planning, spec: VolumeSpec, fate: ServerFate | undefined): boolean {
  refuseKernel(planning, spec, fate)
  return planning.blocked.has(spec.address)
}

function planNew(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate | undefined,
  source: Extract<VolumeSource, { kind: 'snapshot' | 'version' | 'blank' }>,
  wantedZone: string | undefined,
): void {
  const { address } = spec
  const snapshot = source.kind === 'snapshot' ? source.snapshot : undefined
  const clone =
    source.kind === 'version' ? versionOrigin(source) : snapshot ? undefined : planning.copies.clones.get(address)
  const zone = creationZone(planning, spec, fate, wantedZone, snapshot ?? clone?.origin)
  if (zone === undefined) return leave(planning, address)
  addCreation(planning, spec, fate, zone, snapshot ?? clone?.origin)
  if (clone?.origin.step) planning.steps.addNeeds(stepId('create-volume', address), [clone.origin.step])
  const wasThere = planning.live.ledger.has(address)
  const from = snapshot?.id ?? clone?.of
  const cause = wasThere ? 'drift' : 'pending'
  recordChange(planning, {
    address,
    kind: 'create',
    reason: from === undefined ? reasonForCreate(wasThere) : `${reasonForCreate(wasThere)}; made from ${from}`,
    diffs: sortedDiffs([...(wasThere ? [existsDiff] : []), ...createDiffs(volumeWishes(spec, zone, snapshot), cause)]),
  })
}

function versionOrigin({ of, version }: Extract<VolumeSource, { kind: 'version' }>) {
  const { step, sizeGiB, number } = version
  return { of: `${of}, version ${number}`, origin: { id: undefined, step, sizeGiB } }
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
  const compared = compareProperties(planning.digest, applied, volumeProperties(spec, live, origin === 'adopted'))
  const swap = adopts ? undefined : swapReason(planning, spec, fate, live, applied)
  if (!swap && fate?.zone !== undefined && fate.zone !== live.zone) {
    refuseZone(planning, spec, live.zone, fate)
    return leave(planning, address)
  }
  const holder = holderOf(planning, address, live)
  if (planning.blocked.has(address)) return leave(planning, address)
  if (swap) return planSwap(planning, spec, fate, live, holder, swap, compared)

  refuseFixed(planning, spec, live, applied, compared)
  if (applied?.fs !== undefined || live.snapshotId !== undefined || adopts)
    refuseGrowth(planning, spec, live.sizeGiB, live.id)
  if (planning.blocked.has(address)) return leave(planning, address)
  const attachment = planAttachment(planning, spec, fate, live, holder)
  const waits = isModified(spec, live, compared) && isCooling(planning, spec, live)
  const grows = !waits && planModification(planning, spec, live, applied, compared, origin === 'adopted')
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

  const words = recordOf(planning.digest, volumeWords(spec))
  // What waits is recorded when it has come about.
  const outside = waits ? { ...withoutShape(words), ...pickApplied(applied, shapeKeys) } : words
  const record = { ...outside, ...serverRecord(planning, spec), ...inside.record }
  const own = [...compared, ...attachment.diffs, ...inside.diffs]
  const tags = adopts
    ? addAdoption(planning, spec, live, source.retained, applied, record)
    : addRecord(planning, spec, record, live.tags, own.length === 0)
  // Nothing of what is adopted was applied before, so nothing of it has drifted.
  const diffs = sortedDiffs([...own, ...tags].map((diff) => (adopts ? { ...diff, cause: 'pending' } : diff)))
  const rests = restReason(planning, address, inside.displacedBy)
  recordChange(planning, {
    address,
    kind: adopts ? 'adopt' : diffs.length > 0 || rests !== undefined ? 'update' : 'none',
    reason: adopts
      ? reasonForAdoption(live, source.retained)
      : diffs.length === 0 && rests !== undefined
        ? rests
        : reasonFor(diffs),
    diffs,
  })
}

/** Why a volume is away for a while that is as the file says; undefined when it is not. */
function restReason(planning: Planning, address: Address, displacedBy: Address | undefined): string | undefined {
  if (displacedBy !== undefined) return `it is mounted inside ${displacedBy}, which is unmounted`
  const isUnmounted = planning.steps.has(stepId('unmount-volume', address))
  return isUnmounted && planning.copies.resting.has(address) ? 'its blocks are copied while it is unmounted' : undefined
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
  const grows = isLarger(spec, live)
  if (isModified(spec, live, diffs)) {
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

/** What EC2 changes by a modification, as the applied tag calls it. */
const shapeKeys = ['size', 'type', 'iops', 'rate'] as const

function withoutShape(record: AppliedRecord): AppliedRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !shapeKeys.some((shapeKey) => shapeKey === key)))
}

function isLarger(spec: VolumeSpec, live: LiveVolume): boolean {
  return spec.sizeGiB !== undefined && spec.sizeGiB > live.sizeGiB
}

function isModified(spec: VolumeSpec, live: LiveVolume, diffs: readonly Diff[]): boolean {
  return isLarger(spec, live) || diffs.some(({ path }) => path === 'type' || path === 'iops' || path === 'throughput')
}

function withoutRecord(live: LiveVolume): LiveVolume {
  return { ...live, tags: { ...live.tags, [tagKeys.applied]: 'v1' } }
}
