import { required } from '../../../core/assert.js'
import { addressOf, type Address } from '../../../model/address.js'
import { partAddresses, type EndpointSpec, type NetworkSpec, type Route } from '../../../model/kinds/network.js'
import type { UserTags } from '../../../model/tags.js'
import type { Context } from '../../context.js'
import { ignore } from '../../problem.js'
import { findNamed } from '../../references/declared-names.js'
import type { EndpointShape, NetworkShape, NetworkSubnetShape } from '../../shape/stack-shape.generated.js'
import { aclEntries } from './acl-entries.js'
import { natSubnets } from './nat-subnets.js'

const everywhere = '0.0.0.0/0'

/** Everything that a network is made of. */
export function partsOf(
  context: Context,
  network: Address,
  entry: NetworkShape,
  tags: UserTags,
): readonly NetworkSpec[] {
  const part = { network, tags }
  const subnets = subnetsOf(network, entry)
  const nats = natSubnets(entry)
  const isOpen = subnets.some(({ shape }) => shape.public === true)
  return [
    {
      ...part,
      part: 'vpc',
      address: network,
      cidr: required(entry.cidr, 'cidr'),
      dnsSupport: entry.dnsSupport ?? true,
      dnsHostnames: entry.dnsHostnames ?? entry.dnsSupport !== false,
    },
    ...(isOpen ? [{ ...part, part: 'gateway', address: partAddresses.gateway(network) } as const] : []),
    ...(entry.acl ? [aclPart(partAddresses.acl(network), entry.acl)] : []),
    ...subnets.flatMap(subnetParts),
    ...[...new Set(nats.values())].flatMap((name): readonly NetworkSpec[] =>
      natParts(partAddresses.subnet(network, name)),
    ),
    ...Object.keys(entry.endpoints ?? {}).map((name) => endpointPart(name, required(entry.endpoints?.[name], name))),
  ]

  function subnetParts({ address, name, shape }: Subnet): readonly NetworkSpec[] {
    const own = shape.acl ? partAddresses.acl(address) : undefined
    return [
      {
        ...part,
        part: 'subnet',
        address,
        cidr: required(shape.cidr, 'cidr'),
        zone: required(shape.zone, 'zone'),
        publicIps: shape.public ?? false,
        acl: own ?? (entry.acl ? partAddresses.acl(network) : undefined),
      },
      ...(shape.acl ? [aclPart(partAddresses.acl(address), shape.acl)] : []),
      {
        ...part,
        part: 'routes',
        address: partAddresses.routes(address),
        subnet: address,
        routes: routesOf(name, shape),
      },
    ]
  }

  function aclPart(address: Address, acl: Parameters<typeof aclEntries>[0]): NetworkSpec {
    return { ...part, part: 'acl', address, entries: aclEntries(acl) }
  }

  function routesOf(name: string, shape: NetworkSubnetShape): readonly Route[] {
    const nat = nats.get(name)
    const out =
      shape.public === true
        ? partAddresses.gateway(network)
        : nat === undefined
          ? undefined
          : partAddresses.nat(partAddresses.subnet(network, nat))
    const written = (shape.routes ?? []).map((route) => ({
      to: required(route?.to, 'to'),
      by: required(route?.by, 'by'),
    }))
    const routes = [...(out === undefined ? [] : [{ to: everywhere, by: out }]), ...written]
    return routes.toSorted((left, right) => (left.to < right.to ? -1 : 1))
  }

  function natParts(subnet: Address): readonly NetworkSpec[] {
    const allocation = partAddresses.natAddress(subnet)
    return [
      { ...part, part: 'nat-address', address: allocation },
      { ...part, part: 'nat', address: partAddresses.nat(subnet), subnet, allocation },
    ]
  }

  function endpointPart(name: string, shape: EndpointShape): EndpointSpec {
    const service = required(shape.service, 'service')
    const isRoute = isByRoute(shape)
    const groups = (shape.securityGroups ?? []).map((group) => findNamed(context, 'securityGroup', group ?? '', ignore))
    return {
      ...part,
      part: 'endpoint',
      address: partAddresses.endpoint(network, name),
      service,
      type: isRoute ? 'gateway' : 'interface',
      routeTables: isRoute ? subnets.map(({ address }) => partAddresses.routes(address)) : [],
      subnets: [...new Set(shape.subnets)]
        .map((one) => partAddresses.subnet(network, required(one, 'subnet')))
        .toSorted(),
      securityGroups: [...new Set(groups)].map((one) => addressOf('securityGroup', one ?? '')).toSorted(),
      privateDns: !isRoute && (shape.privateDns ?? true),
    }
  }
}

/** Two services are reached by a route where no subnet is named (PrivateLink Guide, "Gateway endpoints"). */
export function isByRoute({ service, subnets }: EndpointShape): boolean {
  return subnets === undefined && (service === 's3' || service === 'dynamodb')
}

interface Subnet {
  readonly address: Address
  readonly name: string
  readonly shape: NetworkSubnetShape
}

function subnetsOf(network: Address, { subnets }: NetworkShape): readonly Subnet[] {
  return Object.keys(subnets ?? {})
    .toSorted()
    .map((name) => ({ name, address: partAddresses.subnet(network, name), shape: required(subnets?.[name], name) }))
}
