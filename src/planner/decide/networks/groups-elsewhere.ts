import type { Address } from '../../../model/address.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { World } from '../../world.js'
import { errorOf } from '../decided.js'

/** A live security group that is to be of another network than it is: it never leaves its own. */
export function groupElsewhere(
  { live }: World,
  address: Address,
  group: Address,
  network: Address,
): Problem | undefined {
  const found = live.securityGroups.get(group)
  if (!found || found.vpcId === live.networks.get(network)?.id) return undefined
  const whose = address === group ? address : `${group}, which ${address} names,`
  const message = `${whose} is in the network ${found.vpcId}, and not in ${network}`
  const hint = 'a security group stays in the network that it was made in: write another entry under `securityGroups`'
  return errorOf(address, 'PLAN_GROUP_IN_OTHER_NETWORK', message, hint)
}
