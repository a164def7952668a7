import { isAddress, type Address } from '../../model/address.js'
import type { StepId } from '../../model/steps/step.js'
import { partAddresses } from '../../model/kinds/network.js'
import { stepId } from '../../model/steps/step-id.js'
import type { Balancing, LoadBalancerDecision } from '../decide/load-balancers/load-balancer-decision.js'
import type { Lowering } from './lowering.js'
import { partReady, subnetReady } from './networks.js'
import { readySteps } from './readiness.js'
import { scalingChanges } from './scaling/scaling-steps.js'
import { copiesOnto } from './service/copies-onto.js'
import { addTagging } from './tagging.js'

/** A new target has to answer well once; so long may the program behind it take to start. */
const patienceSeconds = 300

/** Lowers what becomes of the load balancers, with the servers behind them. */
export function lowerLoadBalancers(lowering: Lowering): void {
  const copies = copiesOnto(lowering)
  for (const decision of lowering.decisions.loadBalancers.values()) lowerLoadBalancer(lowering, decision, copies)
}

function lowerLoadBalancer(
  lowering: Lowering,
  decision: LoadBalancerDecision,
  copies: ReadonlyMap<Address, readonly StepId[]>,
): void {
  const { graph } = lowering
  const { address } = decision
  switch (decision.kind) {
    case 'create':
    case 'replace': {
      const { wish, tags } = decision
      graph.add('create-load-balancer', address, { ...wish, tags }, { needs: placeMade(lowering, decision) })
      lowerTargets(lowering, decision, copies)
      return
    }
    case 'keep':
    case 'update': {
      const { wish, tags, carried, modifies } = decision
      if (modifies) {
        const fields = { ...wish, tags, instanceIds: carried }
        graph.add('modify-load-balancer', address, fields, { needs: placeMade(lowering, decision) })
      }
      lowerTargets(lowering, decision, copies)
      return
    }
    case 'remove':
      // Members of scaling groups drain before.
      graph.add('delete-load-balancer', address, decision.ends, { needs: scalingChanges(lowering), impact: 'downtime' })
      return
    case 'leave':
    case 'refuse':
  }
}

/** The steps after which its groups are there, and the subnets of the file with their ways out; one that faces the internet waits for the gateway too. */
function placeMade({ world }: Lowering, { wish }: Balancing): readonly StepId[] {
  const groups = wish.securityGroups.flatMap((group) => [
    stepId('create-security-group', group),
    stepId('authorize-ingress', group),
  ])
  const network = isAddress(wish.vpcId) ? wish.vpcId : world.live.networkNames.get(wish.vpcId)
  const open = network === undefined || wish.internal ? [] : partReady(partAddresses.gateway(network))
  return [...groups, ...wish.subnetIds.filter(isAddress).flatMap(subnetReady), ...open]
}

function targetName({ instanceId, port }: { readonly instanceId: string; readonly port: number | undefined }): string {
  return port === undefined ? instanceId : `${instanceId}:${port}`
}

function lowerTargets(
  lowering: Lowering,
  decision: Extract<LoadBalancerDecision, Balancing>,
  copies: ReadonlyMap<Address, readonly StepId[]>,
): void {
  const { graph, world } = lowering
  const { address, wish, registers, awaits, deregisters, ends, tagging } = decision
  const made = [stepId('create-load-balancer', address), stepId('modify-load-balancer', address)]
  const isAnswered = world.live.stack.hostsImpossible === undefined || world.live.stack.hostsLeftOut === true
  const settled: StepId[] = [...made]
  for (const server of registers) {
    const needs = [...made, ...readySteps(world, server), ...lowering.addressed(server), ...(copies.get(server) ?? [])]
    const { port } = wish
    const at = { suffix: server }
    settled.push(graph.add('register-target', address, { server, port }, { ...at, needs }))
  }
  const timeoutSeconds = patienceSeconds + 2 * wish.health.intervalSeconds
  for (const server of isAnswered ? [...registers, ...awaits] : []) {
    const needs = [...made, stepId('register-target', address, server)]
    const fields = { server, port: wish.port, timeoutSeconds }
    settled.push(graph.add('await-target', address, fields, { suffix: server, needs }))
  }
  const over: StepId[] = []
  for (const { targetGroupIds, instanceId, port, server } of deregisters) {
    // What is no server of the stack goes once those that the file names are there.
    const needs = server === undefined ? settled : [...made, ...lowering.service.mayLeave(server, instanceId)]
    const fields = { targetGroupIds, instanceId, ...(port !== undefined && { port }) }
    over.push(graph.add('deregister-target', address, fields, { suffix: targetName({ instanceId, port }), needs }))
  }
  if (ends.loadBalancerIds.length + ends.targetGroupIds.length > 0) {
    graph.add('delete-load-balancer', address, ends, { needs: [...settled, ...over, ...scalingChanges(lowering)] })
  }
  addTagging(graph, address, tagging, [...settled, ...over, stepId('delete-load-balancer', address)])
}
