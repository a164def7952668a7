import type { Address } from '../../../model/address.js'
import type { AppliedRecord } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import { fstypeFromBlkid } from '../../../model/inside/fstype.js'
import { type LiveVolume } from '../../../model/kinds/volume.js'
import { type LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import { mutabilityOf } from '../../../model/mutability.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { tagKeys } from '../../../model/tags.js'
import { sortedDiffs } from '../../compare/comparison.js'
import { probedContent, snapshotTags } from '../snapshots/snapshot-tags.js'
import type { World } from '../../world.js'
import { errorOf, inEntry, refused, replaceAsked } from '../decided.js'
import type { ServerOutlook } from '../servers/server-outlook.js'
import { creationZone, decideCreation } from './creation.js'
import { finalBlank, isNeverUsed } from '../snapshots/never-used.js'
import { isAttached, releaseFrom, type Holder } from './release.js'
import { restoreText } from './restore.js'
import type { Succession, Verification, VolumeDecision, VolumeOrigin } from './volume-decision.js'
import type { VolumeInputs } from './volume-inputs.js'

/** Why another volume must take the place of a live one. */
export interface SwapReason {
  readonly text: string
  readonly diffs: readonly Diff<'volume'>[]
  /** Undefined: the live volume's own, taken in the plan. */
  readonly snapshot: LiveSnapshot | undefined
}

/** Why the live volume cannot stay: a restore, an explicit word, or a property that is fixed when a volume is made; undefined when it can. */
export function swapReason(
  world: World,
  spec: VolumeSpec,
  server: ServerOutlook | undefined,
  live: LiveVolume,
  applied: AppliedRecord | undefined,
): SwapReason | undefined {
  // One that the file names by its id is that volume and no other.
  if (spec.volumeId !== undefined) return undefined
  const diffs = fixedDiffs(world, spec, server, live, applied)
  const wish = world.wishes.restores.get(spec.address)
  const snapshot = wish && world.live.snapshotsById.get(wish.snapshotId)
  if (snapshot) {
    const text = restoreText(wish, snapshot)
    const diff = { path: 'snapshot', before: live.snapshotId ?? null, after: snapshot.id, cause: 'pending' } as const
    return { text, diffs: [...diffs, diff], snapshot }
  }
  const [first] = diffs
  const text = first?.forcesReplacement ?? (isAsked(world, spec.address) ? replaceAsked : undefined)
  return text === undefined ? undefined : { text, diffs, snapshot: undefined }
}

/** Whether another is to take its place because somebody says so. Where one has begun to, that is finished, and none is made a second time. */
function isAsked({ options, live }: World, address: Address): boolean {
  if (!options.replace?.includes(address)) return false
  return !(live.retained.get(address) ?? []).some(({ tags }) => tags[tagKeys.superseded] !== undefined)
}

/** What differs of what is fixed when a volume is made. */
function fixedDiffs(
  world: World,
  spec: VolumeSpec,
  server: ServerOutlook | undefined,
  live: LiveVolume,
  applied: AppliedRecord | undefined,
): readonly Diff<'volume'>[] {
  const diffs: Diff<'volume'>[] = []
  const add = (path: 'zone' | 'encrypted' | 'kmsKey', before: Diff['before'], after: Diff['after']) =>
    diffs.push({ path, before, after, cause: 'pending', forcesReplacement: mutabilityOf('volume', path).because })
  const zone = spec.zone ?? server?.zone
  if (zone !== undefined && zone !== live.zone) add('zone', live.zone, zone)
  if (spec.encrypted === true && !live.encrypted) add('encrypted', false, true)
  const isNewKey = applied !== undefined && applied.kms !== world.digest(spec.kmsKey)
  if (isNewKey && spec.kmsKey !== undefined && spec.kmsKey !== live.kmsKey) {
    add('kmsKey', live.kmsKey ?? null, spec.kmsKey)
  }
  return diffs
}

/** Decides how another volume takes the place of the live one, from a snapshot; `others` is what differs besides. */
export function decideSwap(
  inputs: VolumeInputs,
  spec: VolumeSpec,
  server: ServerOutlook | undefined,
  live: LiveVolume,
  holder: Holder | undefined,
  reason: SwapReason,
  others: readonly Diff<'volume'>[],
): VolumeDecision {
  const { world } = inputs
  const { address } = spec
  const { snapshot } = reason
  const startsBlank = !snapshot && isNeverUsed(world, spec, live)
  const origin: VolumeOrigin | undefined = snapshot
    ? { id: snapshot.id, sizeGiB: snapshot.sizeGiB }
    : startsBlank
      ? undefined
      : { id: undefined, takenBy: address, sizeGiB: live.sizeGiB }
  const zone = creationZone(world, spec, server, spec.zone ?? server?.zone ?? live.zone, origin)
  if (typeof zone !== 'string') return zone
  const problem = snapshot && snapshotProblem(spec, snapshot)
  if (problem) return refused(address, [problem])
  const { creation, inside } = decideCreation(inputs, spec, server, zone, origin)
  const uuid = snapshot ? snapshot.tags[tagKeys.uuid] : probedContent(world, live).content?.uuid
  const verification = verificationOf(spec, server, uuid)
  const told = new Set(reason.diffs.map(({ path }) => path))
  return {
    kind: 'swap',
    address,
    spec,
    live,
    release: holder && releaseFrom(world, live, holder),
    snapshotTags: snapshotTags(world, live, { [tagKeys.final]: startsBlank ? finalBlank : 'true' }),
    snapshotId: snapshot?.id,
    creation,
    inside: inside?.work,
    verification,
    // What the present one succeeded to goes once its own successor is looked at, which is looked at once.
    succeeded: successionsOf(world, spec, server).map((succession) => ({ ...succession, verification })),
    change: {
      address,
      kind: 'replace',
      reason: `${reason.text}; what ${live.id} holds now stays as a snapshot`,
      diffs: sortedDiffs([...reason.diffs, ...others.filter(({ path }) => !told.has(path))]),
      impact: server ? 'downtime' : 'none',
    },
    problems: inside?.problems ?? [],
    ...(inside && { unread: inside.unread }),
  }
}

/** The ends of volumes whose place this one took in an apply that was cut off after that: they go as they would have gone then. */
export function successionsOf(
  world: World,
  spec: VolumeSpec,
  server: ServerOutlook | undefined,
): readonly Succession[] {
  const { address } = spec
  const olds = (world.live.retained.get(address) ?? []).filter(
    (volume) => volume.tags[tagKeys.superseded] !== undefined && !isAttached(volume),
  )
  return olds.map((old) => ({
    old,
    snapshotTags: isSaved(world, old) ? undefined : snapshotTags(world, old, { [tagKeys.final]: 'true' }),
    verification: verificationOf(spec, server, undefined),
  }))
}

function isSaved({ live }: World, { address, id }: LiveVolume): boolean {
  return (live.snapshots.get(address) ?? []).some(
    ({ volumeId, state, tags }) => volumeId === id && state === 'completed' && tags[tagKeys.final] !== undefined,
  )
}

/** Where somebody can look: the new volume is mounted, and holds the same filesystem. */
function verificationOf(
  { fstype, mount }: VolumeSpec,
  server: ServerOutlook | undefined,
  uuid: string | undefined,
): Verification | undefined {
  if (!server || server.inside === 'closed' || server.inside === 'impossible' || fstype === 'raw') return undefined
  return { server: server.address, fstype, uuid, mountPath: mount?.path }
}

/** A snapshot that could not be mounted as the file says is refused before anything is unmounted. */
function snapshotProblem({ address, fstype }: VolumeSpec, { id, state, tags }: LiveSnapshot): Problem | undefined {
  if (state !== 'completed') {
    const message = `${address}: the snapshot ${id} is ${state}, not completed`
    return inEntry(errorOf(address, 'PLAN_SNAPSHOT_NOT_READY', message, 'try again when it is'), 'snapshot')
  }
  const held = tags[tagKeys.fstype]
  if (held === undefined || fstype === 'raw' || held === fstype || fstypeFromBlkid(held) === fstype) return undefined
  const message = `${address}: the snapshot ${id} holds ${held}, and the file says ${fstype}`
  return inEntry(
    errorOf(address, 'PLAN_FILESYSTEM_MISMATCH', message, `write fstype: ${held} to use what is in it`),
    'fstype',
  )
}
