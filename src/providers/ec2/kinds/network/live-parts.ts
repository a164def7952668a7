import type {
  InternetGateway,
  NatGateway,
  NetworkAcl,
  NetworkAclEntry,
  Route as Ec2Route,
  RouteTable,
  Subnet,
  VpcEndpoint,
} from '@aws-sdk/client-ec2'
import type { AclEntry, LiveNetworkPart, LiveRoute, NetworkPart } from '../../../../model/kinds/network.js'
import type { Tagged } from '../../../../model/tags.js'
import { textOf } from '../../wire/text-of.js'
import { protocolNames } from './acl-entries.js'

/** What EC2 says of each part, in the model's words, without whose it is. */
type Facts<Part extends NetworkPart> = Omit<LiveNetworkPart<Part>, keyof Tagged>

export function subnetFacts(found: Subnet): Facts<'subnet'> {
  return {
    part: 'subnet',
    vpcId: found.VpcId ?? '',
    cidr: found.CidrBlock ?? '',
    zone: found.AvailabilityZone ?? '',
    publicIps: found.MapPublicIpOnLaunch === true,
  }
}

export function gatewayFacts({ Attachments = [] }: InternetGateway): Facts<'gateway'> {
  return { part: 'gateway', vpcId: textOf(Attachments.find(({ State }) => State !== 'detached')?.VpcId) }
}

export function routeTableFacts({ VpcId, Routes = [], Associations = [] }: RouteTable): Facts<'routes'> {
  return {
    part: 'routes',
    vpcId: VpcId ?? '',
    routes: Routes.flatMap((route) => writtenRoute(route) ?? []).sort((left, right) => (left.to < right.to ? -1 : 1)),
    subnetIds: Associations.flatMap(({ SubnetId }) => textOf(SubnetId) ?? []).sort(),
  }
}

/** Undefined for what EC2 puts there by itself: the network's own block, and what a gateway endpoint leads to (by a prefix list). */
export function writtenRoute(route: Ec2Route): LiveRoute | undefined {
  const to = textOf(route.DestinationCidrBlock) ?? textOf(route.DestinationIpv6CidrBlock)
  if (to === undefined || route.GatewayId === 'local') return undefined
  const by = [
    route.GatewayId,
    route.NatGatewayId,
    route.VpcPeeringConnectionId,
    route.TransitGatewayId,
    route.InstanceId,
    route.NetworkInterfaceId,
    route.EgressOnlyInternetGatewayId,
    route.LocalGatewayId,
    route.CarrierGatewayId,
    route.CoreNetworkArn,
  ].find((id) => textOf(id) !== undefined)
  const interfaceId = textOf(route.NetworkInterfaceId)
  const isByInstance = interfaceId !== undefined && by !== interfaceId
  return { to, by: by ?? '(nothing)', ...(isByInstance && { interfaceId }) }
}

/** Rules for addresses of IPv6, and the last one of all, which EC2 puts there and nobody takes away, are left out. */
export function aclFacts({ VpcId, Entries = [], Associations = [] }: NetworkAcl): Facts<'acl'> {
  return {
    part: 'acl',
    vpcId: VpcId ?? '',
    entries: Entries.flatMap((entry) => aclEntry(entry) ?? []).sort(
      (left, right) => Number(left.egress) - Number(right.egress) || left.number - right.number,
    ),
    subnetIds: Associations.flatMap(({ SubnetId }) => textOf(SubnetId) ?? []).sort(),
  }
}

/** VPC User Guide, "Network ACL rules": the rule whose number is an asterisk. */
const lastRule = 32_767

function aclEntry(entry: NetworkAclEntry): AclEntry | undefined {
  const { Egress = false, RuleNumber = 0, Protocol = '-1', PortRange, RuleAction, CidrBlock, Ipv6CidrBlock } = entry
  const cidr = textOf(CidrBlock) ?? textOf(Ipv6CidrBlock)
  if (RuleNumber >= lastRule || cidr === undefined) return undefined
  return {
    egress: Egress,
    number: RuleNumber,
    protocol: protocolNames[Protocol] ?? Protocol,
    fromPort: PortRange?.From ?? -1,
    toPort: PortRange?.To ?? -1,
    cidr,
    action: RuleAction === 'deny' ? 'deny' : 'allow',
  }
}

export function natFacts({ VpcId, SubnetId, NatGatewayAddresses = [] }: NatGateway): Facts<'nat'> {
  const first = NatGatewayAddresses.find(({ IsPrimary }) => IsPrimary === true) ?? NatGatewayAddresses[0]
  return { part: 'nat', vpcId: VpcId ?? '', subnetId: SubnetId ?? '', allocationId: first?.AllocationId ?? '' }
}

export function endpointFacts(found: VpcEndpoint, region: string): Facts<'endpoint'> {
  const own = `com.amazonaws.${region}.`
  const name = found.ServiceName ?? ''
  return {
    part: 'endpoint',
    vpcId: found.VpcId ?? '',
    service: name.startsWith(own) ? name.slice(own.length) : name,
    type: (found.VpcEndpointType ?? '').toLowerCase(),
    routeTableIds: [...(found.RouteTableIds ?? [])].sort(),
    subnetIds: [...(found.SubnetIds ?? [])].sort(),
    groupIds: (found.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []).sort(),
    privateDns: found.PrivateDnsEnabled === true,
  }
}

/** The full name of a service that a file names in short. */
export function serviceName(service: string, region: string): string {
  return service.includes('.') && /^[a-z]+\.[a-z]+\./.test(service) ? service : `com.amazonaws.${region}.${service}`
}
