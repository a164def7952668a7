import { firstPosition, lastPosition, nthAddress } from '../model/network.js'
import { ApiError } from '../wire/api-error.js'
import type { World } from './world.js'

/*
 * A public address is kept as its number, an address of the sandbox's network: the backend makes 127.B.H.L of 10.66.H.L,
 * and the block B is the daemon's, which can get another one where very many sandboxes are. An instance begins with the
 * number that its private address is; the regions' subnets are disjoint, so those of two regions never meet.
 */

/** The numbers that are taken: by Elastic IPs, and by instances, also while these have an Elastic IP or are stopped. */
function publicNumbersInUse(world: World): Set<string> {
  const taken = new Set(world.addresses.values().map(({ publicNumber }) => publicNumber))
  for (const instance of world.instances.values()) {
    if (instance.state !== 'terminated') taken.add(instance.publicNumber ?? instance.privateIp)
  }
  return taken
}

/** The numbers with which new instances begin; undefined: that of the private address, unless somebody has it. */
export function firstPublicNumbers(world: World, privateIps: readonly string[]): readonly (string | undefined)[] {
  const taken = publicNumbersInUse(world)
  return privateIps.map((privateIp) => {
    const number = taken.has(privateIp) ? freePublicNumber(world, taken) : undefined
    taken.add(number ?? privateIp)
    return number
  })
}

/** A free number, from the end of the region's first subnet, where private addresses are given last. */
export function freePublicNumber(world: World, taken: ReadonlySet<string> = publicNumbersInUse(world)): string {
  const [subnet] = world.subnets
  for (let position = lastPosition; subnet && position >= firstPosition; position -= 1) {
    const number = nthAddress(subnet, position)
    if (!taken.has(number)) return number
  }
  throw new ApiError('InsufficientAddressCapacity', 'Not enough available addresses to satisfy your request.')
}
