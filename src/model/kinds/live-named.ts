import { successionOf } from './server-succession.js'
import type { LiveServer } from './server.js'
import type { LiveVolume } from './volume.js'
import { tagKeys } from '../tags.js'

/** The instance that has an address: of several, each of which takes the place of the next, the youngest. */
export function liveServerOf(servers: readonly LiveServer[], address: string): LiveServer | undefined {
  const all = servers.filter((server) => server.address === address)
  return (successionOf(all) ?? all)[0]
}

/** The volume that has an address: not one that gave it up, and was kept. */
export function liveVolumeOf(volumes: readonly LiveVolume[], address: string): LiveVolume | undefined {
  return volumes.find((volume) => volume.address === address && volume.tags[tagKeys.retained] === undefined)
}
