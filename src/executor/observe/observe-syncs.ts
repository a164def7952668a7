import pLimit from 'p-limit'
import { messageOf } from '../../core/errors.js'
import type { SyncFacts } from '../../model/kinds/sync-rule.js'
import type { LiveVolume } from '../../model/kinds/volume.js'
import { copyOptionsOf } from '../../model/steps/copy-options.js'
import type { Address } from '../../model/address.js'
import type { SyncEndpoint, SyncSpec } from '../../model/kinds/sync-rule.js'
import type { CopyPlace, CopyRule, HostAccess, Ports } from '../ports.js'
import type { HostFacts } from '../../model/inside/host-facts.js'

/** Chosen: few enough for a small machine's processes (rsync). */
const comparisonsAtOnce = 4

/** A server that was looked into; `access` is set when it answered. */
export interface EnteredServer {
  readonly address: Address
  readonly facts: HostFacts
  readonly access: HostAccess | undefined
}

/**
 * What each rule that copies files would do now. A rule of which a source cannot be asked yet (its server does not exist,
 * its volume is not mounted) has no entry; a destination that cannot is left out of the comparison.
 */
export async function readSyncs(
  syncs: readonly SyncSpec[],
  volumes: readonly LiveVolume[],
  servers: readonly EnteredServer[],
  ports: Ports,
): Promise<Readonly<Record<string, SyncFacts>>> {
  const files = syncs.filter(({ method }) => method === 'files')
  const readings = await pLimit(comparisonsAtOnce).map(files, async (sync) => {
    const sources = sync.from.flatMap((end) => copyPlace(end, volumes, servers) ?? [])
    if (sources.length < sync.from.length) return undefined
    return [sync.address, await readSync(sync, sources, copyPlace(sync.to, volumes, servers), ports)] as const
  })
  return Object.fromEntries(readings.filter((reading) => reading !== undefined))
}

/** The rule as it is copied. */
function copyRule(sync: SyncSpec, sources: readonly CopyPlace[]): CopyRule {
  const options = copyOptionsOf(sync)
  return {
    source: sources,
    delete: sync.delete,
    exclude: sync.exclude,
    ...(options && { options }),
    relayed: sync.via === 'local',
  }
}

async function readSync(
  sync: SyncSpec,
  sources: readonly CopyPlace[],
  destination: CopyPlace | undefined,
  ports: Ports,
): Promise<SyncFacts> {
  const rule = copyRule(sync, sources)
  try {
    const [sourceDigest, figures] = await Promise.all([
      ports.sync.sourceDigest(rule),
      ports.sync.compare(rule, destination),
    ])
    return { kind: 'read', sourceDigest, ...figures, compared: destination ? 'both' : 'source-only' }
  } catch (error) {
    return { kind: 'unreadable', reason: messageOf(error) }
  }
}

/** Where an end is, when that can be asked now: the server answered and, for a volume, has it mounted. */
function copyPlace(
  end: SyncEndpoint,
  volumes: readonly LiveVolume[],
  servers: readonly EnteredServer[],
): CopyPlace | undefined {
  if (end.kind === 'local') return { path: end.path }
  if (end.kind === 'remote') return { host: end.host, path: end.path }
  if (end.kind === 'server') {
    const access = servers.find(({ address }) => address === end.server)?.access
    return access && { access, path: end.path }
  }
  const volume = volumes.find(({ address }) => address === end.volume)
  for (const { facts, access } of servers) {
    if (!access || facts.kind !== 'read') continue
    const mount = facts.mounts.find(({ volumeId }) => volumeId === volume?.id)
    if (mount) return { access, path: `${mount.path}/${end.path}` }
  }
  return undefined
}
