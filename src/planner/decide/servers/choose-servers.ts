import type { Address } from '../../../model/address.js'
import type { LiveServer } from '../../../model/kinds/server.js'
import { withServers } from '../../live-index.js'
import type { World } from '../../world.js'
import { canStay } from './standing-server.js'

/**
 * Chooses, where a replacement was cut off, which of the instances has the address: the successor, as long as it is what
 * the file says. Where the file has changed back since, the old one stays; where neither will do, the youngest is replaced.
 */
export function chooseServers(world: World): World {
  const { live, spec } = world
  if (live.superseded.size === 0) return world
  const chosen = new Map<Address, LiveServer>()
  for (const server of spec.servers) {
    const first = live.servers.get(server.address)
    const others = live.superseded.get(server.address)
    if (!first || !others || canStay(world, server, first)) continue
    const fitting = others.find((other) => canStay(world, server, other))
    if (fitting) chosen.set(server.address, fitting)
  }
  return chosen.size === 0 ? world : { ...world, live: withServers(live, chosen) }
}
