import { nthAddress, positionOf, positionsOf, type Subnet } from '../model/networks/network.js'
import { ApiError, invalidCombination, invalidValue } from '../wire/api-error.js'
import { serviceInterfaces } from './service-interfaces.js'
import type { World } from './world.js'

/** `count` free private addresses of a subnet, or the one asked for. Freed addresses come last. `taken`: those of the same request. */
export function takeAddresses(
  world: World,
  subnet: Subnet,
  count: number,
  wanted: string | undefined,
  taken: readonly string[] = [],
): string[] {
  const neighbours = world.instances.withKey(subnet.id)
  const used = new Set([...usedAddresses(world, subnet), ...taken])
  if (wanted !== undefined) {
    if (positionOf(subnet.cidr, wanted) === undefined)
      throw invalidValue(`Address ${wanted} does not fall within the subnet's address range`)
    if (count > 1) throw invalidCombination('A private IP address can be given to one instance only.')
    if (used.has(wanted)) throw new ApiError('InvalidIPAddress.InUse', `Address ${wanted} is in use.`)
    return [wanted]
  }
  const result: string[] = []
  const { first, last } = positionsOf(subnet.cidr)
  const newest = neighbours.at(-1)
  let position = newest === undefined ? first : (positionOf(subnet.cidr, newest.privateIp) ?? first - 1) + 1
  for (let tried = first; tried <= last && result.length < count; tried += 1) {
    if (position > last) position = first
    const address = nthAddress(subnet.cidr, position)
    if (!used.has(address)) result.push(address)
    position += 1
  }
  if (result.length < count) {
    throw new ApiError(
      'InsufficientFreeAddressesInSubnet',
      `The specified subnet does not have enough free addresses to satisfy the request.`,
    )
  }
  return result
}

/** The private addresses of a subnet that somebody has. */
export function usedAddresses(world: World, { id }: Pick<Subnet, 'id'>): ReadonlySet<string> {
  const instances = world.instances.withKey(id).filter(({ state }) => state !== 'terminated')
  const services = serviceInterfaces(world).filter(({ subnetId }) => subnetId === id)
  const nodes = world.loadBalancers
    .values()
    .flatMap((balancer) => balancer.nodes)
    .filter(({ subnetId }) => subnetId === id)
  const interfaces = world.networkInterfaces.values().filter(({ subnetId }) => subnetId === id)
  const secondary = [...instances, ...interfaces].flatMap(({ secondaryIps = [] }) => secondaryIps)
  return new Set([
    ...[...instances, ...services, ...nodes, ...interfaces].map(({ privateIp }) => privateIp),
    ...secondary,
  ])
}
