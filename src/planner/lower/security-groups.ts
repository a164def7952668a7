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
  const worn = hasRemovals ? wearersEnd(lowering) : new Map<string, readonly StepId[]>()
  const named = hasRemovals ? rulesEnd(lowering) : new Map<string, readonly StepId[]>()
  for (const decision of decisions.securityGroups.values()) lowerGroup(graph, decision, { worn, named })
}

function lowerGroup(
  graph: StepGraph,
  decision: SecurityGroupDecision,
  { worn, named }: { readonly worn: StepsById; readonly named: StepsById },
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
      const ends = worn.get(id) ?? []
      // Servers may be entered through its doors to the last.
      revokeRules(graph, address, id, decision.revokes, ends)
      graph.add('delete-security-group', address, { groupId: id }, { needs: [...ends, ...(named.get(id) ?? [])] })
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

function revokeRules(
  graph: StepGraph,
  address: Address,
  groupId: string,
  rules: readonly PlannedRule[],
  needs: readonly StepId[] = [],
): void {
  if (rules.length > 0) graph.add('revoke-ingress', address, { groupId, rules }, { needs })
}

/** Steps by a group's id. */
type StepsById = ReadonlyMap<string, readonly StepId[]>

/** What must be over before a group can go: the servers that wear it. EC2 answers DependencyViolation before (EC2 API, DeleteSecurityGroup). */
function wearersEnd(lowering: Lowering): StepsById {
  const endings = new Map<string, StepId[]>()
  for (const decision of lowering.decisions.servers.values()) {
    if (!('outlook' in decision)) continue
    for (const { live } of decision.ends) {
      for (const groupId of live.securityGroupIds)
        note(endings, groupId, terminationOf(lowering, live.address, live.id))
    }
    const stays = 'live' in decision ? decision.live.securityGroupIds : []
    for (const groupId of stays) note(endings, groupId, stepId('modify-server', decision.address))
  }
  return endings
}

/** And the rules that name it. */
function rulesEnd({ world }: Lowering): StepsById {
  const endings = new Map<string, StepId[]>()
  for (const { address, ingress } of world.live.securityGroups.values()) {
    for (const { source } of ingress) {
      if (source.kind === 'security-group') note(endings, source.groupId, stepId('revoke-ingress', address))
    }
  }
  return endings
}

function note(endings: Map<string, StepId[]>, groupId: string, step: StepId): void {
  const known = endings.get(groupId)
  if (known) known.push(step)
  else endings.set(groupId, [step])
}
