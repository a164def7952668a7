import { networkCidr, networkPrefix, type Region } from '../regions.js'
import { stableId } from '../ids.js'

export interface Vpc {
  readonly id: string
  readonly sequence: number
  readonly cidr: string
  readonly isDefault: boolean
  readonly dnsSupport: boolean
  readonly dnsHostnames: boolean
}

export interface Subnet {
  readonly id: string
  readonly sequence: number
  readonly vpcId: string
  readonly cidr: string
  readonly zone: string
  readonly zoneId: string
  /** The one in which a launch lands that names its zone alone. */
  readonly isDefault: boolean
  /** Whether instances get a public address of their own when a launch does not say. */
  readonly mapPublicIp: boolean
  /** Its network ACL; absent: that of its VPC, by an association that EC2 made. */
  readonly acl?: { readonly id: string; readonly aclId: string }
}

export interface InternetGateway {
  readonly id: string
  readonly sequence: number
  readonly vpcId: string | undefined
}

/** A route beside the one to the VPC itself, which every table has. */
export interface Route {
  readonly destination: string
  /** An internet gateway, or a NAT gateway. */
  readonly gatewayId: string
}

export interface RouteTable {
  readonly id: string
  readonly sequence: number
  readonly vpcId: string
  /** The association that makes it the table of all subnets without one of their own; at most one table of a VPC has it. */
  readonly mainAssociationId: string | undefined
  readonly associations: readonly { readonly id: string; readonly subnetId: string }[]
  readonly routes: readonly Route[]
}

/** What an account has in a region before it does anything. */
export interface DefaultNetwork {
  readonly vpc: Omit<Vpc, 'sequence'>
  readonly subnets: readonly Omit<Subnet, 'sequence'>[]
  readonly gateway: Omit<InternetGateway, 'sequence'>
}

/** The default VPC, its gateway, and a default subnet per zone; the same ids at every start. */
export function defaultNetwork(region: Region): DefaultNetwork {
  const vpcId = stableId('vpc', region.name)
  return {
    vpc: { id: vpcId, cidr: networkCidr, isDefault: true, dnsSupport: true, dnsHostnames: true },
    subnets: region.zones.map((zone) => ({
      id: stableId('subnet', zone.name),
      vpcId,
      cidr: `${networkPrefix}.${zone.octet}.0/20`,
      zone: zone.name,
      zoneId: zone.id,
      isDefault: true,
      mapPublicIp: true,
    })),
    gateway: { id: stableId('igw', region.name), vpcId },
  }
}

/** The first and the last address of a block in canonical form, as numbers. */
function rangeOf(cidr: string): { readonly first: number; readonly last: number } {
  const [network = '', bits = '32'] = cidr.split('/')
  const first = numberOf(network)
  return { first, last: first + 2 ** (32 - Number(bits)) - 1 }
}

export function prefixLengthOf(cidr: string): number {
  return Number(cidr.split('/')[1])
}

export function overlap(left: string, right: string): boolean {
  const [one, other] = [rangeOf(left), rangeOf(right)]
  return one.first <= other.last && other.first <= one.last
}

export function contains(outer: string, inner: string): boolean {
  const [around, within] = [rangeOf(outer), rangeOf(inner)]
  return around.first <= within.first && within.last <= around.last
}

/** Positions of a block that hosts can have: AWS keeps the first four addresses and the last. */
export function positionsOf(cidr: string): { readonly first: number; readonly last: number } {
  const { first, last } = rangeOf(cidr)
  return { first: keptAtStart, last: last - first - 1 }
}

const keptAtStart = 4

/** How many addresses a subnet has for hosts. */
export function capacityOf(cidr: string): number {
  const { first, last } = positionsOf(cidr)
  return last - first + 1
}

/** The nth address of a block. */
export function nthAddress(cidr: string, n: number): string {
  const number = rangeOf(cidr).first + n
  return [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255].join('.')
}

/** The position of an address in a block, or undefined when it is outside or kept by AWS. */
export function positionOf(cidr: string, address: string): number | undefined {
  if (!/^(?:\d{1,3}\.){3}\d{1,3}$/.test(address) || address.split('.').some((octet) => Number(octet) > 255))
    return undefined
  const n = numberOf(address) - rangeOf(cidr).first
  const { first, last } = positionsOf(cidr)
  return n >= first && n <= last ? n : undefined
}

function numberOf(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0)
}
