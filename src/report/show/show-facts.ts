import { addressSortKey, compareText } from '../../model/address-order.js'
import type { HostFacts } from '../../model/inside/host-facts.js'
import type { LiveServer } from '../../model/kinds/server.js'
import type { LiveVolume } from '../../model/kinds/volume.js'
import type { LiveSnapshot } from '../../model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../model/live-stack.js'
import { predecessorOf } from '../../model/kinds/server-succession.js'
import { tagKeys } from '../../model/tags.js'
import type { Address } from '../../model/address.js'

/** A volume with what is known of its inside. */
export interface ShownVolume {
  readonly volume: LiveVolume
  /** The server of this stack that it is attached to. */
  readonly server: Address | undefined
  /** Which instance of it. */
  readonly instanceId: string | undefined
  readonly filesystem: string | undefined
  readonly label: string | undefined
  readonly uuid: string | undefined
  readonly mount: string | undefined
  /** Whether its server was looked into. */
  readonly isRead: boolean
  readonly isRetained: boolean
}

export interface ShownServer {
  readonly server: LiveServer
  /** `read`, `unreadable`, or `not-probed`, with the reason where it was not read. */
  readonly inside: HostFacts['kind']
  readonly reason: string | undefined
  /** The instance whose place it takes, while that one is there. */
  readonly supersedes: string | undefined
}

/** Servers and data volumes by address, root volumes left out. */
export function shownFacts(live: LiveStack): {
  readonly servers: readonly ShownServer[]
  readonly volumes: readonly ShownVolume[]
} {
  const serversById = new Map(live.servers.map((server) => [server.id, server]))
  const servers = byAddress(live.servers).map((server) => {
    const facts = factsOf(live, server) ?? { kind: 'not-probed', because: 'not-asked' }
    const reason = facts.kind === 'unreadable' ? facts.reason : facts.kind === 'not-probed' ? facts.because : undefined
    const predecessor = predecessorOf(server)
    const supersedes = predecessor !== undefined && serversById.has(predecessor) ? predecessor : undefined
    return { server, inside: facts.kind, reason, supersedes }
  })
  const volumes = byAddress(live.volumes)
    .filter((volume) => volume.tags[tagKeys.role] !== 'root')
    .map((volume) => {
      const holder = volume.attachment && serversById.get(volume.attachment.instanceId)
      const facts = holder && factsOf(live, holder)
      const read = facts?.kind === 'read' ? facts : undefined
      const content = read?.devices.find(({ volumeId }) => volumeId === volume.id)?.content
      const mount = read?.mounts.find(({ volumeId }) => volumeId === volume.id)
      return {
        volume,
        server: holder?.address,
        instanceId: holder?.id,
        filesystem: content?.fstype,
        label: content?.label,
        uuid: content?.uuid,
        mount: mount?.path,
        isRead: read !== undefined,
        isRetained: volume.tags[tagKeys.retained] !== undefined,
      }
    })
  return { servers, volumes }
}

/** The stack's own snapshots: what the file names of another stack is read too, and is no version of ours. */
export function ownSnapshots({ stack, snapshots }: Pick<LiveStack, 'stack' | 'snapshots'>): readonly LiveSnapshot[] {
  return snapshots.filter(({ tags }) => tags[tagKeys.stack] === stack)
}

/** Of several instances with one address, each has facts of its own. */
function factsOf({ hosts }: LiveStack, { id, address }: LiveServer): HostFacts | undefined {
  return hosts[id] ?? hosts[address]
}

/** A sorted copy: by address, then id. */
export function byAddress<T extends { readonly address: Address; readonly id: string }>(
  items: readonly T[],
): readonly T[] {
  return [...items].sort(
    (left, right) =>
      compareText(addressSortKey(left.address), addressSortKey(right.address)) || compareText(left.id, right.id),
  )
}
