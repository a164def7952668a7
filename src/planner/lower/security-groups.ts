import type { Address } from '../../model/address.js'
import type { PlannedRule, StepId } from '../../model/steps/step.js'
import type { SecurityGroupDecision } from '../decide/network/security-group-decisions.js'
import type { Leave, Refuse } from '../decide/decided.js'
import { stepId } from '../../model/steps/step-id.js'
import type { StepGraph } from '../graph/step-graph.js'
import { terminationOf } from './connection.js'
import type { Lowering } from './lowering.js'
import { partReady } from './networks.js'
import { scalingSteps } from './scaling/scaling-steps.js'
import { addAdoption, addTagging } from './tagging.js'

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
      const { groupName, description, vpcId, network, tags, tagging } = decision
      const created = graph.add(
        'create-security-group',
        address,
        { groupName, description, vpcId, ...(network && { network }), tags },
        { needs: network ? partReady(network) : [] },
      )
      addRules(graph, decision, undefined)
      addTagging(graph, address, tagging, [created, ...ruledSteps(address)])
      return
    }
    case 'keep':
    case 'update': {
      const { live, ingress, egress, tagging } = decision
      const isRuled = [ingress, egress].some(({ authorizes, revokes }) => authorizes.length + revokes.length > 0)
      addRules(graph, decision, live.id, isRuled ? addAdoption(graph, decision) : [])
      addTagging(graph, address, tagging, ruledSteps(address))
      return
    }
    case 'remove': {
      const { id } = decision.live
      const ends = worn.get(id) ?? []
      // Servers may be entered through its doors to the last.
      addRules(graph, decision, id, ends)
      graph.add('delete-security-group', address, { groupId: id }, { needs: [...ends, ...(named.get(id) ?? [])] })
      return
    }
    case 'leave':
    case 'refuse':
  }
}

/** The steps by which the rules of a group come and go. */
function ruledSteps(group: Address): readonly StepId[] {
  return [
    stepId('authorize-ingress', group),
    stepId('revoke-ingress', group),
    stepId('authorize-egress', group),
    stepId('revoke-egress', group),
  ]
}

/** The steps after which a group lets nothing out but what the file says: nothing begins to run in it before. */
export function narrowedSteps(group: Address): readonly StepId[] {
  return [stepId('authorize-egress', group), stepId('revoke-egress', group)]
}

/** `groupId`: undefined for a group that this plan makes; `after`: what is over before anything is opened or closed. */
function addRules(
  graph: StepGraph,
  { address, ingress, egress }: GroupRules,
  groupId: string | undefined,
  after: readonly StepId[] = [],
): void {
  const needed = (rules: readonly PlannedRule[]) => [
    ...after,
    stepId('create-security-group', address),
    ...rules.flatMap(({ source }): StepId[] =>
      source.kind === 'security-group' ? [stepId('create-security-group', source.address)] : [],
    ),
  ]
  if (groupId !== undefined && ingress.revokes.length > 0)
    graph.add('revoke-ingress', address, { groupId, rules: ingress.revokes }, { needs: after })
  if (ingress.authorizes.length > 0)
    graph.add('authorize-ingress', address, { rules: ingress.authorizes }, { needs: needed(ingress.authorizes) })
  if (egress.authorizes.length > 0)
    graph.add('authorize-egress', address, { rules: egress.authorizes }, { needs: needed(egress.authorizes) })
  if (egress.revokes.length === 0) return
  // What is said to be let out stays so without a gap.
  const needs = [...after, stepId('create-security-group', address), stepId('authorize-egress', address)]
  const rules = egress.revokes
  graph.add('revoke-egress', address, { rules, ...(groupId !== undefined && { groupId }) }, { needs })
}

type GroupRules = Pick<Exclude<SecurityGroupDecision, Leave | Refuse>, 'address' | 'ingress' | 'egress'>

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
  for (const [address, { securityGroupIds }] of lowering.world.live.interfaces) {
    for (const groupId of securityGroupIds) {
      note(endings, groupId, stepId('remove-interface', address))
      note(endings, groupId, stepId('ensure-interface', address))
    }
  }
  for (const part of lowering.world.live.networks.values()) {
    for (const groupId of part.part === 'endpoint' ? part.groupIds : []) {
      note(endings, groupId, stepId('delete-network', part.address))
      note(endings, groupId, stepId('modify-network', part.address))
    }
  }
  for (const [address, decision] of lowering.decisions.loadBalancers) {
    for (const { securityGroupIds } of lowering.world.live.loadBalancers.get(address)?.balancers ?? []) {
      const steps = decision.kind === 'remove' ? ['delete-load-balancer' as const] : balancerChanges
      for (const groupId of securityGroupIds) for (const step of steps) note(endings, groupId, stepId(step, address))
    }
  }
  for (const { address, group } of lowering.world.live.scalingGroups.values()) {
    const steps = scalingSteps(address)
    for (const groupId of group?.template?.securityGroupIds ?? []) {
      for (const step of steps) note(endings, groupId, step)
    }
  }
  return endings
}

/** By these a load balancer that stays, or another in its place, takes off a group. */
const balancerChanges = ['modify-load-balancer', 'delete-load-balancer'] as const

/** And the rules that name it. */
function rulesEnd({ world }: Lowering): StepsById {
  const endings = new Map<string, StepId[]>()
  for (const { address, ingress, egress = [] } of world.live.securityGroups.values()) {
    for (const { source } of ingress)
      if (source.kind === 'security-group') note(endings, source.groupId, stepId('revoke-ingress', address))
    for (const { source } of egress)
      if (source.kind === 'security-group') note(endings, source.groupId, stepId('revoke-egress', address))
  }
  return endings
}

function note(endings: Map<string, StepId[]>, groupId: string, step: StepId): void {
  const known = endings.get(groupId)
  if (known) known.push(step)
  else endings.set(groupId, [step])
}
