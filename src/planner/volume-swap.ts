import type { Address } from '../model/address.js'
import type { OnRemove, VolumeSpec } from '../model/stack-spec.js'
import { connection } from './connection.js'
import type { AppliedRecord } from '../model/applied.js'
import type { Diff } from '../model/change.js'
import { sortedDiffs } from './compare/comparison.js'
import { fstypeFromBlkid, type LiveSnapshot, type LiveVolume } from '../model/live-stack.js'
import { mutabilityOf } from '../model/mutability.js'
import { nameTag } from '../model/names.js'
import { recordChange, refuse, type Planning } from './planning.js'
import type { ServerFate } from './server-fate.js'
import { insideOf, snapshotTags } from './snapshot-tags.js'
import { snapshotVersion } from '../model/snapshot-version.js'
import type { StepId } from '../model/step.js'
import { stepId } from './graph/step-graph.js'
import { tagKeys } from '../model/tags.js'
import { addCreation, creationZone, type VolumeOrigin } from './volume-creation.js'
import { recordNeeds } from './volume-record.js'
import { leave } from './volume-refusals.js'
import { isAttached, release } from './volume-release.js'

/** Why another volume must take the place of a live one. */
export interface SwapReason {
  readonly text: string
  readonly diffs: readonly Diff[]
  /** Undefined: the live volume's own, taken in the plan. */
  readonly snapshot: LiveSnapshot | undefined
}

/** Why the live volume cannot stay: a restore, or a property that is fixed when a volume is made; undefined when it can. */
export function swapReason(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate | undefined,
  live: LiveVolume,
  applied: AppliedRecord | undefined,
): SwapReason | undefined {
  const wanted = planning.options.restore?.[spec.address]
  // One that the file names by its id is that volume and no other.
  if (spec.volumeId !== undefined) return undefined
  const diffs: Diff[] = []
  const add = (path: string, before: Diff['before'], after: Diff['after']) =>
    diffs.push({ path, before, after, cause: 'pending', forcesReplacement: mutabilityOf('volume', path).because })
  const zone = spec.zone ?? fate?.zone
  if (zone !== undefined && zone !== live.zone) add('zone', live.zone, zone)
  if (spec.encrypted === true && !live.encrypted) add('encrypted', false, true)
  const isNewKey = applied !== undefined && applied.kms !== planning.digest(spec.kmsKey)
  if (isNewKey && spec.kmsKey !== undefined && spec.kmsKey !== live.kmsKey) {
    add('kmsKey', live.kmsKey ?? null, spec.kmsKey)
  }
  const snapshot = wanted === undefined ? undefined : planning.live.snapshotsById.get(wanted)
  if (snapshot) {
    diffs.push({ path: 'snapshot', before: live.snapshotId ?? null, after: snapshot.id, cause: 'pending' })
    const version = snapshotVersion(snapshot)
    return { text: `it is restored${version > 0 ? ` to version ${version}` : ''}`, diffs, snapshot }
  }
  const [first] = diffs
  return first && { text: first.forcesReplacement ?? '', diffs, snapshot: undefined }
}

/**
 * Plans another volume in place of the live one, from a snapshot. The old one is unmounted and detached, leaves a
 * snapshot of its own, and is marked as superseded: from there a crash leads forward, as `volumeSource` sees the mark.
 * Only then is the new one made, attached, mounted and looked at; the old one goes last, by its rule.
 */
export function planSwap(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate | undefined,
  live: LiveVolume,
  holder: ServerFate | undefined,
  reason: SwapReason,
  others: readonly Diff[],
): void {
  const { steps } = planning
  const { address } = spec
  const { snapshot } = reason
  const taken = stepId('create-snapshot', address)
  const origin: VolumeOrigin = snapshot
    ? { id: snapshot.id, sizeGiB: snapshot.sizeGiB }
    : { id: undefined, step: taken, sizeGiB: live.sizeGiB }
  const zone = creationZone(planning, spec, fate, spec.zone ?? fate?.zone ?? live.zone, origin)
  if (zone === undefined || refusesSnapshot(planning, spec, snapshot)) return leave(planning, address)

  steps.add(
    'create-snapshot',
    address,
    {
      volumeId: live.id,
      description: `${nameTag(planning.spec.stack, address)}, taken before another volume took its place`,
      tags: snapshotTags(planning, live, { [tagKeys.final]: 'true' }),
    },
    { needs: holder ? [release(planning, address, live, holder)] : [] },
  )
  const mark = steps.add(
    'supersede-volume',
    address,
    {
      volumeId: live.id,
      snapshotId: snapshot?.id,
      snapshotStep: snapshot ? undefined : taken,
      tags: { [tagKeys.retained]: planning.options.run ?? 'true' },
    },
    { needs: [taken] },
  )
  addCreation(planning, spec, fate, zone, origin)
  steps.addNeeds(stepId('create-volume', address), [mark])
  const uuid = snapshot ? snapshot.tags[tagKeys.uuid] : insideOf(planning, live).content?.uuid
  const verified = addVerification(planning, spec, fate, uuid)
  addRemoval(planning, spec.onRemove, live, [taken, mark, ...verified, ...recordNeeds(address)])
  const told = new Set(reason.diffs.map(({ path }) => path))
  recordChange(planning, {
    address,
    kind: 'replace',
    reason: `${reason.text}; what ${live.id} holds now stays as a snapshot`,
    diffs: sortedDiffs([...reason.diffs, ...others.filter(({ path }) => !told.has(path))]),
    impact: fate ? 'downtime' : 'none',
  })
}

/** Ends swaps that an apply was cut off in after the new volume was made: the old one goes, as it would have gone then. */
export function finishSwaps(planning: Planning): void {
  for (const spec of planning.spec.volumes) {
    const { address } = spec
    if (planning.blocked.has(address) || planning.steps.has(stepId('supersede-volume', address))) continue
    // One that comes back in place of its successor is no longer superseded.
    if (planning.steps.has(stepId('adopt-volume', address))) continue
    const old = (planning.live.retained.get(address) ?? []).filter(({ tags }) => tags[tagKeys.superseded] !== undefined)
    for (const volume of old) if (!isAttached(volume)) finishSwap(planning, spec, volume)
  }
}

function finishSwap(planning: Planning, spec: VolumeSpec, old: LiveVolume): void {
  const { address } = spec
  const fate = spec.server === undefined ? undefined : planning.fates.get(spec.server)
  const needs: StepId[] = [...addVerification(planning, spec, fate, undefined), ...recordNeeds(address)]
  const isSaved = (planning.live.snapshots.get(address) ?? []).some(
    ({ volumeId, state, tags }) => volumeId === old.id && state === 'completed' && tags[tagKeys.final] !== undefined,
  )
  if (!isSaved) {
    const snapshot = {
      volumeId: old.id,
      description: `${nameTag(planning.spec.stack, address)}, taken before the volume was removed`,
      tags: snapshotTags(planning, old, { [tagKeys.final]: 'true' }),
    }
    needs.push(planning.steps.add('create-snapshot', address, snapshot, { suffix: old.id }))
  }
  addRemoval(planning, spec.onRemove, old, needs, old.id)
  const change = planning.changes.get(address)
  if (change?.kind !== 'none') return
  recordChange(planning, { ...change, kind: 'update', reason: `${old.id}, whose place it took, is still there` })
}

/** A snapshot was taken of it, so only `retain` makes a difference. */
function addRemoval(
  planning: Planning,
  rule: OnRemove,
  { id, address }: { readonly id: string; readonly address: Address },
  needs: readonly StepId[],
  suffix?: string,
): void {
  if (rule === 'retain') {
    planning.steps.add(
      'tag-resource',
      address,
      { target: address, resourceId: id, tags: {}, removeTags: [tagKeys.superseded] },
      { needs, suffix: id },
    )
  } else
    planning.steps.add(
      'delete-volume',
      address,
      { volumeId: id },
      { needs, ...(suffix === undefined ? {} : { suffix }) },
    )
}

/** Where somebody can look: the new volume is mounted, and holds the same filesystem. */
function addVerification(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate | undefined,
  uuid: string | undefined,
): readonly StepId[] {
  const { address, fstype, mount } = spec
  if (!fate || fate.inside === 'closed' || fate.inside === 'impossible' || fstype === 'raw') return []
  return [
    planning.steps.add(
      'verify-volume',
      address,
      { server: fate.address, fstype, uuid, mountPath: mount?.path },
      {
        needs: [
          connection(fate),
          ...(['attach-volume', 'mount-volume', 'write-fstab', 'grow-filesystem'] as const).map((kind) =>
            stepId(kind, address),
          ),
        ],
      },
    ),
  ]
}

/** A snapshot that could not be mounted as the file says is refused before anything is unmounted. */
function refusesSnapshot(planning: Planning, spec: VolumeSpec, snapshot: LiveSnapshot | undefined): boolean {
  if (!snapshot) return false
  const { address, fstype } = spec
  if (snapshot.state !== 'completed') {
    const message = `${address}: the snapshot ${snapshot.id} is ${snapshot.state}, not completed`
    refuse(planning, address, 'PLAN_SNAPSHOT_NOT_READY', message, 'try again when it is')
    return true
  }
  const held = snapshot.tags[tagKeys.fstype]
  if (held === undefined || fstype === 'raw' || held === fstype || fstypeFromBlkid(held) === fstype) return false
  const message = `${address}: the snapshot ${snapshot.id} holds ${held}, and the file says ${fstype}`
  refuse(planning, address, 'PLAN_FILESYSTEM_MISMATCH', message, `write fstype: ${held} to use what is in it`)
  return true
}
