import { networkCidr, networkPrefix, type Region } from './regions.js'
import { stableId } from './ids.js'

export interface Vpc {
  readonly id: string
  readonly sequence: number
  readonly cidr: string
}

export interface Subnet {
  readonly id: string
  readonly sequence: number
  readonly vpcId: string
  readonly cidr: string
  readonly zone: string
  readonly zoneId: string
  /** Third octet of the first address. */
  readonly octet: number
}

/** Addresses of a /20 less the five that AWS keeps. */
export const subnetAddresses = 4096 - 5

/** The default VPC and a default subnet per zone; the same ids at every start. */
export function defaultNetwork(region: Region): { readonly vpc: Vpc; readonly subnets: readonly Subnet[] } {
  const vpc: Vpc = { id: stableId('vpc', region.name), sequence: 1, cidr: networkCidr }
  const subnets = region.zones.map((zone, index) => ({
    id: stableId('subnet', zone.name),
    sequence: index + 1,
    vpcId: vpc.id,
    cidr: `${networkPrefix}.${zone.octet}.0/20`,
    zone: zone.name,
    zoneId: zone.id,
    octet: zone.octet,
  }))
  return { vpc, subnets }
}

/** The nth address of a subnet; AWS keeps the first four and the last. */
export function nthAddress(subnet: Subnet, n: number): string {
  return `${networkPrefix}.${subnet.octet + (n >> 8)}.${n & 255}`
}

/** The position of an address in its subnet, or undefined when it is outside or kept by AWS. */
export function positionOf(subnet: Subnet, address: string): number | undefined {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number)
  if (!octets || `${octets[0]}.${octets[1]}` !== networkPrefix) return undefined
  const n = ((octets[2] ?? 0) - subnet.octet) * 256 + (octets[3] ?? 0)
  return n >= firstPosition && n <= lastPosition ? n : undefined
}

export const firstPosition = 4
export const lastPosition = 4094
