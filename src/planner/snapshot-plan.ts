import { PlanError } from '../core/errors.js'
import type { Address } from '../model/address.js'
import type { StackSpec } from '../model/stack-spec.js'
import { sortedAddresses, sortedByAddress } from '../model/address-order.js'
import { bindingsOf } from './bindings.js'
import type { Change } from '../model/change.js'
import { findCheckpoint, checkpointsOf } from '../model/checkpoint.js'
import type { LiveServer, LiveStack, LiveVolume } from '../model/live-stack.js'
import { nameTag } from '../model/names.js'
import { documentDigest, normalizedLive, normalizedSpec } from './compare/normalize.js'
import type { Plan } from '../model/plan.js'
import { newPlanning, warn, type Planning } from './planning.js'
import { worldOf, type PlanOptions } from './world.js'
import { snapshotTags } from './snapshot-tags.js'
import type { SnapshotHold, StepId } from '../model/step.js'
import { stepId } from '../model/step-id.js'
import { tagKeys } from '../model/tags.js'
import { isAttached } from './decide/volumes/release.js'

/** Returns the plan that takes a snapshot of a live volume now, and does nothing else. */
export function makeSnapshotPlan(
  spec: StackSpec,
  live: LiveStack,
  volume: LiveVolume,
  options: PlanOptions = {},
): Plan {
  const planning = newPlanning(worldOf(normalizedSpec(spec), normalizedLive(live), options, undefined))
  const { address } = volume
  const server = serverToFreeze(planning, volume)
  const hold = server && holdFor(planning, address, server.address)
  planning.steps.add(
    'create-snapshot',
    address,
    {
      volumeId: volume.id,
      description: `${nameTag(live.stack, address)}, taken by hand`,
      tags: snapshotTags(planning, volume),
      ...(hold && { hold }),
    },
    {
      needs: server && hold ? [connect(planning, server)] : [],
      impact: hold?.how === 'unmount' ? 'downtime' : 'none',
    },
  )
  return finish(planning, live, options, new Map([[address, 'a snapshot of it is asked for']]))
}

/**
 * Returns the plan that takes snapshots of all volumes of the stack as one set. What is left of an attempt that failed
 * goes first. Throws a PlanError when the name is in use, and when there is no volume.
 */
export function makeCheckpointPlan(spec: StackSpec, live: LiveStack, name: string, options: PlanOptions = {}): Plan {
  const normalized = normalizedSpec(spec)
  const planning = newPlanning(worldOf(normalized, normalizedLive(live), options, undefined))
  const volumes = [...planning.live.volumes.values()]
  if (volumes.length === 0) {
    throw new PlanError('CHECKPOINT_EMPTY', `the stack ${live.stack} has no volumes`, [], { hint: 'apply it first' })
  }
  const earlier = findCheckpoint(live.snapshots, live.stack, name)
  if (earlier && earlier.state !== 'incomplete') {
    throw new PlanError('CHECKPOINT_TAKEN', `the stack ${live.stack} has a checkpoint ${name} already`, [], {
      hint: 'take another name; `evenkeel checkpoints` lists those in use',
    })
  }
  const cleared = clearAttempts(planning, live, name)
  const specDigest = options.specDigest ?? documentDigest(normalized)
  const snapshotOf = (volume: LiveVolume) => ({
    volumeId: volume.id,
    description: `${nameTag(live.stack, volume.address)}, of the checkpoint ${name}`,
    tags: snapshotTags(planning, volume, {
      [tagKeys.checkpoint]: name,
      [tagKeys.checkpointSize]: String(volumes.length),
      [tagKeys.specDigest]: specDigest,
    }),
  })
  for (const [server, held] of byServer(planning, volumes)) {
    const needs = [...cleared, ...(server ? [connect(planning, server)] : [])]
    const snapshots = held.map(snapshotOf)
    const address = server?.address ?? held[0]?.address
    if (address !== undefined) {
      planning.steps.add('create-snapshots', address, { server: server?.address, snapshots }, { needs })
    }
  }
  return finish(
    planning,
    live,
    options,
    new Map(volumes.map(({ address }) => [address, `a snapshot of it becomes part of the checkpoint ${name}`])),
  )
}

/** Half a checkpoint is good for nothing. */
function clearAttempts(planning: Planning, live: LiveStack, name: string): readonly StepId[] {
  const attempts = checkpointsOf(live.snapshots, live.stack).filter((checkpoint) => checkpoint.name === name)
  return attempts
    .flatMap(({ snapshots }) => snapshots)
    .map(({ address, id }) => planning.steps.add('delete-snapshot', address, { snapshotId: id }, { suffix: id }))
}

/** Volumes that are frozen together, by the server that holds them; those that nothing can freeze stand alone. */
function byServer(
  planning: Planning,
  volumes: readonly LiveVolume[],
): ReadonlyMap<LiveServer | undefined, readonly LiveVolume[]> {
  const groups = new Map<LiveServer | undefined, LiveVolume[]>()
  for (const volume of volumes) {
    const server = serverToFreeze(planning, volume)
    groups.set(server, [...(groups.get(server) ?? []), volume])
  }
  return groups
}

/** The running server on which the volume may be mounted; one that nobody could enter is told. */
function serverToFreeze(planning: Planning, volume: LiveVolume): LiveServer | undefined {
  if (!isAttached(volume) || planning.live.stack.hostsImpossible !== undefined) return undefined
  const server = planning.live.serversById.get(volume.attachment.instanceId)
  if (!server || server.state === 'stopped' || server.state === 'stopping') return undefined
  const facts = planning.live.stack.hosts[server.address]
  if (facts?.kind !== 'unreadable') return server
  const message = `the inside of ${server.address} could not be read, so ${volume.address} is not frozen: ${facts.reason}`
  warn(planning, volume.address, 'PLAN_UNREADABLE', message, 'the snapshot is as after a power cut')
  return undefined
}

function holdFor({ volumes }: Planning, address: Address, server: Address): SnapshotHold | undefined {
  const spec = volumes.get(address)
  const consistent = spec?.snapshots?.consistent ?? 'freeze'
  if (consistent === 'none') return undefined
  return consistent === 'unmount' && spec?.mount
    ? { how: 'unmount', server, fstype: spec.fstype, mount: spec.mount }
    : { how: 'freeze', server }
}

function connect({ steps }: Planning, { address }: LiveServer): StepId {
  const id = stepId('connect-host', address)
  return steps.has(id) ? id : steps.add('connect-host', address, {})
}

/** A plan of these steps alone: what else the file asks for waits for an apply, and the ledger stays. */
function finish(
  planning: Planning,
  live: LiveStack,
  options: PlanOptions,
  reasons: ReadonlyMap<Address, string>,
): Plan {
  const { steps, impossible } = planning.steps.finish(({ address }) => address, live.hostsImpossible)
  const changes = [...reasons].map(([address, reason]): Change => {
    const step = steps.find((known) => known.address === address && known.impact !== 'none')
    return { address, kind: 'update', reason, impact: step?.impact ?? 'none', diffs: [] }
  })
  const ledger = sortedAddresses(live.ledger?.addresses ?? [])
  return {
    formatVersion: 1,
    stack: live.stack,
    specDigest: options.specDigest ?? documentDigest(planning.spec),
    liveDigest: documentDigest(normalizedLive(live)),
    complete: true,
    applyable: planning.problems.every(({ severity }) => severity !== 'error'),
    changes: sortedByAddress(changes),
    steps,
    problems: planning.problems,
    unreadable: [],
    impossible,
    bindings: bindingsOf(planning),
    ledger: { id: live.ledger?.id, before: ledger, after: ledger },
  }
}
