import type { Address } from '../../model/address.js'
import { elasticIpOf } from '../../model/kinds/elastic-ip.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import type { Decisions } from '../decide/decisions.js'
import { freeingOf } from '../decide/elastic-ips/elastic-ip-decision.js'
import type { ServerEnd } from '../decide/servers/server-end.js'

/** What the names of these steps are made from: every lowering has it. */
interface Decided {
  readonly decisions: Pick<Decisions, 'servers' | 'elasticIps'>
}

/** How an instance of a server ends; undefined where it stays, or is not of the plan. */
export function endOf({ decisions }: Decided, server: Address, instanceId: string): ServerEnd | undefined {
  const decision = decisions.servers.get(server)
  return decision && 'ends' in decision ? decision.ends.find(({ live }) => live.id === instanceId) : undefined
}

/**
 * What tells the steps of an instance that ends from those of the instance that has the address: nothing where the whole
 * server goes, its id where the address stays.
 */
export function endSuffix({ decisions }: Decided, server: Address, instanceId: string): { readonly suffix?: string } {
  const decision = decisions.servers.get(server)
  const isOnly = decision?.kind === 'remove' && decision.ends[0]?.live.id === instanceId
  const isStanding = decision !== undefined && 'live' in decision && decision.live.id === instanceId
  return isOnly || isStanding ? {} : { suffix: instanceId }
}

/** The step that stops an instance as it is now. */
export function stopNow(decided: Decided, server: Address, instanceId: string): StepId {
  return stepId('stop-server', server, endSuffix(decided, server, instanceId).suffix)
}

/** The step that ends an instance: one server has several where a replacement was cut off. */
export function terminationOf({ decisions }: Decided, server: Address, instanceId: string): StepId {
  const decision = decisions.servers.get(server)
  const isFirst = !decision || !('ends' in decision) || decision.ends[0]?.live.id === instanceId
  return stepId('terminate-server', server, isFirst ? undefined : instanceId)
}

/** Whether an instance goes last: another one has its address by then. */
export function isSucceeded({ decisions }: Decided, server: Address, instanceId: string): boolean {
  const decision = decisions.servers.get(server)
  if (decision?.kind === 'replace') return decision.order === 'launch-first'
  return decision !== undefined && 'live' in decision && decision.live.id !== instanceId
}

/**
 * The steps after which the successor of an instance can take over what that one has. Where it gets the address too, it
 * is entered at its own one before.
 */
export function successorReady(decided: Decided, server: Address): readonly StepId[] {
  const entered = isHandedAddress(decided, server)
    ? stepId('connect-host', server, ownAddress)
    : stepId('connect-host', server)
  return [stepId('create-server', server), stepId('start-server', server), entered]
}

/** Whether a server's own elastic address comes to it from the instance whose place it takes. */
export function isHandedAddress({ decisions }: Decided, server: Address): boolean {
  const decision = decisions.elasticIps.get(elasticIpOf(server))
  const freeing = decision && freeingOf(decision)
  return freeing?.when === 'handed-over' && freeing.server === server
}

/** Behind the id of the connection to a server at its own address, before it gets its elastic one. */
export const ownAddress = 'own-address'
