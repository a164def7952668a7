import type { Address } from '../../../model/address.js'
import type { SyncEndpoint, SyncSpec } from '../../../model/kinds/sync-rule.js'
import { volumesAtPath, type VolumeSpec } from '../../../model/kinds/volume.js'
import type { Tags } from '../../../model/tags.js'
import type { World } from '../../world.js'
import type { ServerOutlook, ServerOutlooks } from '../servers/server-outlook.js'
import type { VolumeOutlooks } from '../volumes/volume-outlook.js'

/** An end of a rule, found out: on a server of the stack, or on a machine that no plan touches. */
export type Place = ServerPlace | ElsewherePlace

export interface ServerPlace {
  readonly server: ServerOutlook
  /** Absolute, on the server. */
  readonly path: string
  /** Whose resource holds the rule's record. */
  readonly target: Address
  /** The stack's volumes that the path lies on or that are mounted below it: it is what it should be while all are there. */
  readonly volumes: readonly VolumeSpec[]
  /** Tags of the target as it is now, unless it is made in this plan. */
  readonly tags: Tags | undefined
}

export interface ElsewherePlace {
  readonly server?: undefined
  readonly path: string
  /** `user@name`; undefined: this machine. */
  readonly host: string | undefined
}

/** Both ends of a rule. */
export interface Ends {
  readonly sources: readonly Place[]
  readonly destination: Place
}

/** The ends of a rule; undefined when one of them cannot be planned: its server or volume is not, or is not to be mounted. */
export function endsOf(
  world: World,
  servers: ServerOutlooks,
  volumes: VolumeOutlooks,
  { from, to }: Pick<SyncSpec, 'from' | 'to'>,
): Ends | undefined {
  const placeOf = (end: SyncEndpoint): Place | undefined => {
    if (end.kind === 'local') return { path: end.path, host: undefined }
    if (end.kind === 'remote') return { path: end.path, host: end.host }
    if (end.kind === 'server') {
      const server = servers.get(end.server)
      const volumes = volumesAtPath(world.volumesByServer.get(end.server) ?? [], end.path)
      const tags = server?.action === 'keep' ? server.live?.tags : undefined
      return server && { server, path: end.path, target: end.server, volumes, tags }
    }
    const volume = world.volumes.get(end.volume)
    const server = volume?.server === undefined ? undefined : servers.get(volume.server)
    const outlook = volumes.get(end.volume)
    if (!server || !volume?.mount || !outlook) return undefined
    const tags = outlook.isMade ? undefined : world.live.volumes.get(end.volume)?.tags
    const path = `${volume.mount.path}/${end.path}`
    const others = volumesAtPath(world.volumesByServer.get(server.address) ?? [], path)
    return { server, path, target: end.volume, volumes: [volume, ...others.filter((other) => other !== volume)], tags }
  }
  const sources = from.flatMap((end) => placeOf(end) ?? [])
  const destination = placeOf(to)
  return destination && sources.length === from.length ? { sources, destination } : undefined
}

/** Whether what is there cannot have been read yet: its server or its volume is made in this plan. */
export function isNew(place: Place): boolean {
  return place.server !== undefined && (place.tags === undefined || place.server.inside === 'new')
}
