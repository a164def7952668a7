import type { Address } from '../../../model/address.js'
import { recordTag } from '../../../model/copy-record.js'
import type { Impact } from '../../../model/change.js'
import type { StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { BlockCopy, BlockDecision, BlockEnd } from '../../decide/copies/block-decision.js'
import type { VolumeCopies } from '../../decide/copies/volume-copies.js'
import type { StepGraph } from '../../graph/step-graph.js'
import type { Lowering } from '../lowering.js'

/** Lowers what becomes of the rules that copy blocks. */
export function lowerBlocks({ graph, decisions }: Lowering): void {
  for (const decision of decisions.blocks.values()) lowerRule(graph, decision)
}

function lowerRule(graph: StepGraph, decision: BlockDecision): void {
  switch (decision.kind) {
    case 'create':
    case 'update':
      lowerCopy(graph, decision.address, decision.copy)
      return
    case 'keep':
    case 'leave':
    case 'refuse':
  }
}

/** A volume that is written by one rule and read by another is written first. */
function lowerCopy(graph: StepGraph, address: Address, copy: BlockCopy): void {
  const { source, destination, mayOverwrite, compress, rule, after } = copy
  const impact: Impact = copy.losesData ? 'data-loss' : 'none'
  graph.add(
    'copy-blocks',
    address,
    { source, destination, mayOverwrite, compress, tag: recordTag(address), rule },
    {
      needs: [
        ...arrival(source),
        ...arrival(destination),
        ...(after === undefined ? [] : [stepId('copy-blocks', after)]),
      ],
      impact,
    },
  )
}

/** The copies for which a volume rests. */
export function copiesOfVolume({ resting }: VolumeCopies, volume: Address): readonly StepId[] {
  return (resting.get(volume) ?? []).map((rule) => stepId('copy-blocks', rule))
}

/** What must be over before a device is read or written: it is there as the file says, and nothing uses it. */
function arrival({ volume, server }: BlockEnd): readonly StepId[] {
  const kinds = ['attach-volume', 'adopt-volume', 'modify-volume', 'unmount-volume', 'make-filesystem'] as const
  return [stepId('connect-host', server), ...kinds.map((kind) => stepId(kind, volume))]
}
