import { stepId } from '../../model/steps/step-id.js'
import type { StepId } from '../../model/steps/step.js'
import type { PlacementGroupDecision } from '../decide/placement/placement-group-decisions.js'
import { terminationOf } from './connection.js'
import type { Lowering } from './lowering.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the placement groups. */
export function lowerPlacementGroups(lowering: Lowering): void {
  for (const decision of lowering.decisions.placementGroups.values()) lowerPlacementGroup(lowering, decision)
}

function lowerPlacementGroup(lowering: Lowering, decision: PlacementGroupDecision): void {
  const { graph } = lowering
  const { address } = decision
  switch (decision.kind) {
    case 'create': {
      const { groupName, tags } = decision
      const { strategy, partitions, spreadLevel } = decision.spec
      graph.add('create-placement-group', address, { groupName, strategy, partitions, spreadLevel, tags })
      return
    }
    case 'keep':
    case 'update':
      addTagging(graph, address, decision.tagging, [])
      return
    case 'remove': {
      const { id, groupName } = decision.live
      graph.add('delete-placement-group', address, { groupId: id }, { needs: membersLeave(lowering, groupName) })
      return
    }
    case 'refuse':
  }
}

/** The steps after which no server of the stack is in a group: EC2 answers InvalidPlacementGroup.InUse before. */
function membersLeave(lowering: Lowering, groupName: string): readonly StepId[] {
  return [...lowering.decisions.servers.values()].flatMap((decision): readonly StepId[] => {
    if (!('outlook' in decision)) return []
    const isIn = ({ options }: { readonly options?: { readonly placement?: { readonly group?: string } } }) =>
      options?.placement?.group === groupName
    const ended = decision.ends.filter(({ live }) => isIn(live))
    const stays = 'live' in decision && isIn(decision.live) ? [stepId('modify-server', decision.address)] : []
    return [...ended.map(({ live }) => terminationOf(lowering, live.address, live.id)), ...stays]
  })
}
