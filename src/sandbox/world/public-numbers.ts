import { defaultNetwork, nthAddress, positionsOf, type Subnet } from '../model/networks/network.js'
import { ApiError } from '../wire/api-error.js'
import type { World } from './world.js'

/*
 * A public address is kept as its number, an address of the sandbox's network: the backend makes 127.B.H.L of 10.66.H.L,
 * and the block B is the daemon's, which can get another one where very many sandboxes are. An instance in a default
 * subnet begins with the number that its private address is; those of two regions are disjoint and never meet.
 */

/** The numbers that are taken: by Elastic IPs, load balancers, and instances, also while these have an Elastic IP or are stopped. */
export function publicNumbersInUse(world: World): Set<string> {
  const taken = new Set(world.addresses.values().map(({ publicNumber }) => publicNumber))
  for (const instance of world.instances.values()) {
    if (instance.state !== 'terminated') taken.add(instance.publicNumber ?? instance.privateIp)
  }
  for (const { nodes, deletedAtMs } of world.loadBalancers.values()) {
    if (deletedAtMs === undefined)
      for (const { publicNumber } of nodes) if (publicNumber !== undefined) taken.add(publicNumber)
  }
  return taken
}

/** The numbers with which new instances begin; undefined: that of the private address, where nobody has it. */
export function firstPublicNumbers(
  world: World,
  subnet: Subnet,
  privateIps: readonly string[],
): readonly (string | undefined)[] {
  const taken = publicNumbersInUse(world)
  return privateIps.map((privateIp) => {
    const number = subnet.isDefault && !taken.has(privateIp) ? undefined : freePublicNumber(world, taken)
    taken.add(number ?? privateIp)
    return number
  })
}

/** A free number, from the end of the region's first default subnet, where private addresses are given last. */
export function freePublicNumber(world: World, taken: ReadonlySet<string> = publicNumbersInUse(world)): string {
  const cidr = defaultNetwork(world.region).subnets[0]?.cidr ?? ''
  const { first, last } = positionsOf(cidr)
  for (let position = last; position >= first; position -= 1) {
    const number = nthAddress(cidr, position)
    if (!taken.has(number)) return number
  }
  throw new ApiError('InsufficientAddressCapacity', 'Not enough available addresses to satisfy your request.')
}
