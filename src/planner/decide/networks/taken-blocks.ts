import { isInBlock } from '../../../core/cidr-block.js'
import { networkOf, type NetworkSpec } from '../../../model/kinds/network.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { World } from '../../world.js'
import { errorOf, inEntry } from '../decided.js'

/**
 * A new subnet whose addresses another one has that goes: EC2 makes it only when that has gone, and what lives there goes
 * only when it has a new place.
 */
export function takenBlock({ live, networks }: World, spec: NetworkSpec): Problem | undefined {
  if (spec.part !== 'subnet') return undefined
  for (const other of live.networks.values()) {
    if (other.part !== 'subnet' || networks.has(other.address) || networkOf(other.address) !== spec.network) continue
    if (!isInBlock(other.cidr, spec.cidr) && !isInBlock(spec.cidr, other.cidr)) continue
    const message = `${spec.address} is to have ${spec.cidr}, and ${other.address}, which goes, still has ${other.cidr}`
    const hint = 'give it another block, or take the old one out and apply first'
    return inEntry(errorOf(spec.address, 'PLAN_NETWORK_FIXED', message, hint), 'cidr')
  }
  return undefined
}
