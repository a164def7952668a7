import type { Address } from '../../../model/address.js'
import type { StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { Decisions } from '../../decide/decisions.js'

/** The steps by which servers leave their load balancers and are behind them again. */
export interface BalancedServers {
  /** After these an instance gets no traffic. */
  readonly left: (instanceId: string) => readonly StepId[]
  /** After these what has the address gets traffic. */
  readonly back: (server: Address) => readonly StepId[]
}

export function balancedServers({ loadBalancers }: Pick<Decisions, 'loadBalancers'>): BalancedServers {
  const leaving = new Map<string, StepId[]>()
  const coming = new Map<Address, StepId[]>()
  for (const decision of loadBalancers.values()) {
    if (!('registers' in decision)) continue
    const { address } = decision
    for (const { instanceId, port } of decision.deregisters) {
      if (port !== undefined) continue
      leaving.set(instanceId, [...(leaving.get(instanceId) ?? []), stepId('deregister-target', address, instanceId)])
    }
    for (const server of [...decision.registers, ...decision.awaits]) {
      coming.set(server, [...(coming.get(server) ?? []), ...inService(address, server)])
    }
  }
  return { left: (instanceId) => leaving.get(instanceId) ?? [], back: (server) => coming.get(server) ?? [] }
}

function inService(address: Address, server: Address): readonly StepId[] {
  return [stepId('register-target', address, server), stepId('await-target', address, server)]
}
