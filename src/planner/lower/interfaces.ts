import type { Address } from '../../model/address.js'
import type { EnsureInterface, StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import type { InterfaceSpec, LiveInterface } from '../../model/kinds/network-interface.js'
import { isWantedElsewhere } from '../decide/interfaces/address-holders.js'
import type {
  InterfaceDecision,
  NewInterfaceDecision,
  StandingInterfaceDecision,
} from '../decide/interfaces/interface-decision.js'
import type { World } from '../world.js'
import { successorReady, terminationOf } from './connection.js'
import type { Lowering } from './lowering.js'
import { subnetReady } from './networks.js'
import { narrowedSteps } from './security-groups.js'
import { addressesFree, addressesLeft } from './servers/freed-addresses.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the interfaces beside those that servers are launched with. */
export function lowerInterfaces(lowering: Lowering): void {
  // Each takes the first place that is free: those of one server come one after another. Those that are made may get the
  // addresses of others, and come last.
  const before = new Map<Address, Address>()
  const decisions = [...lowering.decisions.interfaces.values()]
  for (const isMade of [false, true]) {
    for (const decision of decisions) {
      if ((decision.kind === 'create' || decision.kind === 'replace') !== isMade) continue
      lowerInterface(lowering, decision, before)
      if (isAttaching(decision)) before.set(decision.spec.server, decision.address)
    }
  }
}

function isAttaching(decision: InterfaceDecision): decision is NewInterfaceDecision | StandingInterfaceDecision {
  return 'spec' in decision && ('ends' in decision || decision.attaches)
}

function lowerInterface(lowering: Lowering, decision: InterfaceDecision, before: ReadonlyMap<Address, Address>): void {
  const { graph } = lowering
  const { address } = decision
  switch (decision.kind) {
    case 'create':
    case 'replace':
      if (decision.ends) {
        const { id, instanceId } = decision.ends
        const needs = endsLate(lowering, decision.ends) ? successorReady(lowering, decision.spec.server) : []
        graph.add('remove-interface', address, { interfaceId: id, instanceId }, { needs, impact: 'downtime' })
      }
      addEnsuring(lowering, decision, undefined, before)
      addTagging(graph, address, decision.tagging, [stepId('ensure-interface', address)])
      return
    case 'keep':
    case 'update':
      if (decision.changes) addEnsuring(lowering, decision, decision.live.id, before)
      addTagging(graph, address, decision.tagging, [stepId('ensure-interface', address)])
      return
    case 'remove': {
      const { live, server, isLast } = decision
      const { id: interfaceId, instanceId } = live
      const needs = isLast && server && instanceId ? [terminationOf(lowering, server, instanceId)] : []
      graph.add('remove-interface', address, { interfaceId, instanceId }, { needs })
      return
    }
    case 'leave':
    case 'refuse':
  }
}

function addEnsuring(
  lowering: Lowering,
  decision: NewInterfaceDecision | StandingInterfaceDecision,
  interfaceId: string | undefined,
  before: ReadonlyMap<Address, Address>,
): void {
  const { graph } = lowering
  const { address, spec, subnet, existingGroupIds } = decision
  const leaves = 'leaves' in decision ? decision.leaves : undefined
  const previous = isAttaching(decision) ? before.get(spec.server) : undefined
  const { privateIp, secondaryPrivateIps } = spec
  const free =
    interfaceId === undefined
      ? addressesFree(lowering, { address, subnetId: subnet.id, wanted: [privateIp, ...secondaryPrivateIps] })
      : addressesLeft(lowering, { address, subnetId: subnet.id, wanted: secondaryPrivateIps })
  const fields: Omit<EnsureInterface, 'kind' | 'id' | 'address' | 'needs' | 'impact'> = {
    interfaceId,
    ...(leaves !== undefined && { takesFrom: leaves }),
    server: spec.server,
    subnetId: subnet.made ? undefined : subnet.id,
    ...(subnet.made && { subnet: subnet.made.subnet }),
    securityGroups: spec.securityGroups,
    ...(existingGroupIds.length > 0 && { existingGroupIds }),
    privateIp,
    secondaryPrivateIps,
    sourceDestCheck: spec.sourceDestCheck,
    tags: 'tags' in decision ? decision.tags : {},
  }
  const needs = [
    stepId('remove-interface', address),
    ...free,
    ...(previous === undefined ? [] : [stepId('ensure-interface', previous)]),
    ...(leaves === undefined ? [] : lowering.service.left(spec.server, leaves)),
    ...(leaves === undefined ? [] : successorReady(lowering, spec.server)),
    stepId('create-server', spec.server),
    ...restingSteps(lowering, spec),
    ...(spec.subnet.kind === 'network' ? subnetReady(spec.subnet.address) : []),
    ...spec.securityGroups.flatMap((group) => [stepId('create-security-group', group), ...narrowedSteps(group)]),
  ]
  graph.add('ensure-interface', address, fields, { needs, ...(leaves !== undefined && { impact: 'downtime' }) })
}

/** Whether the old instance of its server keeps it until the new one is ready: nobody else waits for its addresses. */
function endsLate({ world }: Lowering, { address, privateIp, secondaryPrivateIps }: LiveInterface): boolean {
  return !isWantedElsewhere(world, address, [privateIp, ...secondaryPrivateIps])
}

/** EC2 attaches to what runs or is stopped. A new server that is to rest is stopped once it has what it was set up with. */
function restingSteps({ decisions }: Lowering, { server }: InterfaceSpec): readonly StepId[] {
  const isNew = decisions.servers.get(server)?.kind === 'create' || decisions.servers.get(server)?.kind === 'replace'
  return isNew ? [] : [stepId('stop-server', server), stepId('modify-server', server), stepId('start-server', server)]
}

/** The steps after which a server has its interfaces. */
export function interfacesReady({ spec }: World, server: Address): readonly StepId[] {
  return (spec.interfaces ?? [])
    .filter((one) => one.server === server)
    .map(({ address }) => stepId('ensure-interface', address))
}
