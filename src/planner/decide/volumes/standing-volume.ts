import type { Address } from '../../../model/address.js'
import { parseApplied, pickApplied, type AppliedRecord } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import { ignoredKeys, ignoredPaths } from '../../../model/kinds/ignored-changes.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { tagKeys } from '../../../model/tags.js'
import { compareProperties, keepApplied, recordOf, sortedDiffs } from '../../compare/comparison.js'
import { isLeft } from '../../../model/plan-verdict.js'
import { reasonFor } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { refuse, refused } from '../decided.js'
import { replacementRefusal } from '../guarded.js'
import type { ServerOutlook } from '../servers/server-outlook.js'
import { decideAttachment, isHomeOn } from './attachment.js'
import { serverRecord } from './creation.js'
import { decideInside, type InsideFindings } from './inside-work.js'
import { acceptEncryption } from './differences/accepted-encryption.js'
import { markLeft } from './differences/left-differences.js'
import { heldFast, holderOf } from './release.js'
import { decideSwap, successionsOf, swapReason } from './swap.js'
import { modificationOf } from './modification.js'
import {
  isUnmounted,
  type Attachment,
  type InsideWork,
  type Modification,
  type VolumeDecision,
} from './volume-decision.js'
import type { VolumeInputs } from './volume-inputs.js'
import { volumeProperties, volumeWords } from './volume-properties.js'
import { adoptedRecord, adoptionOf, firstRecord, recordWork } from './volume-record.js'
import { fixedProblems, growthProblem, zoneProblem } from './volume-refusals.js'
import { type VolumeSource } from './volume-source.js'

export function decideStandingVolume(
  inputs: VolumeInputs,
  written: VolumeSpec,
  server: ServerOutlook | undefined,
  source: Extract<VolumeSource, { kind: 'live' | 'adopt' }>,
  decided: ReadonlyMap<Address, VolumeDecision>,
): VolumeDecision {
  const { world, servers } = inputs
  const live = source.volume
  const adopts = source.kind === 'adopt'
  const spec = adopts ? written : asLeft(written, live)
  const { address } = spec
  // What another owner's tag says is not our record.
  const isOurs = !adopts || source.retained
  const applied = isOurs ? parseApplied(live.tags[tagKeys.applied]) : undefined
  const origin = isOurs ? (live.tags[tagKeys.origin] ?? 'unknown') : 'adopted'
  if (live.state === 'error') {
    const message = `${address} (${live.id}) is in state error`
    return refuse(address, 'PLAN_VOLUME_IN_ERROR', message, 'look at it in EC2, and delete it by hand')
  }
  const isAdopted = origin === 'adopted'
  const encryption = acceptEncryption(
    world,
    spec,
    live,
    compareProperties(world.digest, applied, volumeProperties(spec, live, isAdopted)),
  )
  const compared = encryption.diffs
  if (spec.volumeId !== undefined && world.options.replace?.includes(address)) {
    const message = `${address}: the file names ${spec.volumeId}, so no other volume takes its place`
    return refuse(address, 'REPLACE_IMPOSSIBLE', message, 'leave `volumeId` out once it is adopted')
  }
  const swap = adopts ? undefined : swapReason(world, spec, server, live, applied)
  const guarded = swap && replacementRefusal(spec, swap.text)
  if (guarded) return guarded
  if (!swap && server?.zone !== undefined && server.zone !== live.zone) {
    return refused(address, [zoneProblem(spec, live.zone, server)])
  }
  const holder = holderOf(world, servers, address, live)
  if (holder && 'kind' in holder) return holder
  const held = holder && (swap || !isHomeOn(holder, server)) ? heldFast(world, address, live, holder) : undefined
  if (held) return held
  if (swap) return decideSwap(inputs, sized(written, spec, live), server, live, holder, swap, compared)

  const isFilled = applied?.fs !== undefined || live.snapshotId !== undefined || adopts
  const growth = isFilled ? growthProblem(spec, server, live.sizeGiB, live.id) : undefined
  const fixed = [
    ...encryption.problems,
    ...fixedProblems(world, spec, live, applied, compared),
    ...(growth ? [growth] : []),
  ]
  if (fixed.some(({ severity }) => severity === 'error')) return refused(address, fixed)

  const attachment = decideAttachment(world, spec, server, live, holder)
  const { modification, cooling, grows } = modificationOf(world, spec, live, applied, compared, isAdopted)
  const inside =
    server &&
    decideInside(inputs, {
      spec,
      server,
      live: isOurs ? live : withoutRecord(live),
      origin,
      arrives: attachment.arrivesAt !== undefined,
      grows,
      displacedBy: spec.dependsOn.find(
        (outer) => world.volumes.get(outer)?.server === spec.server && isUnmounted(decided.get(outer)),
      ),
    })
  const io = live.autoEnableIo === undefined || live.autoEnableIo === spec.autoEnableIo ? undefined : spec.autoEnableIo
  const kept = new Set(adopts ? [] : ignoredKeys('volume', spec))
  const record = keepApplied(recordAfter(world, spec, applied, inside, cooling !== undefined), applied, kept)
  const own = [...markLeft(spec, live, compared, cooling), ...attachment.diffs, ...(inside?.diffs ?? [])]
  const problems = [...fixed, ...(cooling ? [cooling] : []), ...(inside?.problems ?? [])]
  const common = {
    address,
    spec,
    live,
    attachment: { release: attachment.release, arrivesAt: attachment.arrivesAt },
    modification,
    autoEnableIo: io,
    inside: inside?.work,
    problems,
    ...(inside && { unread: inside.unread }),
  }
  if (adopts) {
    const follows = io !== undefined || isFollowed(attachment, modification, inside?.work)
    const first = follows ? adoptedRecord(world, spec, applied) : record
    return {
      ...common,
      kind: 'adopt',
      adoption: adoptionOf(world, spec, live, source.retained, first),
      tagging: follows ? firstRecord(spec, record) : noTags,
      // One that comes back in place of its successor is no longer superseded.
      succeeded: [],
      change: {
        address,
        kind: 'adopt',
        reason: reasonForAdoption(live, source.retained),
        // Nothing of what is adopted was applied before, so nothing of it has drifted.
        diffs: sortedDiffs(own.map((diff): Diff<'volume'> => ({ ...diff, cause: 'pending' }))),
      },
    }
  }
  const tagging = recordWork(world, spec, record, live.tags, own.every(isLeft))
  const diffs = sortedDiffs<'volume'>([...own, ...tagging.diffs])
  const succeeded = successionsOf(world, spec, server)
  const [left] = succeeded
  const rests = restReason(inputs, address, inside) ?? (left && `${left.old.id}, whose place it took, is still there`)
  // What differs and is left makes no update, unless something is tried all the same.
  const isTried =
    io !== undefined || (server?.inside !== 'impossible' && isFollowed(attachment, modification, inside?.work))
  const isIdle = diffs.length === 0 || !isTried
  const isSame = diffs.every(isLeft) && isIdle && rests === undefined
  return {
    ...common,
    kind: isSame ? 'keep' : 'update',
    tagging,
    succeeded,
    change: {
      address,
      kind: isSame ? 'none' : 'update',
      reason: diffs.length === 0 ? (rests ?? '') : reasonFor(diffs),
      diffs,
    },
  }
}

/** What the file says, where it leaves changes alone what is live: no size is asked for then, nor compared. */
function asLeft(spec: VolumeSpec, { type, iops, throughputMiBps }: LiveVolume): VolumeSpec {
  const ignored = ignoredPaths('volume', spec)
  if (ignored.size === 0) return spec
  return {
    ...spec,
    ...(ignored.has('size') && { sizeGiB: undefined }),
    ...(ignored.has('type') && { type }),
    ...(ignored.has('iops') && { iops }),
    ...(ignored.has('throughput') && { throughputMiBps }),
    ...(ignored.has('autoEnableIO') && { autoEnableIo: undefined }),
  }
}

/** Another that takes the place of a volume whose size is left alone is as large as that. */
function sized(written: VolumeSpec, spec: VolumeSpec, { sizeGiB }: LiveVolume): VolumeSpec {
  return ignoredPaths('volume', written).has('size') ? { ...spec, sizeGiB } : spec
}

const noTags = { tags: {}, removeTags: [] }

/** What is recorded once all steps are done. What waits is recorded when it has come about. */
function recordAfter(
  world: World,
  spec: VolumeSpec,
  applied: AppliedRecord | undefined,
  inside: InsideFindings | undefined,
  waits: boolean,
): AppliedRecord {
  const words = recordOf(world.digest, volumeWords(spec))
  const outside = waits ? { ...withoutShape(words), ...pickApplied(applied, shapeKeys) } : words
  const within = inside ? inside.record : pickApplied(applied, ['fs', 'label', 'uuid'])
  return { ...outside, ...serverRecord(world, spec), ...within }
}

/** What EC2 changes by a modification, as the applied tag calls it. */
const shapeKeys = ['size', 'type', 'iops', 'rate'] as const

function withoutShape(record: AppliedRecord): AppliedRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !shapeKeys.some((shapeKey) => shapeKey === key)))
}

/** Whether anything is done with an adopted volume besides the marking. */
function isFollowed(
  { release, arrivesAt }: Attachment,
  modification: Modification | undefined,
  work: InsideWork | undefined,
): boolean {
  return (
    release !== undefined ||
    arrivesAt !== undefined ||
    modification !== undefined ||
    (work !== undefined && (work.format ?? work.unmount ?? work.mount ?? work.fstab ?? work.grow) !== undefined)
  )
}

/** Why a volume is away for a while that is as the file says; undefined when it is not. */
function restReason(
  { copies }: VolumeInputs,
  address: Address,
  inside: InsideFindings | undefined,
): string | undefined {
  if (inside?.displacedBy !== undefined) return `it is mounted inside ${inside.displacedBy}, which is unmounted`
  if (inside?.work?.unmount && copies.resting.has(address)) return 'its blocks are copied while it is unmounted'
  return undefined
}

function reasonForAdoption(live: LiveVolume, isRetained: boolean): string {
  if (live.tags[tagKeys.retained] !== undefined) return `${live.id} was kept when its entry left the file`
  return isRetained ? `${live.id} changes its entry` : `the file names ${live.id}`
}

function withoutRecord(live: LiveVolume): LiveVolume {
  return { ...live, tags: { ...live.tags, [tagKeys.applied]: 'v1' } }
}
