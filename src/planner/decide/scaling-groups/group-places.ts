import type { Address } from '../../../model/address.js'
import type { ScalingGroupSpec } from '../../../model/kinds/scaling-group.js'
import type { LiveImage } from '../../../model/launch/image.js'
import { subnetKey } from '../../../model/launch/subnet.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { World } from '../../world.js'
import { errorOf, inEntry } from '../decided.js'
import type { LoadBalancerDecision } from '../load-balancers/load-balancer-decision.js'
import { subnetFor } from '../networks/network-subnets.js'
import { defaultNetwork, groupProblems, typeProblems as typeProblemsIn } from '../servers/placement.js'

/** What of the places of its members is not there, or does not fit its security groups. */
export function placeProblems(
  world: World,
  spec: ScalingGroupSpec,
  image: LiveImage,
  balancers: ReadonlyMap<Address, LoadBalancerDecision>,
): readonly Problem[] {
  const { address, subnets = [], zones = [] } = spec
  const missing = subnets.filter((subnet) => subnetFor(world, subnet) === undefined)
  const unknown = zones.filter((zone) => !world.live.stack.zones.includes(zone))
  return [
    ...missing.map((subnet) =>
      inEntry(
        errorOf(
          address,
          'PLAN_SUBNET_NOT_FOUND',
          `no subnet fits ${subnetKey(subnet)}, which the file names for ${address}`,
        ),
        'subnets',
      ),
    ),
    ...unknown.map((zone) =>
      inEntry(
        errorOf(address, 'PLAN_ZONE_NOT_FOUND', `${address} cannot have members in ${zone}: there is no such zone`),
        'zones',
      ),
    ),
    ...typeProblems(world, spec, image),
    ...networksOf(world, spec).flatMap((network) => [
      ...groupProblems(world, spec, network),
      ...balancerProblems(spec, network, balancers),
    ]),
  ]
}

/** A type that EC2 does not know, or that is not for its image, or in none of its zones: members may live in a part of them. */
function typeProblems(world: World, spec: ScalingGroupSpec, { architecture }: LiveImage): readonly Problem[] {
  const all = zonesOf(world, spec).map((zone) => typeProblemsIn(world, spec, architecture, zone, 'type'))
  return all.every((problems) => problems.length > 0) ? (all[0] ?? []) : []
}

/** A target group takes instances of its own network alone (ELB API, RegisterTargets). */
function balancerProblems(
  { address, loadBalancer }: ScalingGroupSpec,
  network: string,
  balancers: ReadonlyMap<Address, LoadBalancerDecision>,
): readonly Problem[] {
  const decision = loadBalancer === undefined ? undefined : balancers.get(loadBalancer)
  if (!decision || !('wish' in decision) || decision.wish.vpcId === network) return []
  const message = `${address} is in the network ${network}, and ${decision.address} in ${decision.wish.vpcId}`
  const hint = 'name `subnets` of one network for both'
  return [inEntry(errorOf(address, 'PLAN_BALANCER_NETWORK', message, hint), 'loadBalancer')]
}

function networksOf(world: World, { subnets }: ScalingGroupSpec): readonly string[] {
  const found = subnets?.map((subnet) => subnetFor(world, subnet)?.vpcId) ?? [defaultNetwork(world)]
  return [...new Set(found.flatMap((network) => network ?? []))]
}

/** The zones in which its members are to live. */
export function zonesOf(world: World, { zones, subnets = [] }: ScalingGroupSpec): readonly string[] {
  return zones ?? subnets.flatMap((subnet) => subnetFor(world, subnet)?.zone ?? [])
}
