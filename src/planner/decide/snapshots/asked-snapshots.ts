import { PlanError } from '../../../core/errors.js'
import type { Address } from '../../../model/address.js'
import { checkpointsOf } from '../../../model/checkpoint.js'
import type { LiveServer } from '../../../model/kinds/server.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { SnapshotHold } from '../../../model/steps/step.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import type { World } from '../../world.js'
import { warningOf } from '../decided.js'
import { factsOf } from '../servers/server-outlook.js'
import { isAttached } from '../volumes/release.js'
import { snapshotTags } from './snapshot-tags.js'

/** A snapshot of one volume that somebody asked for. */
export interface AskedSnapshot {
  readonly volume: Address
  readonly volumeId: string
  readonly tags: Tags
  readonly hold: SnapshotHold | undefined
  readonly problems: readonly Problem[]
}

/** Snapshots of all volumes of a stack as one set. */
export interface AskedCheckpoint {
  readonly name: string
  readonly sets: readonly CheckpointSet[]
  /** What is left of an attempt that failed: half a checkpoint is good for nothing, and goes first. */
  readonly cleared: readonly LiveSnapshot[]
  readonly problems: readonly Problem[]
}

/** Volumes that are frozen together, on the server that holds them; those that nothing can freeze have none. Never empty. */
export interface CheckpointSet {
  readonly server: Address | undefined
  readonly snapshots: readonly { readonly volume: Address; readonly volumeId: string; readonly tags: Tags }[]
}

export function decideSnapshot(world: World, live: LiveVolume): AskedSnapshot {
  const { server, problems } = serverToFreeze(world, live)
  const hold = server && holdFor(world, live.address, server.address)
  return { volume: live.address, volumeId: live.id, tags: snapshotTags(world, live), hold, problems }
}

/** Decides on a checkpoint. Throws a PlanError when the name is in use, and when there is no volume. */
export function decideCheckpoint(world: World, name: string, specDigest: string): AskedCheckpoint {
  const { stack, snapshots } = world.live.stack
  const volumes = [...world.live.volumes.values()]
  if (volumes.length === 0) {
    throw new PlanError('CHECKPOINT_EMPTY', `the stack ${stack} has no volumes`, [], { hint: 'apply it first' })
  }
  const attempts = checkpointsOf(snapshots, stack).filter((checkpoint) => checkpoint.name === name)
  // What a stack of the same name copies here is that one's, whole or not.
  if (attempts.some(({ state, copiedFrom }) => state !== 'incomplete' || copiedFrom !== undefined)) {
    throw new PlanError('CHECKPOINT_TAKEN', `the stack ${stack} has a checkpoint ${name} already`, [], {
      hint: 'take another name; `evenkeel checkpoints` lists those in use, and `checkpoints copy` copies one to another region',
    })
  }
  const marks: Tags = {
    [tagKeys.checkpoint]: name,
    [tagKeys.checkpointSize]: String(volumes.length),
    [tagKeys.specDigest]: specDigest,
  }
  const problems: Problem[] = []
  const sets = new Map<Address | undefined, CheckpointSet['snapshots'][number][]>()
  for (const live of volumes) {
    const found = serverToFreeze(world, live)
    problems.push(...found.problems)
    const snapshot = { volume: live.address, volumeId: live.id, tags: snapshotTags(world, live, marks) }
    const set = sets.get(found.server?.address)
    if (set) set.push(snapshot)
    else sets.set(found.server?.address, [snapshot])
  }
  return {
    name,
    sets: [...sets].map(([server, set]) => ({ server, snapshots: set })),
    cleared: attempts.flatMap((attempt) => attempt.snapshots),
    problems,
  }
}

/** The running server on which the volume may be mounted; one that nobody could enter is told. */
function serverToFreeze(
  world: World,
  volume: LiveVolume,
): { readonly server: LiveServer | undefined; readonly problems: readonly Problem[] } {
  const { live } = world
  const none = { server: undefined, problems: [] }
  if (!isAttached(volume) || live.stack.hostsImpossible !== undefined) return none
  const server = live.serversById.get(volume.attachment.instanceId)
  if (!server || server.state === 'stopped' || server.state === 'stopping') return none
  const facts = factsOf(world, server)
  // Of two instances with one address, only the one that has it is entered under it.
  const isLeaving = live.servers.get(server.address)?.id !== server.id
  if (facts.kind !== 'unreadable' && !isLeaving) return { server, problems: [] }
  const why = facts.kind === 'unreadable' ? facts.reason : 'its replacement was not finished'
  const message = `the inside of ${server.address} could not be read, so ${volume.address} is not frozen: ${why}`
  const hint = 'the snapshot is as after a power cut'
  return { server: undefined, problems: [warningOf(volume.address, 'PLAN_UNREADABLE', message, hint)] }
}

function holdFor({ volumes }: World, address: Address, server: Address): SnapshotHold | undefined {
  const spec = volumes.get(address)
  const consistent = spec?.snapshots?.consistent ?? 'freeze'
  if (consistent === 'none') return undefined
  return consistent === 'unmount' && spec?.mount
    ? { how: 'unmount', server, fstype: spec.fstype, mount: spec.mount }
    : { how: 'freeze', server }
}
