import type { Address } from '../address.js'
import type { Mutabilities } from '../property-change.js'
import type { Tagged, UserTags } from '../tags.js'

/**
 * A network is made of parts, each a resource of EC2's and an address of its own: `network.lab` is the VPC, `network.lab.a` a
 * subnet, `network.lab.a.routes` its route table. What a part needs of another it names by address.
 */
export type NetworkSpec =
  | VpcSpec
  | SubnetSpec
  | GatewaySpec
  | RouteTableSpec
  | NetworkAclSpec
  | NatAddressSpec
  | NatGatewaySpec
  | EndpointSpec

export type NetworkPart = NetworkSpec['part']

interface PartSpec {
  readonly address: Address
  /** The network that it is of: `network.lab`. */
  readonly network: Address
  readonly tags: UserTags
}

export interface VpcSpec extends PartSpec {
  readonly part: 'vpc'
  readonly cidr: string
  readonly dnsSupport: boolean
  readonly dnsHostnames: boolean
}

export interface SubnetSpec extends PartSpec {
  readonly part: 'subnet'
  readonly cidr: string
  readonly zone: string
  /** Whether a server that is launched there gets a public address. */
  readonly publicIps: boolean
  /** Undefined: the file says nothing of it, and it keeps the one that it has, where that is none of the stack's. */
  readonly acl: Address | undefined
}

/** The way to the internet and back. */
export interface GatewaySpec extends PartSpec {
  readonly part: 'gateway'
}

/** The route table of one subnet. */
export interface RouteTableSpec extends PartSpec {
  readonly part: 'routes'
  readonly subnet: Address
  readonly routes: readonly Route[]
}

export interface Route {
  /** An address block. */
  readonly to: string
  /** The address of a part that leads there, or the id of what the file names from outside. */
  readonly by: string
}

export interface LiveRoute extends Route {
  /** Of a route by an instance: its network interface. EC2 tells both, whichever of them the route was made with. */
  readonly interfaceId?: string
}

export interface NetworkAclSpec extends PartSpec {
  readonly part: 'acl'
  readonly entries: readonly AclEntry[]
}

/** The first that fits decides; numbers are the order. */
export interface AclEntry {
  readonly egress: boolean
  readonly number: number
  /** `tcp`, `udp`, `icmp`, `all`, or another by its number. */
  readonly protocol: string
  /** Inclusive; -1 where the protocol has none. */
  readonly fromPort: number
  readonly toPort: number
  readonly cidr: string
  readonly action: 'allow' | 'deny'
}

/** The elastic address of a NAT gateway. */
export interface NatAddressSpec extends PartSpec {
  readonly part: 'nat-address'
}

/** The way out for what has no public address. */
export interface NatGatewaySpec extends PartSpec {
  readonly part: 'nat'
  /** The public subnet in which it stands. */
  readonly subnet: Address
  readonly allocation: Address
}

/** A way to a service of AWS that does not lead over the internet. */
export interface EndpointSpec extends PartSpec {
  readonly part: 'endpoint'
  /** `s3`, or in full where it is none of AWS's own in the region. */
  readonly service: string
  /** `gateway`: a route in `routeTables`; `interface`: an address in `subnets`, behind `securityGroups`. */
  readonly type: 'gateway' | 'interface'
  readonly routeTables: readonly Address[]
  readonly subnets: readonly Address[]
  readonly securityGroups: readonly Address[]
  readonly privateDns: boolean
}

/** A part as it is, in EC2's ids. What is being deleted, or failed to be made, is left out. */
export type LiveNetwork = Tagged &
  (
    | { readonly part: 'vpc'; readonly cidr: string; readonly dnsSupport: boolean; readonly dnsHostnames: boolean }
    | {
        readonly part: 'subnet'
        readonly vpcId: string
        readonly cidr: string
        readonly zone: string
        readonly publicIps: boolean
      }
    | { readonly part: 'gateway'; readonly vpcId: string | undefined }
    | {
        readonly part: 'routes'
        readonly vpcId: string
        /** Without those that EC2 makes by itself, to the network itself and to gateway endpoints. */
        readonly routes: readonly LiveRoute[]
        readonly subnetIds: readonly string[]
      }
    | {
        readonly part: 'acl'
        readonly vpcId: string
        readonly entries: readonly AclEntry[]
        readonly subnetIds: readonly string[]
      }
    | { readonly part: 'nat-address'; readonly publicIp: string }
    | { readonly part: 'nat'; readonly vpcId: string; readonly subnetId: string; readonly allocationId: string }
    | {
        readonly part: 'endpoint'
        readonly vpcId: string
        readonly service: string
        readonly type: string
        readonly routeTableIds: readonly string[]
        readonly subnetIds: readonly string[]
        readonly groupIds: readonly string[]
        readonly privateDns: boolean
      }
  )

export type LiveNetworkPart<Part extends NetworkPart> = Extract<LiveNetwork, { readonly part: Part }>

/**
 * What is in a network of the stack that has parts which go: network interfaces, and in a network that goes itself all else that
 * keeps EC2 from deleting it, the stack's own parts among it. Read where any may be in the way.
 */
export interface NetworkTenant {
  readonly id: string
  readonly vpcId: string
  /** Of network interfaces alone. */
  readonly subnetId?: string
  readonly instanceId?: string | undefined
  /** EC2's words for what it is of, where it is not an instance's: `nat_gateway`, `vpc_endpoint`, `interface` … */
  readonly type?: string
  readonly description?: string
}

/** The paths under which the properties of a network's parts stand in changes. */
export type NetworkPath =
  | 'cidr'
  | 'dnsSupport'
  | 'dnsHostnames'
  | 'network'
  | 'zone'
  | 'publicIps'
  | 'acl'
  | 'routes'
  | 'association'
  | 'entries'
  | 'publicIp'
  | 'subnet'
  | 'allocation'
  | 'service'
  | 'type'
  | 'routeTables'
  | 'subnets'
  | 'securityGroups'
  | 'privateDns'

const fixed = (what: string, source: string) =>
  ({ how: 'fixed', because: `${what} is fixed when it is made`, source: `EC2 API, ${source}` }) as const
const inPlace = (source: string) => ({ how: 'in-place', because: '', source: `EC2 API, ${source}` }) as const

/** How each of them can change, with the source of the fact. */
export const networkMutability: Mutabilities<NetworkPath> = {
  cidr: fixed('its address block', 'CreateVpc and CreateSubnet'),
  dnsSupport: inPlace('ModifyVpcAttribute'),
  dnsHostnames: inPlace('ModifyVpcAttribute'),
  // Of an internet gateway alone: it is attached to it. All else is made in its network.
  network: inPlace('AttachInternetGateway'),
  zone: fixed("a subnet's zone", 'CreateSubnet'),
  publicIps: inPlace('ModifySubnetAttribute'),
  acl: inPlace('ReplaceNetworkAclAssociation'),
  routes: inPlace('CreateRoute and ReplaceRoute'),
  association: inPlace('AssociateRouteTable'),
  entries: inPlace('CreateNetworkAclEntry'),
  publicIp: { how: 'fixed', because: 'EC2 chooses the address', source: 'EC2 API, AllocateAddress' },
  subnet: fixed('where a NAT gateway stands', 'CreateNatGateway'),
  allocation: fixed("a NAT gateway's first address", 'CreateNatGateway'),
  service: fixed("an endpoint's service", 'CreateVpcEndpoint'),
  type: fixed("an endpoint's type", 'CreateVpcEndpoint'),
  routeTables: inPlace('ModifyVpcEndpoint'),
  subnets: inPlace('ModifyVpcEndpoint'),
  securityGroups: inPlace('ModifyVpcEndpoint'),
  privateDns: inPlace('ModifyVpcEndpoint'),
}

/** What is recorded of a part in its applied tag, under the short names that a tag has room for. */
export const networkAppliedKeys = [
  'acl',
  'alloc',
  'assoc',
  'cidr',
  'dns',
  'entries',
  'group',
  'hostnames',
  'net',
  'pdns',
  'public',
  'routes',
  'service',
  'subnet',
  'subnets',
  'tables',
  'tags',
  'type',
  'zone',
] as const

/** How the addresses of a network's parts are made. */
export const partAddresses = {
  subnet: (network: Address, name: string) => `${network}.${name}` as Address,
  gateway: (network: Address) => `${network}.gateway` as Address,
  endpoint: (network: Address, name: string) => `${network}.endpoint.${name}` as Address,
  /** Of a network, or of a subnet that has its own. */
  acl: (whole: Address) => `${whole}.acl` as Address,
  routes: (subnet: Address) => `${subnet}.routes` as Address,
  nat: (subnet: Address) => `${subnet}.nat` as Address,
  natAddress: (subnet: Address) => `${subnet}.nat-address` as Address,
} as const

/** The names that parts have beside subnets: no subnet can be called so. */
export const partNames: readonly string[] = ['gateway', 'endpoint', 'acl']

/** `network.lab.a.routes` -> `network.lab`. */
export function networkOf(part: Address): Address {
  return part.split('.').slice(0, 2).join('.') as Address
}
