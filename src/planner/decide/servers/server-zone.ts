import type { ServerSpec } from '../../../model/kinds/server.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { LiveServer } from '../../../model/kinds/server.js'
import type { World } from '../../world.js'
import { possibleZones } from './placement.js'
import { subnetOf } from './server-properties.js'

/**
 * Where a server is or will be: as the file says, else with its subnet, else where it is, else where the volumes are
 * that belong to it (a volume never changes its zone), else the first zone of the region that has a default subnet and the type.
 */
export function serverZone(
  world: World,
  spec: ServerSpec,
  live: LiveServer | undefined,
  volumes: readonly VolumeSpec[],
): string | undefined {
  return (
    spec.zone ??
    subnetOf(world, spec)?.zone ??
    live?.zone ??
    firstDefined(volumes, (volume) => existingZone(world, volume)) ??
    firstDefined(volumes, (volume) => volume.zone) ??
    possibleZones(world, spec)[0]
  )
}

/** The zone of the volume that an entry stands for already, or will adopt; undefined when one will be made. */
function existingZone(world: World, volume: VolumeSpec): string | undefined {
  const live = world.live.volumes.get(volume.address)
  if (live) return live.zone
  if (volume.volumeId !== undefined) return world.live.volumesById.get(volume.volumeId)?.zone
  return volume.reuse ? world.live.retained.get(volume.address)?.[0]?.zone : undefined
}

function firstDefined<T, R>(items: readonly T[], pick: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const picked = pick(item)
    if (picked !== undefined) return picked
  }
  return undefined
}
