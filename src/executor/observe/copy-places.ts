import type { Address } from '../../model/address.js'
import type { HostFacts } from '../../model/inside/host-facts.js'
import type { SyncEndpoint } from '../../model/kinds/sync-rule.js'
import type { LiveVolume } from '../../model/kinds/volume.js'
import type { CopyPlace, HostAccess } from '../ports.js'

/** A server that was looked into; `access` is set when it answered. */
export interface EnteredServer {
  /** Under what it is remembered: its address, or its instance's id. */
  readonly key: string
  readonly address: Address
  readonly facts: HostFacts
  readonly access: HostAccess | undefined
}

/** Where ends are, when that can be asked now: the server answered and, for a volume, has it mounted. Behind maps, for many rules. */
export function copyPlaces(
  volumes: readonly LiveVolume[],
  servers: readonly EnteredServer[],
): (end: SyncEndpoint) => CopyPlace | undefined {
  const accesses = new Map<Address, HostAccess>()
  const mounts = new Map<string, { readonly access: HostAccess; readonly path: string }>()
  for (const { address, facts, access } of servers) {
    if (!access) continue
    // Of several instances of one address the youngest comes first.
    if (!accesses.has(address)) accesses.set(address, access)
    if (facts.kind !== 'read') continue
    for (const { volumeId, path, hiddenBy } of facts.mounts) {
      if (hiddenBy === undefined && !mounts.has(volumeId)) mounts.set(volumeId, { access, path })
    }
  }
  const volumeIds = new Map<Address, string>()
  for (const { address, id } of volumes) if (!volumeIds.has(address)) volumeIds.set(address, id)
  return (end) => {
    if (end.kind === 'local') return { path: end.path }
    if (end.kind === 'remote') return { host: end.host, path: end.path }
    if (end.kind === 'server') {
      const access = accesses.get(end.server)
      return access && { access, path: end.path }
    }
    const mount = mounts.get(volumeIds.get(end.volume) ?? '')
    return mount && { access: mount.access, path: `${mount.path}/${end.path}` }
  }
}
