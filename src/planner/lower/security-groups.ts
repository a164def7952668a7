import type { Address } from '../../model/address.js'
import type { PlannedRule, StepId } from '../../model/steps/step.js'
import type { SecurityGroupDecision } from '../decide/network/security-group-decisions.js'
import { stepId } from '../../model/steps/step-id.js'
import type { StepGraph } from '../graph/step-graph.js'
import { terminationOf } from './connection.js'
import type { Lowering } from './lowering.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the security groups. */
export function lowerSecurityGroups(lowering: Lowering): void {
  const { graph, decisions } = lowering
  const hasRemovals = [...decisions.securityGroups.values()].some(({ kind }) => kind === 'remove')
  const endings = hasRemovals ? endingsOf(lowering) : new Map<string, readonly StepId[]>()
  for (const decision of decisions.securityGroups.values()) lowerGroup(graph, decision, endings)
}

function lowerGroup(
  graph: StepGraph,
  decision: SecurityGroupDecision,
  endings: ReadonlyMap<string, readonly StepId[]>,
): void {
  const { address } = decision
  switch (decision.kind) {
    case 'create': {
      const { groupName, description, vpcId, tags, tagging } = decision
      const created = graph.add('create-security-group', address, { groupName, description, vpcId, tags })
      addRules(graph, address, decision.authorizes)
      addTagging(graph, address, tagging, [created, stepId('authorize-ingress', address)])
      return
    }
    case 'keep':
    case 'update':
      revokeRules(graph, address, decision.live.id, decision.revokes)
      addRules(graph, address, decision.authorizes)
      addTagging(graph, address, decision.tagging, [
        stepId('authorize-ingress', address),
        stepId('revoke-ingress', address),
      ])
      return
    case 'remove': {
      const { id } = decision.live
      revokeRules(graph, address, id, decision.revokes)
      graph.add('delete-security-group', address, { groupId: id }, { needs: endings.get(id) ?? [] })
      return
    }
    case 'refuse':
  }
}

function addRules(graph: StepGraph, address: Address, rules: readonly PlannedRule[]): void {
  if (rules.length === 0) return
  const peers = rules.flatMap(({ source }): StepId[] =>
    source.kind === 'security-group' ? [stepId('create-security-group', source.address)] : [],
  )
  graph.add('authorize-ingress', address, { rules }, { needs: [stepId('create-security-group', address), ...peers] })
}

function revokeRules(graph: StepGraph, address: Address, groupId: string, rules: readonly PlannedRule[]): void {
  if (rules.length > 0) graph.add('revoke-ingress', address, { groupId, rules })
}

/**
 * What must be over before a group can go, by its id: the servers that wear it and the rules that name it. EC2 answers
 * DependencyViolation before (EC2 API, DeleteSecurityGroup).
 */
function endingsOf(lowering: Lowering): ReadonlyMap<string, readonly StepId[]> {
  const endings = new Map<string, StepId[]>()
  const note = (groupId: string, ...steps: readonly StepId[]) => {
    const known = endings.get(groupId)
    if (known) known.push(...steps)
    else endings.set(groupId, [...steps])
  }
  for (const decision of lowering.decisions.servers.values()) {
    if (!('outlook' in decision)) continue
    for (const { live } of decision.ends) {
      for (const groupId of live.securityGroupIds) note(groupId, terminationOf(lowering, live.address, live.id))
    }
    const stays = 'live' in decision ? decision.live.securityGroupIds : []
    for (const groupId of stays) note(groupId, stepId('modify-server', decision.address))
  }
  for (const { address, ingress } of lowering.world.live.securityGroups.values()) {
    for (const { source } of ingress) {
      if (source.kind === 'security-group') note(source.groupId, stepId('revoke-ingress', address))
    }
  }
  return endings
}
