import { nameTag } from '../../../model/names.js'
import type { Address } from '../../../model/address.js'
import type { Impact } from '../../../model/change.js'
import type { SnapshotHold, StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import { required } from '../../../core/assert.js'
import type { AskedCheckpoint, AskedSnapshot, CheckpointSet } from '../../decide/snapshots/asked-snapshots.js'
import type { AskedCheckpointCopies } from '../../decide/snapshots/checkpoint-copies.js'
import { copyDescription } from './lower-region-copies.js'
import type { ScheduledWork } from '../../decide/snapshots/scheduled-work.js'
import type { StepGraph } from '../../graph/step-graph.js'
import type { World } from '../../world.js'
import type { Lowering } from '../lowering.js'
import { settled } from '../volumes.js'
import { shareOf } from '../../decide/snapshots/sharing-decisions.js'

/** Lowers what the schedules of snapshots ask for, after everything else that the plan does with a volume; and who may use those that are there. */
export function lowerSchedules({ graph, world, decisions }: Lowering): void {
  for (const work of decisions.schedules.values()) lowerSchedule(graph, world, work)
  for (const { volume, modifies } of decisions.sharing.values()) {
    for (const { snapshotId, shares, tags } of modifies)
      graph.add('modify-snapshot', volume, { snapshotId, shares, tags }, { suffix: snapshotId })
  }
}

function lowerSchedule(graph: StepGraph, world: World, { volume, due, pruned }: ScheduledWork): void {
  if (due) {
    const { volumeId, tags, hold, copies } = due
    const description = `${nameTag(world.spec.stack, volume)}, taken as scheduled`
    graph.add(
      'create-snapshot',
      volume,
      { volumeId, description, tags, ...shareOf(world, volume), ...(hold && { hold }) },
      { needs: [...settled(volume), ...copies.flatMap(copySteps), ...connections(hold)], impact: impactOf(hold) },
    )
  }
  for (const { id } of pruned) {
    const needs = [stepId('create-snapshot', volume)]
    graph.add('delete-snapshot', volume, { snapshotId: id }, { needs, suffix: id })
  }
}

function copySteps(rule: Address): readonly StepId[] {
  return (['copy-files', 'copy-blocks', 'run-on-change'] as const).map((kind) => stepId(kind, rule))
}

/** Lowers a snapshot that somebody asked for. */
export function lowerSnapshot(graph: StepGraph, world: World, asked: AskedSnapshot): void {
  const { volume, volumeId, tags, hold } = asked
  if (hold) graph.add('connect-host', hold.server, {})
  const description = `${nameTag(world.spec.stack, volume)}, taken by hand`
  const fields = { volumeId, description, tags, ...shareOf(world, volume), ...(hold && { hold }) }
  graph.add('create-snapshot', volume, fields, { needs: connections(hold), impact: impactOf(hold) })
}

/** Lowers a checkpoint: one step for all volumes of a server, so that they are frozen at one moment. */
export function lowerCheckpoint(graph: StepGraph, world: World, { name, sets, cleared }: AskedCheckpoint): void {
  const ends = cleared.map(({ address, id }) =>
    graph.add('delete-snapshot', address, { snapshotId: id }, { suffix: id }),
  )
  for (const { server, snapshots } of sets) {
    const address = server ?? snapshots[0]?.volume
    if (address === undefined) continue
    const needs = server === undefined ? ends : [...ends, graph.add('connect-host', server, {})]
    const taken = snapshots.map(({ volume, volumeId, tags }) => ({
      volumeId,
      description: `${nameTag(world.spec.stack, volume)}, of the checkpoint ${name}`,
      tags,
      ...shareOf(world, volume),
    }))
    graph.add('create-snapshots', address, { server, snapshots: taken }, { needs })
  }
}

/** Lowers copies of a checkpoint to other regions, of snapshots that are there or that the plan takes. */
export function lowerCheckpointCopies(graph: StepGraph, world: World, asked: AskedCheckpointCopies): void {
  const ends = asked.cleared.map(({ snapshot: { address, id }, region }) =>
    graph.add('delete-snapshot', address, { snapshotId: id, region }, { suffix: id }),
  )
  for (const { member, region, ...options } of asked.copies) {
    const { volume, volumeId, snapshotId, takenBy, tags } = member
    const source = takenBy === undefined ? { snapshotId } : { snapshotId, snapshotStep: takenBy, volumeId }
    const needs = [...ends, ...(takenBy === undefined ? [] : [takenBy])]
    const description = copyDescription(world, volume)
    graph.add('copy-snapshot', volume, { ...source, region, description, tags, ...options }, { suffix: region, needs })
  }
}

/** The step that takes a set of snapshots of a checkpoint. */
export function stepOfSet({ server, snapshots }: CheckpointSet): StepId {
  return stepId('create-snapshots', server ?? required(snapshots[0], 'a snapshot of a set').volume)
}

function connections(hold: SnapshotHold | undefined): readonly StepId[] {
  return hold ? [stepId('connect-host', hold.server)] : []
}

function impactOf(hold: SnapshotHold | undefined): Impact {
  return hold?.how === 'unmount' ? 'downtime' : 'none'
}
