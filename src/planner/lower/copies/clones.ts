import { parseAddress, type Address } from '../../../model/address.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import { nameTag } from '../../../model/names.js'
import type { StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import { tagKeys } from '../../../model/tags.js'
import type { CloneDecision, CreateClone } from '../../decide/copies/clone-decision.js'
import type { StepGraph } from '../../graph/step-graph.js'
import type { World } from '../../world.js'
import type { Lowering } from '../lowering.js'
import { settled } from '../volumes.js'

/** Lowers what becomes of the rules that make clones. */
export function lowerClones({ graph, world, decisions }: Lowering): void {
  for (const decision of decisions.clones.values()) lowerRule(graph, world, decision)
  for (const [address, left] of world.live.snapshots) {
    // Of a rule that clones no more, or that the file no longer names.
    const isOfRule = parseAddress(address)?.kind === 'sync' && !decisions.clones.has(address)
    if (isOfRule) lowerLeftovers(graph, address, left, [])
  }
}

function lowerRule(graph: StepGraph, world: World, decision: CloneDecision): void {
  switch (decision.kind) {
    case 'create':
      lowerClone(graph, world, decision)
      return
    case 'update':
      lowerLeftovers(graph, decision.address, decision.leftovers, [])
      return
    case 'keep':
    case 'leave':
    case 'refuse':
  }
}

/** A snapshot of the source, which goes once the volume is made from it. */
function lowerClone(graph: StepGraph, world: World, decision: CreateClone): void {
  const { address, target, leftovers } = decision
  const step = lowerSnapshot(graph, world, decision)
  const made = stepId('create-volume', target)
  graph.add('delete-snapshot', address, { snapshotId: undefined, snapshotStep: step }, { needs: [step, made] })
  lowerLeftovers(graph, address, leftovers, [made])
}

/** A snapshot that is the rule's own, so that it is no version of the volume. */
function lowerSnapshot(graph: StepGraph, world: World, { address, source }: CreateClone): StepId {
  const { stack } = world.live.stack
  const { run } = world.options
  const { volume, volumeId, hold } = source
  return graph.add(
    'create-snapshot',
    address,
    {
      volumeId,
      bound: volume,
      description: `${nameTag(stack, volume)}, taken to be cloned`,
      tags: {
        [tagKeys.stack]: stack,
        [tagKeys.address]: address,
        [tagKeys.name]: nameTag(stack, address),
        ...(run === undefined ? {} : { [tagKeys.run]: run }),
      },
      ...(hold && { hold }),
    },
    { needs: [...settled(volume), ...(hold ? [stepId('connect-host', hold.server)] : [])] },
  )
}

/** Snapshots of an apply that was cut off. */
function lowerLeftovers(
  graph: StepGraph,
  address: Address,
  left: readonly LiveSnapshot[],
  needs: readonly StepId[],
): void {
  for (const { id } of left) graph.add('delete-snapshot', address, { snapshotId: id }, { needs, suffix: id })
}
