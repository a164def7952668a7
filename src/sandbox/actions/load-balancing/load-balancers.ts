import { announceBalancers, provision } from '../../lifecycle/load-balancing/balancers.js'
import { newId } from '../../model/ids.js'
import { attributesOfBalancer, withBalancerAttributes } from '../../model/load-balancing/attributes.js'
import {
  hostedZones,
  newBalancerArn,
  newDnsName,
  type BalancerNode,
  type BalancerType,
  type LoadBalancer,
} from '../../model/load-balancing/records.js'
import type { Subnet } from '../../model/networks/network.js'
import { ApiError } from '../../wire/api-error.js'
import { integer, list, oneOf, oneOfMore, required, string, structure, tagList } from '../../wire/shape.js'
import { freePublicNumber, publicNumbersInUse } from '../../world/public-numbers.js'
import { defaultGroupOf } from '../../world/vpc.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { takeAddresses } from '../../world/private-addresses.js'
import { findBalancer, liveBalancers, pageOf } from './found.js'
import { checkName, readTagList } from './names.js'

const subnetMappings = list(structure({ SubnetId: string }))

export const createLoadBalancer = defineAction({
  name: 'CreateLoadBalancer',
  effect: 'writes',
  members: {
    Name: required(string),
    Subnets: list(string),
    SubnetMappings: subnetMappings,
    SecurityGroups: list(string),
    Scheme: oneOf('internet-facing', 'internal'),
    Type: oneOfMore(['application', 'network'], ['gateway']),
    IpAddressType: oneOfMore(['ipv4'], ['dualstack', 'dualstack-without-public-ipv4']),
    Tags: tagList,
  },
  run: async (parameters, world) => {
    const name = checkName('Load balancer', parameters.Name)
    const type = parameters.Type ?? 'application'
    const scheme = parameters.Scheme ?? 'internet-facing'
    const tags = readTagList(parameters.Tags)
    const subnets = chooseSubnets(world, type, subnetIdsOf(parameters))
    const vpcId = subnets[0]?.vpcId ?? ''
    checkGateway(world, scheme, vpcId)
    const securityGroupIds = chooseGroups(world, type, vpcId, parameters.SecurityGroups)
    const wanted = { name, type, scheme, vpcId, securityGroupIds } as const
    const same = liveBalancers(world).find((balancer) => balancer.name === name)
    if (same) {
      if (isLike(same, wanted, subnets)) return { LoadBalancers: [render(world, same)] }
      const message = `A load balancer with the same name '${name}' exists, but with different settings`
      throw new ApiError('DuplicateLoadBalancerName', message)
    }
    const id = newBalancerArn(world, type, name)
    const balancer = world.loadBalancers.put({
      id,
      sequence: world.nextSequence(),
      ...wanted,
      nodes: newNodes(world, scheme, subnets),
      state: 'provisioning',
      dnsName: newDnsName(world, { type, scheme, name, id }),
      attributes: {},
      createdAtMs: world.now(),
      deletedAtMs: undefined,
    })
    world.tags.put(id, tags)
    await announceBalancers(world)
    provision(world, id)
    return { LoadBalancers: [render(world, balancer)] }
  },
})

interface SubnetChoice {
  readonly Subnets?: readonly string[] | undefined
  readonly SubnetMappings?: readonly { readonly SubnetId?: string | undefined }[] | undefined
}

function subnetIdsOf({ Subnets = [], SubnetMappings = [] }: SubnetChoice): readonly string[] {
  if (Subnets.length > 0 && SubnetMappings.length > 0) {
    throw new ApiError('ValidationError', 'You must specify either subnets or subnet mappings, but not both')
  }
  return [...Subnets, ...SubnetMappings.map(({ SubnetId = '' }) => SubnetId)]
}

function chooseSubnets(world: World, type: BalancerType, ids: readonly string[]): readonly Subnet[] {
  const subnets = [...new Set(ids)].map((id) => {
    const subnet = world.subnets.get(id)
    if (subnet) return subnet
    throw new ApiError('SubnetNotFound', `The subnet ID '${id}' does not exist`)
  })
  const zones = new Set(subnets.map(({ zone }) => zone))
  const needed = type === 'application' ? 2 : 1
  if (zones.size < needed) {
    const message =
      needed === 2
        ? 'At least two subnets in two different Availability Zones must be specified'
        : 'At least one subnet must be specified'
    throw new ApiError('ValidationError', message)
  }
  if (zones.size < subnets.length) {
    const message = 'A load balancer cannot be attached to multiple subnets in the same Availability Zone'
    throw new ApiError('InvalidConfigurationRequest', message)
  }
  if (new Set(subnets.map(({ vpcId }) => vpcId)).size > 1) {
    throw new ApiError('InvalidConfigurationRequest', 'The subnets must belong to the same VPC')
  }
  return subnets
}

function checkGateway(world: World, scheme: LoadBalancer['scheme'], vpcId: string): void {
  if (scheme === 'internal' || world.internetGateways.withKey(vpcId).length > 0) return
  throw new ApiError('InvalidSubnet', `VPC ${vpcId} has no internet gateway`)
}

function chooseGroups(
  world: World,
  type: BalancerType,
  vpcId: string,
  ids: readonly string[] | undefined,
): readonly string[] {
  if (ids === undefined || ids.length === 0) {
    const group = type === 'application' ? defaultGroupOf(world, vpcId) : undefined
    return group ? [group.id] : []
  }
  for (const id of ids) {
    const group = world.securityGroups.get(id)
    if (!group) throw new ApiError('InvalidSecurityGroup', `The security group '${id}' does not exist`)
    if (group.vpcId !== vpcId) {
      const message = `The security group '${id}' does not belong to VPC '${vpcId}'`
      throw new ApiError('InvalidConfigurationRequest', message)
    }
  }
  return [...new Set(ids)]
}

function isLike(
  balancer: LoadBalancer,
  wanted: Pick<LoadBalancer, 'type' | 'scheme' | 'securityGroupIds'>,
  subnets: readonly Subnet[],
): boolean {
  return (
    balancer.type === wanted.type &&
    balancer.scheme === wanted.scheme &&
    sameSet(balancer.securityGroupIds, wanted.securityGroupIds) &&
    sameSet(
      balancer.nodes.map(({ subnetId }) => subnetId),
      subnets.map(({ id }) => id),
    )
  )
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return [...left].sort().join(' ') === [...right].sort().join(' ')
}

function newNodes(world: World, scheme: LoadBalancer['scheme'], subnets: readonly Subnet[]): readonly BalancerNode[] {
  const taken = publicNumbersInUse(world)
  return subnets.map((subnet) => {
    const publicNumber = scheme === 'internal' ? undefined : freePublicNumber(world, taken)
    if (publicNumber !== undefined) taken.add(publicNumber)
    return {
      subnetId: subnet.id,
      zone: subnet.zone,
      networkInterfaceId: newId('eni'),
      privateIp: takeAddresses(world, subnet, 1, undefined)[0] ?? '',
      publicNumber,
    }
  })
}

export const describeLoadBalancers = defineAction({
  name: 'DescribeLoadBalancers',
  effect: 'reads',
  members: { LoadBalancerArns: list(string), Names: list(string), Marker: string, PageSize: integer },
  run: ({ LoadBalancerArns = [], Names = [], ...request }, world) => {
    if (LoadBalancerArns.length > 0 && Names.length > 0) {
      throw new ApiError(
        'ValidationError',
        'Load balancer names and load balancer ARNs cannot be specified at the same time',
      )
    }
    const all = liveBalancers(world)
    const missing = [
      ...LoadBalancerArns.filter((arn) => !all.some(({ id }) => id === arn)),
      ...Names.filter((name) => !all.some((balancer) => balancer.name === name)),
    ]
    if (missing.length > 0)
      throw new ApiError('LoadBalancerNotFound', `Load balancers '[${missing.join(', ')}]' not found`)
    const isAsked = ({ id, name }: LoadBalancer) =>
      LoadBalancerArns.length + Names.length === 0 || LoadBalancerArns.includes(id) || Names.includes(name)
    const { items, marker } = pageOf(all.filter(isAsked), request)
    return { LoadBalancers: items.map((balancer) => render(world, balancer)), NextMarker: marker }
  },
})

function render(world: World, balancer: LoadBalancer) {
  return {
    LoadBalancerArn: balancer.id,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: hostedZones[world.region.name]?.[balancer.type],
    CreatedTime: new Date(balancer.createdAtMs),
    LoadBalancerName: balancer.name,
    Scheme: balancer.scheme,
    VpcId: balancer.vpcId,
    State: { Code: balancer.state },
    Type: balancer.type,
    AvailabilityZones: renderZones(balancer),
    SecurityGroups: balancer.securityGroupIds,
    IpAddressType: 'ipv4',
  }
}

function renderZones({ nodes }: LoadBalancer) {
  return nodes.map(({ zone, subnetId }) => ({ ZoneName: zone, SubnetId: subnetId, LoadBalancerAddresses: [] }))
}

/** One that is not there has been deleted already, and that is no error (ELB API reference, DeleteLoadBalancer). */
export const deleteLoadBalancer = defineAction({
  name: 'DeleteLoadBalancer',
  effect: 'writes',
  members: { LoadBalancerArn: required(string) },
  run: async ({ LoadBalancerArn }, world) => {
    const balancer = world.loadBalancers.get(LoadBalancerArn)
    if (balancer === undefined || balancer.deletedAtMs !== undefined) return {}
    if (attributesOfBalancer(balancer)['deletion_protection.enabled'] === 'true') {
      const message = `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`
      throw new ApiError('OperationNotPermitted', message)
    }
    for (const { id } of world.listeners.withKey(balancer.id)) {
      world.listeners.delete(id)
      world.tags.delete(id)
    }
    world.tags.delete(balancer.id)
    world.loadBalancers.put({ ...balancer, deletedAtMs: world.now() })
    await announceBalancers(world)
    return {}
  },
})

export const describeLoadBalancerAttributes = defineAction({
  name: 'DescribeLoadBalancerAttributes',
  effect: 'reads',
  members: { LoadBalancerArn: required(string) },
  run: ({ LoadBalancerArn }, world) => ({
    Attributes: renderAttributes(attributesOfBalancer(findBalancer(world, LoadBalancerArn))),
  }),
})

export const modifyLoadBalancerAttributes = defineAction({
  name: 'ModifyLoadBalancerAttributes',
  effect: 'writes',
  members: { LoadBalancerArn: required(string), Attributes: required(tagList) },
  run: async ({ LoadBalancerArn, Attributes }, world) => {
    const balancer = findBalancer(world, LoadBalancerArn)
    const attributes = withBalancerAttributes(balancer, Attributes)
    const changed = world.loadBalancers.put({ ...balancer, attributes })
    await announceBalancers(world)
    return { Attributes: renderAttributes(attributesOfBalancer(changed)) }
  },
})

export function renderAttributes(attributes: Readonly<Record<string, string>>) {
  return Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }))
}

/** A network load balancer that was made without groups never gets any (ELB API reference, SetSecurityGroups). */
export const setSecurityGroups = defineAction({
  name: 'SetSecurityGroups',
  effect: 'writes',
  members: { LoadBalancerArn: required(string), SecurityGroups: required(list(string)) },
  run: async ({ LoadBalancerArn, SecurityGroups }, world) => {
    const balancer = findBalancer(world, LoadBalancerArn)
    if (balancer.type === 'network' && balancer.securityGroupIds.length === 0) {
      const message = 'You cannot set security groups of a load balancer that was created without any'
      throw new ApiError('InvalidConfigurationRequest', message)
    }
    const securityGroupIds = chooseGroups(world, balancer.type, balancer.vpcId, SecurityGroups)
    world.loadBalancers.put({ ...balancer, securityGroupIds })
    await announceBalancers(world)
    return { SecurityGroupIds: securityGroupIds }
  },
})

/** What stands in a subnet that stays keeps its addresses. */
export const setSubnets = defineAction({
  name: 'SetSubnets',
  effect: 'writes',
  members: { LoadBalancerArn: required(string), Subnets: list(string), SubnetMappings: subnetMappings },
  run: async (parameters, world) => {
    const balancer = findBalancer(world, parameters.LoadBalancerArn)
    const subnets = chooseSubnets(world, balancer.type, subnetIdsOf(parameters))
    if (subnets.some(({ vpcId }) => vpcId !== balancer.vpcId)) {
      throw new ApiError('InvalidConfigurationRequest', 'The subnets must belong to the VPC of the load balancer')
    }
    const kept = balancer.nodes.filter(({ subnetId }) => subnets.some(({ id }) => id === subnetId))
    const added = subnets.filter(({ id }) => !kept.some(({ subnetId }) => subnetId === id))
    const nodes = [...kept, ...newNodes(world, balancer.scheme, added)]
    const changed = world.loadBalancers.put({ ...balancer, nodes })
    await announceBalancers(world)
    return { AvailabilityZones: renderZones(changed) }
  },
})
