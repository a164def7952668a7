import type { InternetGateway, NatGateway, NetworkAcl, RouteTable, Subnet, Vpc, VpcEndpoint } from '@aws-sdk/client-ec2'
import type { KnownItems } from '../../tags/known-items.js'
import type { TaggedItem } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll, type FilterList } from '../../wire/pages.js'
import { readAddress } from '../elastic-ip/read-addresses.js'

/** How the parts of one kind are read; what is gone, or never came up, is no part. */
export interface PartReader<Item extends TaggedItem> extends KnownItems<Item> {
  readonly list: (api: Ec2Api, filters: FilterList) => Promise<readonly Item[]>
}

const vpc: PartReader<Vpc> = {
  prefix: 'vpc',
  idOf: ({ VpcId }) => VpcId,
  list: (api, filters) => readAll(api, 'DescribeVpcs', withFilters(filters), ({ Vpcs }) => Vpcs),
  readByIds: async (api, VpcIds) => (await api.call('DescribeVpcs', { VpcIds }, { isAbsenceBelieved: true })).Vpcs,
}

const subnet: PartReader<Subnet> = {
  prefix: 'subnet',
  idOf: ({ SubnetId }) => SubnetId,
  list: (api, filters) => readAll(api, 'DescribeSubnets', withFilters(filters), ({ Subnets }) => Subnets),
  readByIds: async (api, SubnetIds) =>
    (await api.call('DescribeSubnets', { SubnetIds }, { isAbsenceBelieved: true })).Subnets,
}

const gateway: PartReader<InternetGateway> = {
  prefix: 'igw',
  idOf: ({ InternetGatewayId }) => InternetGatewayId,
  list: (api, filters) =>
    readAll(api, 'DescribeInternetGateways', withFilters(filters), ({ InternetGateways }) => InternetGateways),
  readByIds: async (api, InternetGatewayIds) =>
    (await api.call('DescribeInternetGateways', { InternetGatewayIds }, { isAbsenceBelieved: true })).InternetGateways,
}

const routes: PartReader<RouteTable> = {
  prefix: 'rtb',
  idOf: ({ RouteTableId }) => RouteTableId,
  list: (api, filters) => readAll(api, 'DescribeRouteTables', withFilters(filters), ({ RouteTables }) => RouteTables),
  readByIds: async (api, RouteTableIds) =>
    (await api.call('DescribeRouteTables', { RouteTableIds }, { isAbsenceBelieved: true })).RouteTables,
}

const acl: PartReader<NetworkAcl> = {
  prefix: 'acl',
  idOf: ({ NetworkAclId }) => NetworkAclId,
  list: (api, filters) => readAll(api, 'DescribeNetworkAcls', withFilters(filters), ({ NetworkAcls }) => NetworkAcls),
  readByIds: async (api, NetworkAclIds) =>
    (await api.call('DescribeNetworkAcls', { NetworkAclIds }, { isAbsenceBelieved: true })).NetworkAcls,
}

const nat: PartReader<NatGateway> = {
  prefix: 'nat',
  idOf: ({ NatGatewayId }) => NatGatewayId,
  list: async (api, filters) => {
    const Filter = filtersOf(filters)
    const found = await readAll(api, 'DescribeNatGateways', { Filter }, ({ NatGateways }) => NatGateways)
    return found.filter(isStanding)
  },
  readByIds: async (api, NatGatewayIds) => {
    const output = await api.call('DescribeNatGateways', { NatGatewayIds }, { isAbsenceBelieved: true })
    return output.NatGateways?.filter(isStanding)
  },
}

const endpoint: PartReader<VpcEndpoint> = {
  prefix: 'vpce',
  idOf: ({ VpcEndpointId }) => VpcEndpointId,
  list: async (api, filters) => {
    const found = await readAll(api, 'DescribeVpcEndpoints', withFilters(filters), ({ VpcEndpoints }) => VpcEndpoints)
    return found.filter(isStanding)
  },
  readByIds: async (api, VpcEndpointIds) => {
    const output = await api.call('DescribeVpcEndpoints', { VpcEndpointIds }, { isAbsenceBelieved: true })
    return output.VpcEndpoints?.filter(isStanding)
  },
}

/** The parts that are read here, by what they are; the addresses of NAT gateways are read with all elastic addresses. */
export const partReaders = { vpc, subnet, gateway, routes, acl, nat, endpoint } as const

const ending = ['deleting', 'deleted', 'failed', 'rejected', 'expired']

/** States are written with a capital by some and without by others (EC2 API, NatGateway and VpcEndpoint). */
export function isStanding({ State = '' }: { readonly State?: string | undefined }): boolean {
  return !ending.includes(State.toLowerCase())
}

function withFilters(filters: FilterList) {
  return filters.length === 0 ? {} : { Filters: filtersOf(filters) }
}

/** A part by its id, whatever it is of. */
export async function readPart(api: Ec2Api, id: string): Promise<TaggedItem | undefined> {
  const readers: readonly PartReader<never>[] = Object.values(partReaders) as never
  const reader = readers.find(({ prefix }) => id.startsWith(`${prefix}-`))
  if (!reader) return readAddress(api, id)
  const found: readonly TaggedItem[] = (await reader.readByIds(api, [id])) ?? []
  return found[0]
}

export async function readVpc(api: Ec2Api, id: string): Promise<Vpc | undefined> {
  return (await api.call('DescribeVpcs', { VpcIds: [id] })).Vpcs?.find(({ VpcId }) => VpcId === id)
}

export async function readSubnet(api: Ec2Api, id: string): Promise<Subnet | undefined> {
  return (await api.call('DescribeSubnets', { SubnetIds: [id] })).Subnets?.find(({ SubnetId }) => SubnetId === id)
}

export async function readGateway(api: Ec2Api, id: string): Promise<InternetGateway | undefined> {
  const output = await api.call('DescribeInternetGateways', { InternetGatewayIds: [id] })
  return output.InternetGateways?.find(({ InternetGatewayId }) => InternetGatewayId === id)
}

export async function readRouteTable(api: Ec2Api, id: string): Promise<RouteTable | undefined> {
  const output = await api.call('DescribeRouteTables', { RouteTableIds: [id] })
  return output.RouteTables?.find(({ RouteTableId }) => RouteTableId === id)
}

export async function readAcl(api: Ec2Api, id: string): Promise<NetworkAcl | undefined> {
  const output = await api.call('DescribeNetworkAcls', { NetworkAclIds: [id] })
  return output.NetworkAcls?.find(({ NetworkAclId }) => NetworkAclId === id)
}

/** In whatever state; it is shown for about an hour after it was deleted. */
export async function readNatGateway(api: Ec2Api, id: string): Promise<NatGateway | undefined> {
  const output = await api.call('DescribeNatGateways', { NatGatewayIds: [id] })
  return output.NatGateways?.find(({ NatGatewayId }) => NatGatewayId === id)
}

export async function readEndpoint(api: Ec2Api, id: string): Promise<VpcEndpoint | undefined> {
  const output = await api.call('DescribeVpcEndpoints', { VpcEndpointIds: [id] })
  return output.VpcEndpoints?.find(({ VpcEndpointId }) => VpcEndpointId === id)
}
