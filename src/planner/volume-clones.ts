import type { SyncSpec, VolumeSpec } from '../model/stack-spec.js'
import { blockRuleDigest } from './block-copies.js'
import { createDiffs } from './compare/comparison.js'
import { nameTag } from '../model/names.js'
import { recordChange, refuse, type Planning } from './planning.js'
import { reasonForCreate } from './compare/reasons.js'
import { stepId } from '../model/step-id.js'
import type { SnapshotHold, StepId } from '../model/step.js'
import { recordTag } from './sync-steps.js'
import { tagKeys, type Tags } from '../model/tags.js'
import { settled } from './lower/volumes.js'

/**
 * Plans every rule with `method: clone`: its destination is made from a snapshot of its source, which goes again. Comes
 * before the volumes are planned. One that exists is never written to.
 */
export function planClones(planning: Planning): void {
  for (const spec of planning.spec.syncs) {
    if (spec.method === 'clone') planClone(planning, spec)
  }
}

function planClone(planning: Planning, spec: SyncSpec): void {
  const { address, to } = spec
  const [from] = spec.from
  const source = from?.kind === 'volume' ? planning.volumes.get(from.volume) : undefined
  const target = to.kind === 'volume' ? to.volume : undefined
  const isPlannable = source && target && ![source.address, target].some((end) => planning.blocked.has(end))
  if (!isPlannable) return recordNone(planning, spec, 'one of its ends cannot be planned')
  const record: Tags = { [recordTag(address)]: `clone ${blockRuleDigest(spec)}` }
  const live = planning.live.volumes.get(target)
  if (live) {
    const key = recordTag(address)
    if (live.tags[key] !== record[key]) {
      const message = `${address}: ${target} (${live.id}) is there already, and a clone is made anew`
      refuse(planning, address, 'PLAN_COPY_OVERWRITES', message, 'write method: blocks to copy onto it')
      return recordNone(planning, spec, message)
    }
    planning.copies.records.set(target, record)
    const removed = removeLeftovers(planning, spec, [])
    return recordChange(planning, {
      address,
      kind: removed ? 'update' : 'none',
      reason: removed ? 'the snapshot that the clone was made from is still there' : '',
      diffs: [],
    })
  }
  const step = addSnapshot(planning, spec, source)
  const made = stepId('create-volume', target)
  planning.steps.add('delete-snapshot', address, { snapshotId: undefined, snapshotStep: step }, { needs: [step, made] })
  removeLeftovers(planning, spec, [made])
  const sizeGiB = planning.live.volumes.get(source.address)?.sizeGiB ?? source.sizeGiB ?? 0
  planning.copies.clones.set(target, { of: source.address, origin: { id: undefined, step, sizeGiB } })
  planning.copies.records.set(target, record)
  const isLost = planning.live.ledger.has(address) && planning.live.ledger.has(target)
  recordChange(planning, {
    address,
    kind: 'create',
    reason: reasonForCreate(isLost),
    diffs: createDiffs({ from: source.address, to: target, method: 'clone' }, isLost ? 'drift' : 'pending'),
  })
}

/** A snapshot that is the rule's own, so that it is no version of the volume. */
function addSnapshot(planning: Planning, { address }: SyncSpec, source: VolumeSpec): StepId {
  const { stack, hostsImpossible } = planning.live.stack
  const fate = source.server === undefined ? undefined : planning.fates.get(source.server)
  const canEnter = fate?.runsAfter === true && hostsImpossible === undefined && fate.inside !== 'unread'
  const hold: SnapshotHold | undefined =
    source.server !== undefined && source.mount && canEnter ? { how: 'freeze', server: source.server } : undefined
  return planning.steps.add(
    'create-snapshot',
    address,
    {
      volumeId: planning.live.volumes.get(source.address)?.id,
      bound: source.address,
      description: `${nameTag(stack, source.address)}, taken to be cloned`,
      tags: {
        [tagKeys.stack]: stack,
        [tagKeys.address]: address,
        [tagKeys.name]: nameTag(stack, address),
        ...(planning.options.run === undefined ? {} : { [tagKeys.run]: planning.options.run }),
      },
      ...(hold && { hold }),
    },
    { needs: [...settled(source.address), ...(hold && fate ? [stepId('connect-host', fate.address)] : [])] },
  )
}

/** Snapshots of an apply that was cut off. */
function removeLeftovers(planning: Planning, { address }: SyncSpec, needs: readonly StepId[]): boolean {
  const left = planning.live.snapshots.get(address) ?? []
  for (const { id } of left) {
    planning.steps.add('delete-snapshot', address, { snapshotId: id }, { needs, suffix: id })
  }
  return left.length > 0
}

function recordNone(planning: Planning, { address }: SyncSpec, reason: string): void {
  recordChange(planning, { address, kind: 'none', reason, diffs: [] })
}
