import type { Address } from '../../model/address.js'
import { elasticIpOf } from '../../model/kinds/elastic-ip.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import { freeingOf, type ElasticIpDecision, type Freeing } from '../decide/elastic-ips/elastic-ip-decision.js'
import { successorReady, terminationOf } from './connection.js'
import type { Lowering } from './lowering.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the elastic addresses. */
export function lowerElasticIps(lowering: Lowering): void {
  for (const decision of lowering.decisions.elasticIps.values()) lowerElasticIp(lowering, decision)
}

function lowerElasticIp(lowering: Lowering, decision: ElasticIpDecision): void {
  const { graph } = lowering
  const { address } = decision
  const settled = [stepId('allocate-address', address), stepId('associate-address', address)]
  switch (decision.kind) {
    case 'create':
      graph.add('allocate-address', address, { tags: decision.tags })
      addAssociation(lowering, address, undefined, decision.server)
      addTagging(graph, address, decision.tagging, settled)
      return
    case 'keep':
    case 'update':
      addFreeing(lowering, address, decision.live.id, decision.frees)
      if (decision.associates) addAssociation(lowering, address, decision.live.id, decision.server)
      addTagging(graph, address, decision.tagging, settled)
      return
    case 'remove':
      addFreeing(lowering, address, decision.live.id, decision.frees)
      graph.add(
        'release-address',
        address,
        { allocationId: decision.live.id },
        { needs: [stepId('disassociate-address', address)] },
      )
      return
    case 'leave':
    case 'refuse':
  }
}

/** EC2 associates with what runs or is stopped, and what leads to the server now goes first. */
function addAssociation(
  { graph, addressed }: Lowering,
  address: Address,
  allocationId: string | undefined,
  server: Address,
): void {
  const needs = [
    stepId('allocate-address', address),
    stepId('disassociate-address', address),
    stepId('create-server', server),
    stepId('start-server', server),
    ...addressed(server),
  ]
  graph.add('associate-address', address, { allocationId, server }, { needs })
}

/** An instance that goes takes the association with it: that is looked at when it has gone. */
function addFreeing(lowering: Lowering, address: Address, allocationId: string, freeing: Freeing | undefined): void {
  if (!freeing) return
  const { server, instanceId, when } = freeing
  lowering.graph.add(
    'disassociate-address',
    address,
    { allocationId, server, instanceId },
    { needs: freedAfter(lowering, freeing), impact: when === 'after-server' ? 'none' : 'downtime' },
  )
}

function freedAfter(lowering: Lowering, { server, instanceId, when }: Freeing): readonly StepId[] {
  switch (when) {
    case 'at-once':
      return []
    case 'after-server':
      return [terminationOf(lowering, server, instanceId)]
    case 'handed-over': {
      const { released, unmounted } = lowering.leaving(instanceId)
      const left = [
        ...unmounted.map((volume) => stepId('unmount-volume', volume)),
        ...released.map((volume) => stepId('detach-volume', volume)),
      ]
      return [...successorReady(lowering, server), ...left]
    }
  }
}

/**
 * The steps after which each server answers at the address that it keeps, and each instance at the one that it has until
 * it goes; none of them waits for anything to go.
 */
export function addressSteps(decisions: Iterable<ElasticIpDecision>): Pick<Lowering, 'addressed' | 'freed'> {
  const freed = new Map<string, StepId[]>()
  for (const decision of decisions) {
    const freeing = freeingOf(decision)
    if (freeing?.when !== 'at-once') continue
    for (const key of [freeing.server, freeing.instanceId]) {
      freed.set(key, [...(freed.get(key) ?? []), stepId('disassociate-address', decision.address)])
    }
  }
  return {
    addressed: (server) => [stepId('associate-address', elasticIpOf(server)), ...(freed.get(server) ?? [])],
    freed: (instanceId) => freed.get(instanceId) ?? [],
  }
}
