import type { Address } from '../model/address.js'
import type { LiveVolume } from '../model/kinds/volume.js'
import type { LiveSnapshot } from '../model/kinds/volume-snapshot.js'
import type { LiveStack } from '../model/live-stack.js'
import { snapshotVersion } from '../model/snapshot-version.js'
import { tagKeys } from '../model/tags.js'
import type { Plan } from '../model/plan.js'
import type { Problem } from '../model/plan-problem.js'
import type { StackSpec } from '../model/stack-spec.js'
import { askedPlan } from './asked-plan.js'
import { documentDigest, normalizedLive, normalizedSpec } from './compare/normalize.js'
import type { Checkpoint } from '../model/checkpoint.js'
import type { CopyRegion } from '../model/regions/region-copy.js'
import { decideCheckpointCopies } from './decide/snapshots/checkpoint-copies.js'
import { decideCheckpoint, decideSnapshot } from './decide/snapshots/asked-snapshots.js'
import { StepGraph } from './graph/step-graph.js'
import { lowerCheckpoint, lowerCheckpointCopies, lowerSnapshot, stepOfSet } from './lower/snapshots/lower-snapshots.js'
import { worldOf, type PlanOptions, type World } from './world.js'

/** Returns the plan that takes a snapshot of a live volume now, and does nothing else. */
export function makeSnapshotPlan(
  spec: StackSpec,
  live: LiveStack,
  volume: LiveVolume,
  options: PlanOptions = {},
): Plan {
  const world = worldOf(normalizedSpec(spec), normalizedLive(live), options, undefined)
  const asked = decideSnapshot(world, volume)
  const graph = new StepGraph()
  lowerSnapshot(graph, world, asked)
  return askedPlan(world, graph, asked.problems, [{ address: volume.address, reason: 'a snapshot of it is asked for' }])
}

/**
 * Returns the plan that takes snapshots of all volumes of the stack as one set. What is left of an attempt that failed
 * goes first; copies to other regions follow. Throws a PlanError when the name is in use, and when there is no volume.
 */
export function makeCheckpointPlan(
  spec: StackSpec,
  live: LiveStack,
  name: string,
  { copyTo: regions = [], ...options }: PlanOptions & { readonly copyTo?: readonly CopyRegion[] } = {},
): Plan {
  const world = worldOf(normalizedSpec(spec), normalizedLive(live), options, undefined)
  const asked = decideCheckpoint(world, name, documentDigest(world.file))
  const graph = new StepGraph()
  lowerCheckpoint(graph, world, asked)
  const members = asked.sets.flatMap((set) =>
    set.snapshots.map((member) => ({ ...member, snapshotId: undefined, takenBy: stepOfSet(set) })),
  )
  const copies = decideCheckpointCopies(world, name, members, regions)
  lowerCheckpointCopies(graph, world, copies)
  const reason = `a snapshot of it becomes part of the checkpoint ${name}`
  const volumes = asked.sets.flatMap(({ snapshots }) => snapshots.map(({ volume }) => volume))
  return askedPlan(
    world,
    graph,
    [...asked.problems, ...copies.problems],
    volumes.map((address) => ({
      address,
      reason: regions.length === 0 ? reason : `${reason}, and is copied to ${namesOf(regions)}`,
    })),
  )
}

/**
 * Returns the plan that copies a complete checkpoint to other regions, and does nothing else: what is there already stays, so that
 * the plan is empty once all of it is there.
 */
export function makeCheckpointCopyPlan(
  spec: StackSpec,
  live: LiveStack,
  { checkpoint, regions }: { readonly checkpoint: Checkpoint; readonly regions: readonly CopyRegion[] },
  options: PlanOptions = {},
): Plan {
  const world = worldOf(normalizedSpec(spec), normalizedLive(live), options, undefined)
  const graph = new StepGraph()
  const members = checkpoint.snapshots.map(({ address, id, volumeId, tags }) => ({
    volume: address,
    volumeId,
    snapshotId: id,
    tags,
  }))
  const asked = decideCheckpointCopies(world, checkpoint.name, members, regions)
  lowerCheckpointCopies(graph, world, asked)
  const reasons = new Map(asked.copies.map(({ member: { volume } }) => [volume, volume]))
  return askedPlan(
    world,
    graph,
    asked.problems,
    [...reasons.keys()].map((address) => ({
      address,
      reason: `its snapshot of the checkpoint ${checkpoint.name} is copied to ${namesOf(regions)}`,
    })),
  )
}

/**
 * Returns the plan that deletes snapshots of the stack, and does nothing else. One that something uses is refused: the
 * stack file, a wish that is not done, or a checkpoint, which is deleted as a whole.
 */
export function makeDeletionPlan(
  spec: StackSpec,
  live: LiveStack,
  { snapshots, checkpoint }: { readonly snapshots: readonly LiveSnapshot[]; readonly checkpoint: string | undefined },
  options: PlanOptions = {},
): Plan {
  const world = worldOf(normalizedSpec(spec), normalizedLive(live), options, undefined)
  const graph = new StepGraph()
  const problems = snapshots.flatMap((snapshot) => {
    const use = useOf(snapshot, world, checkpoint)
    return use === undefined ? [] : [errorOf(snapshot.address, snapshot.id, use)]
  })
  const reasons = new Map<Address, string>()
  for (const snapshot of snapshots) {
    const { address, id, startedAt } = snapshot
    const version = snapshotVersion(snapshot)
    const what = `${version > 0 ? `version ${version}, ` : ''}${id} of ${startedAt}`
    const earlier = reasons.get(address)
    reasons.set(address, earlier === undefined ? `deleted for good: ${what}` : `${earlier}; ${what}`)
    if (problems.length === 0)
      graph.add('delete-snapshot', address, { snapshotId: id }, { suffix: id, impact: 'data-loss' })
  }
  return askedPlan(
    world,
    graph,
    problems,
    [...reasons].map(([address, reason]) => ({ address, reason })),
  )
}

/** Who needs a snapshot, if anybody does. */
function useOf(snapshot: LiveSnapshot, world: World, checkpoint: string | undefined): string | undefined {
  const { id, tags } = snapshot
  const member = tags[tagKeys.checkpoint]
  if (member !== undefined && member !== checkpoint) return `it is part of the checkpoint ${member}`
  if (JSON.stringify(world.live.stack.ledger?.wishes ?? []).includes(`"${id}"`))
    return 'a restore that is not done yet needs it'
  const namer = world.spec.volumes.find(({ snapshot: wanted }) => JSON.stringify(wanted ?? null).includes(`"${id}"`))
  return namer && `the stack file names it for ${namer.address}`
}

function errorOf(address: Address, id: string, use: string): Problem {
  return {
    severity: 'error',
    scope: 'plan',
    code: 'PLAN_SNAPSHOT_IN_USE',
    address,
    message: `${id} of ${address} is not deleted: ${use}`,
    hint: 'end that use first: `evenkeel checkpoints delete`, an apply, or a change of the stack file',
  }
}

function namesOf(regions: readonly CopyRegion[]): string {
  return regions.map(({ region }) => region).join(', ')
}
