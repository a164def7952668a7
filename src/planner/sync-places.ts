import type { Address } from '../model/address.js'
import type { SyncEndpoint, SyncSpec, VolumeSpec } from '../model/stack-spec.js'
import type { Planning } from './planning.js'
import type { ServerOutlook } from './decide/servers/server-outlook.js'
import type { PlannedPlace } from '../model/step.js'
import { stepId } from '../model/step-id.js'
import type { Tags } from '../model/tags.js'

/** An end of a rule, found out: on a server of the stack, or on a machine that no plan touches. */
export type Place = ServerPlace | ElsewherePlace

export interface ServerPlace {
  readonly fate: ServerOutlook
  /** Absolute, on the server. */
  readonly path: string
  /** Whose resource holds the rule's record. */
  readonly target: Address
  readonly volume: VolumeSpec | undefined
  /** Tags of the target as it is now, unless it is made in this plan. */
  readonly tags: Tags | undefined
}

export interface ElsewherePlace {
  readonly fate?: undefined
  readonly path: string
  /** `user@name`; undefined: this machine. */
  readonly host: string | undefined
}

/** Where an end is; undefined when it cannot be planned: its server or volume is not, or is not to be mounted. */
function placeOf(planning: Planning, end: SyncEndpoint): Place | undefined {
  if (end.kind === 'local') return { path: end.path, host: undefined }
  if (end.kind === 'remote') return { path: end.path, host: end.host }
  const volume = end.kind === 'volume' ? planning.volumes.get(end.volume) : undefined
  const server = end.kind === 'server' ? end.server : volume?.server
  const fate = server && planning.fates.get(server)
  if (!fate) return undefined
  if (end.kind === 'server') {
    const tags = fate.action === 'keep' ? fate.live?.tags : undefined
    return { fate, path: end.path, target: end.server, volume: undefined, tags }
  }
  if (!volume?.mount || planning.blocked.has(end.volume)) return undefined
  const path = `${volume.mount.path}/${end.path}`
  // One that another takes the place of is made in this plan too: what it holds now says nothing.
  const isMade = planning.steps.has(stepId('create-volume', end.volume))
  const tags = isMade ? undefined : planning.live.volumes.get(end.volume)?.tags
  return { fate, path, target: end.volume, volume, tags }
}

/** Both ends of a rule; undefined when one of them cannot be planned. */
export interface Ends {
  readonly sources: readonly Place[]
  readonly destination: Place
}

export function endsOf(planning: Planning, { from, to }: SyncSpec): Ends | undefined {
  const sources = from.flatMap((end) => placeOf(planning, end) ?? [])
  const destination = placeOf(planning, to)
  return destination && sources.length === from.length ? { sources, destination } : undefined
}

/** Whether what is there cannot have been read yet: its server or its volume is made, or started, in this plan. */
export function isNew(place: Place): boolean {
  return place.fate !== undefined && (place.tags === undefined || place.fate.inside === 'new')
}

/** The end as a step says it. */
export function plannedPlace(place: Place): PlannedPlace {
  if (place.fate) {
    const { fate, path, volume } = place
    const mounted = volume?.mount && { volume: volume.address, mountPath: volume.mount.path }
    return { server: fate.address, path, ...(mounted && { mounted }) }
  }
  return place.host === undefined ? { path: place.path } : { host: place.host, path: place.path }
}

/** Whether one end lies in the other, or is the same: what is written to one is then read from the other. */
export function overlaps(left: Place, right: Place): boolean {
  const isOneMachine = left.fate
    ? left.fate.address === right.fate?.address
    : right.fate === undefined && left.host === right.host
  return isOneMachine && (isWithin(left.path, right.path) || isWithin(right.path, left.path))
}

function isWithin(inner: string, outer: string): boolean {
  const [below, above] = [inner, outer].map(
    (path) => `${path.replaceAll(/\/+/g, '/').replace(/^\.\//, '').replace(/\/$/, '')}/`,
  )
  return (below ?? '').startsWith(above ?? '')
}
