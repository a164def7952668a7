import type { Address } from '../../../model/address.js'
import type { LoadBalancerSpec, LiveLoadBalancer } from '../../../model/kinds/load-balancer.js'
import { networkOf, partAddresses } from '../../../model/kinds/network.js'
import { subnetKey, type LiveSubnet } from '../../../model/launch/subnet.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { World } from '../../world.js'
import { errorOf, inEntry } from '../decided.js'
import { subnetFor } from '../networks/network-subnets.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'

/** The subnets of a load balancer, one in each zone, or what is wrong with them. */
export type Place = { readonly subnets: readonly LiveSubnet[]; readonly vpcId: string } | { readonly problem: Problem }

export function placeOf(
  world: World,
  spec: LoadBalancerSpec,
  live: LiveLoadBalancer | undefined,
  servers: ServerOutlooks,
): Place {
  return spec.subnets === undefined ? defaultPlace(world, spec, live, servers) : namedPlace(world, spec)
}

/** An application load balancer stands in two zones at least (ELB API, CreateLoadBalancer). */
function leastOf({ kind }: LoadBalancerSpec): number {
  return kind === 'application' ? 2 : 1
}

function namedPlace(world: World, spec: LoadBalancerSpec): Place {
  const found: LiveSubnet[] = []
  for (const selector of spec.subnets ?? []) {
    const subnet = subnetFor(world, selector)
    const named = selector.kind === 'tag' ? `one tagged ${selector.key}=${selector.value}` : subnetKey(selector)
    if (!subnet) return wrong(spec, `there is no subnet ${named}`, 'see that it is in the region of the target')
    found.push(subnet)
  }
  const zones = new Set(found.map(({ zone }) => zone))
  const [first] = found
  if (zones.size < found.length) return wrong(spec, 'two of its subnets are in one zone', 'name one in each zone')
  if (zones.size < leastOf(spec)) return wrong(spec, 'its subnets are in one zone', 'name one in another zone too')
  if (new Set(found.map(({ vpcId }) => vpcId)).size > 1) {
    return wrong(spec, 'its subnets are of several VPCs', 'name subnets of the one in which its servers are')
  }
  const closed = closedNetwork(world, spec)
  if (closed !== undefined) {
    const hint = 'make one of its subnets `public: true`, or the load balancer `internal: true`'
    return wrong(spec, `${closed} has no way to the internet`, hint)
  }
  return { subnets: sorted(found), vpcId: first?.vpcId ?? '' }
}

/** A network of the file without an internet gateway takes internal load balancers alone (ELB API, CreateLoadBalancer: InvalidSubnet). */
function closedNetwork({ networks }: World, { internal, subnets = [] }: LoadBalancerSpec): Address | undefined {
  if (internal) return undefined
  return subnets
    .flatMap((subnet) => (subnet.kind === 'network' ? [networkOf(subnet.address)] : []))
    .find((network) => !networks.has(partAddresses.gateway(network)))
}

/** Those of its servers' zones, and as many more as it needs; what stands where it should stays there. */
function defaultPlace(
  { live: { stack }, spec: { scalingGroups = [] } }: World,
  spec: LoadBalancerSpec,
  live: LiveLoadBalancer | undefined,
  servers: ServerOutlooks,
): Place {
  const { defaultSubnets = [] } = stack
  const scaled = scalingGroups.filter(({ loadBalancer }) => loadBalancer === spec.address)
  const needed = new Set([
    ...spec.targets.servers.flatMap((server) => servers.get(server)?.zone ?? []),
    ...scaled.flatMap(({ zones = [] }) => zones),
  ])
  const present = defaultSubnets.filter(({ id }) => live?.balancers[0]?.subnetIds.includes(id))
  const isComplete = present.length >= leastOf(spec) && present.length === live?.balancers[0]?.subnetIds.length
  const covers = [...needed].every((zone) => present.some((subnet) => subnet.zone === zone))
  const first = isComplete && covers ? present : defaultSubnets.filter(({ zone }) => needed.has(zone))
  const others = defaultSubnets.filter((subnet) => !first.includes(subnet))
  const chosen = [...first, ...others.slice(0, Math.max(0, leastOf(spec) - first.length))]
  const lacking = [...needed].filter((zone) => !chosen.some((subnet) => subnet.zone === zone))
  if (chosen.length < leastOf(spec) || lacking.length > 0) {
    const where = lacking.length > 0 ? lacking.join(', ') : stack.region
    return wrong(spec, `${where} has no default subnet for it`, 'name its `subnets`')
  }
  return { subnets: sorted(chosen), vpcId: chosen[0]?.vpcId ?? '' }
}

function sorted(subnets: readonly LiveSubnet[]): readonly LiveSubnet[] {
  return subnets.toSorted((left, right) => (left.id < right.id ? -1 : 1))
}

function wrong({ address }: LoadBalancerSpec, what: string, hint: string): Place {
  return { problem: inEntry(errorOf(address, 'PLAN_BALANCER_NETWORK', `${address}: ${what}`, hint), 'subnets') }
}
