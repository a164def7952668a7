import type { NetworkInterface } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import { parseAddress, type Address } from '../../../../model/address.js'
import type { LiveNetwork, NetworkTenant } from '../../../../model/kinds/network.js'
import { tagKeys } from '../../../../model/tags.js'
import { sortedByAddress } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import { withKnown } from '../../tags/known-items.js'
import { tagsOf, type TaggedItem } from '../../tags/tag-lists.js'
import { taggedAddress } from '../../tags/tagged-address.js'
import type { Ec2Api } from '../../wire/api.js'
import type { FilterList } from '../../wire/pages.js'
import { textOf } from '../../wire/text-of.js'
import { isNatAddress } from '../elastic-ip/observe-addresses.js'
import type { Ec2Address } from '../elastic-ip/read-addresses.js'
import type { Pending } from '../kind.js'
import { aclFacts, endpointFacts, gatewayFacts, natFacts, routeTableFacts, subnetFacts } from './live-parts.js'
import { partReaders, type PartReader } from './read-parts.js'
import { readStayingInterfaces, readVpcParts } from './read-tenants.js'
import { readVpcAttributes } from './vpc-attributes.js'

/** What tells whether the stack has had any, and the elastic addresses, among which those of NAT gateways are. */
interface Others {
  readonly launchTemplate: Pick<CloudFacts, 'ledger'>
  readonly elasticIp: readonly Ec2Address[] | undefined
}

/** Most stacks have none, and are spared the calls: undefined. One has a handful, and two for each network, whatever is in them. */
export async function describeNetworks(api: Ec2Api, query: CloudQuery, { launchTemplate }: Pending<Others>) {
  const { stack, networks, quietMs } = query
  const isAsked = networks !== undefined || quietMs !== undefined || mayHaveNetworks((await launchTemplate).ledger)
  if (!isAsked) return undefined
  const filters = [{ Name: `tag:${tagKeys.stack}`, Values: [stack] }]
  const [vpcs, subnets, gateways, tables, acls, nats, endpoints, region] = await Promise.all([
    readKnown(api, query, filters, partReaders.vpc).then((found) => readVpcAttributes(api, found)),
    readKnown(api, query, filters, partReaders.subnet),
    readKnown(api, query, filters, partReaders.gateway),
    readKnown(api, query, filters, partReaders.routes),
    readKnown(api, query, filters, partReaders.acl),
    readKnown(api, query, filters, partReaders.nat),
    readKnown(api, query, filters, partReaders.endpoint),
    api.region(),
  ])
  const staying = new Set<string | undefined>(networks)
  const isGoing = (item: TaggedItem) => !staying.has(taggedAddress(item))
  const places = [...vpcs.map(({ vpc }) => vpc), ...subnets].filter(isGoing).flatMap(({ VpcId }) => VpcId ?? [])
  const going = vpcs.map(({ vpc }) => vpc).filter(isGoing)
  const [interfaces, within] = await Promise.all([
    places.length === 0 ? undefined : readStayingInterfaces(api, [...new Set(places)].sort()),
    going.length === 0 ? [] : readVpcParts(api, going.flatMap(({ VpcId }) => VpcId ?? []).sort()),
  ])
  return { vpcs, subnets, gateways, tables, acls, nats, endpoints, region, interfaces, within }
}

/** A run that ended without a word may have made what an old reading of the ledger knows nothing of. */
function mayHaveNetworks(ledger: CloudFacts['ledger']): boolean {
  if (ledger === undefined) return false
  return ledger.epoch !== undefined || ledger.addresses.some((address) => parseAddress(address)?.kind === 'network')
}

async function readKnown<Item extends TaggedItem>(
  api: Ec2Api,
  query: CloudQuery,
  filters: FilterList,
  reader: PartReader<Item>,
): Promise<readonly Item[]> {
  return withKnown(api, query, await reader.list(api, filters), reader)
}

export function networkFacts(
  described: {
    readonly network: Awaited<ReturnType<typeof describeNetworks>>
    readonly elasticIp: readonly Ec2Address[] | undefined
  },
  census: Census,
): Pick<CloudFacts, 'networks' | 'networkTenants'> {
  const { network } = described
  if (network === undefined) return {}
  const { vpcs, subnets, gateways, tables, acls, nats, endpoints, region, interfaces, within } = network
  const addresses = (described.elasticIp ?? []).filter(isNatAddress)
  const parts: readonly (LiveNetwork | undefined)[] = [
    ...vpcs.map(({ vpc, ...attributes }) =>
      named(vpc.VpcId, vpc, { part: 'vpc' as const, cidr: vpc.CidrBlock ?? '', ...attributes }),
    ),
    ...subnets.map((one) => named(one.SubnetId, one, subnetFacts(one))),
    ...gateways.map((one) => named(one.InternetGatewayId, one, gatewayFacts(one))),
    ...tables.map((one) => named(one.RouteTableId, one, routeTableFacts(one))),
    ...acls.map((one) => named(one.NetworkAclId, one, aclFacts(one))),
    ...nats.map((one) => named(one.NatGatewayId, one, natFacts(one))),
    ...addresses.map((one) =>
      named(one.AllocationId, one, { part: 'nat-address' as const, publicIp: one.PublicIp ?? '' }),
    ),
    ...endpoints.map((one) => named(one.VpcEndpointId, one, endpointFacts(one, region))),
  ]
  return {
    networks: sortedByAddress(parts.filter((part) => part !== undefined)),
    ...(interfaces !== undefined && { networkTenants: [...interfaces.map(tenantOf), ...within] }),
  }

  function named<Facts extends object>(id: string | undefined, item: TaggedItem, facts: Facts) {
    const address: Address | undefined = census.addressOf('network', id, item)
    return address === undefined ? undefined : { address, id: id ?? '', tags: tagsOf(item.Tags), ...facts }
  }
}

function tenantOf(found: NetworkInterface): NetworkTenant {
  return {
    id: found.NetworkInterfaceId ?? '',
    vpcId: found.VpcId ?? '',
    subnetId: found.SubnetId ?? '',
    instanceId: textOf(found.Attachment?.InstanceId),
    type: found.InterfaceType ?? '',
    description: found.Description ?? '',
  }
}
