import type { Address } from '../../../model/address.js'
import type { World } from '../../world.js'
import { isHeld } from '../decided.js'
import type { InterfaceDecision } from '../interfaces/interface-decision.js'
import type { NetworkDecision } from './network-decision.js'

/** Security groups, by id, of endpoints that stay although they are to go, with one such endpoint each: EC2 lets none of them go. */
export function wornByStaying(
  { live }: World,
  networks: ReadonlyMap<Address, NetworkDecision>,
  interfaces: ReadonlyMap<Address, InterfaceDecision>,
): ReadonlyMap<string, Address> {
  const worn = new Map<string, Address>()
  for (const decision of networks.values()) {
    const part = isHeld(decision) ? live.networks.get(decision.address) : undefined
    if (part?.part === 'endpoint') for (const id of part.groupIds) worn.set(id, part.address)
  }
  for (const decision of interfaces.values()) {
    const found = isHeld(decision) ? live.interfaces.get(decision.address) : undefined
    for (const id of found?.securityGroupIds ?? []) worn.set(id, decision.address)
  }
  return worn
}
