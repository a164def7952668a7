import { isAddress, type Address } from '../../model/address.js'
import { networkOf, partAddresses, type LiveNetwork, type NetworkSpec } from '../../model/kinds/network.js'
import type { NetworkMaking, NetworkWork } from '../../model/kinds/network-work.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import type { NetworkDecision, RemoveNetworkDecision } from '../decide/networks/network-decision.js'
import { terminationOf } from './connection.js'
import type { Lowering } from './lowering.js'
import { scalingChanges } from './scaling/scaling-steps.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the parts of networks: they come in the order in which they name one another, and go in EC2's. */
export function lowerNetworks(lowering: Lowering): void {
  const { decisions } = lowering
  const going = [...decisions.networks.values()].filter((decision) => decision.kind === 'remove')
  for (const decision of decisions.networks.values()) lowerPart(lowering, decision, going)
}

function lowerPart(lowering: Lowering, decision: NetworkDecision, going: readonly RemoveNetworkDecision[]): void {
  const { graph } = lowering
  const { address } = decision
  switch (decision.kind) {
    case 'create': {
      const { making, tags, work, tagging } = decision
      graph.add('create-network', address, { making, tags }, { needs: neededToMake(decision.spec, making) })
      if (work) addWork(lowering, decision.spec, undefined, work)
      addTagging(graph, address, tagging, partReady(address))
      return
    }
    case 'keep':
    case 'update':
      if (decision.work) addWork(lowering, decision.spec, decision.live.id, decision.work)
      addTagging(graph, address, decision.tagging, partReady(address))
      return
    case 'remove': {
      const { part, id: partId } = decision.live
      graph.add('delete-network', address, { part, partId }, { needs: neededToGo(lowering, decision.live, going) })
      return
    }
    case 'leave':
    case 'refuse':
  }
}

function addWork({ graph }: Lowering, spec: NetworkSpec, partId: string | undefined, work: NetworkWork): void {
  const needs = [stepId('create-network', spec.address), ...addressesIn(work).flatMap(readySteps)]
  graph.add('modify-network', spec.address, { partId, work }, { needs })
}

/** A NAT gateway is made where the way to the internet is open already: it fails to come up where it is not. */
function neededToMake(spec: NetworkSpec, making: NetworkMaking): readonly StepId[] {
  const open = spec.part === 'nat' ? [partAddresses.gateway(spec.network), partAddresses.routes(spec.subnet)] : []
  return [...addressesIn(making), ...open].flatMap(readySteps)
}

/** The steps after which something that a part of a network names is there, and as it is to be. */
function readySteps(address: Address): readonly StepId[] {
  return address.startsWith('securityGroup.') ? [stepId('create-security-group', address)] : partReady(address)
}

/** The steps after which a part is there, and as the file says. */
export function partReady(part: Address): readonly StepId[] {
  return [stepId('create-network', part), stepId('modify-network', part)]
}

/** The steps after which servers can live in a subnet: it has its ways out, and the rules at its border. */
export function subnetReady(subnet: Address): readonly StepId[] {
  return [subnet, partAddresses.routes(subnet)].flatMap(partReady)
}

/**
 * What must be over before a part can go. EC2 answers DependencyViolation before: a gateway waits for public addresses, a subnet
 * for what has an address in it, and the network for everything (VPC User Guide, "Delete your VPC").
 */
function neededToGo(lowering: Lowering, live: LiveNetwork, going: readonly RemoveNetworkDecision[]): readonly StepId[] {
  const { decisions } = lowering
  const network = networkOf(live.address)
  const parts = [...decisions.networks.values()].filter(({ address }) => networkOf(address) === network)
  const gone = (...kinds: readonly LiveNetwork['part'][]) =>
    going
      .filter(({ address, live: { part } }) => networkOf(address) === network && kinds.includes(part))
      .map(({ address }) => stepId('delete-network', address))
  const changed = parts.map(({ address }) => stepId('modify-network', address))
  switch (live.part) {
    case 'endpoint':
    case 'nat':
      return [...changed, ...ended(lowering, 'vpcId', live.vpcId)]
    case 'nat-address':
      return gone('nat')
    case 'subnet':
      return [...changed, ...gone('endpoint', 'nat'), ...ended(lowering, 'subnetId', live.id)]
    case 'gateway':
      return [...changed, ...gone('nat', 'nat-address'), ...ended(lowering, 'vpcId', live.vpcId), ...released(lowering)]
    case 'routes':
    case 'acl':
      return [...changed, ...gone('endpoint', 'subnet')]
    case 'vpc':
      return [
        ...gone('endpoint', 'nat', 'subnet', 'gateway', 'routes', 'acl'),
        ...ended(lowering, 'vpcId', live.id),
        ...[...decisions.securityGroups.keys()].map((group) => stepId('delete-security-group', group)),
      ]
  }
}

/** The ends of the instances and load balancers that live there now. */
function ended(lowering: Lowering, key: 'vpcId' | 'subnetId', id: string | undefined): readonly StepId[] {
  const balancers = [...lowering.world.live.loadBalancers.values()].flatMap(({ address, balancers: live }) =>
    live.some(({ vpcId, subnetIds }) => (key === 'vpcId' ? vpcId === id : subnetIds.includes(id ?? '')))
      ? [stepId('delete-load-balancer', address), stepId('modify-load-balancer', address)]
      : [],
  )
  const interfaces = [...lowering.world.live.interfaces.values()].flatMap((live) =>
    live[key] === id ? [stepId('remove-interface', live.address), stepId('ensure-interface', live.address)] : [],
  )
  const instances = [...lowering.decisions.servers.values()].flatMap((decision) =>
    'ends' in decision
      ? decision.ends
          .filter(({ live }) => live[key] === id)
          .map(({ live }) => terminationOf(lowering, decision.address, live.id))
      : [],
  )
  return [...instances, ...interfaces, ...balancers, ...scalingChanges(lowering)]
}

/** An elastic address that leads to what stays there holds the gateway too. */
function released({ decisions }: Lowering): readonly StepId[] {
  return [...decisions.elasticIps.keys()].map((elasticIp) => stepId('disassociate-address', elasticIp))
}

/** The addresses in a value, at any depth. */
function addressesIn(value: unknown): readonly Address[] {
  if (typeof value === 'string') return isAddress(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(addressesIn)
}
