import { UsageError } from '../core/errors.js'
import type { CloudFacts, CopyFigures, CopyPlace, HostAccess, MountedFilesystem } from '../executor/ports.js'
import { volumesAtPath } from '../model/kinds/volume.js'
import { parseWrittenEndpoint } from '../spec/kinds/sync-rule/written-endpoint.js'
import { localPath } from '../sync/source.js'
import type { HostFacts } from '../model/inside/host-facts.js'
import { accessTo, accessToInstance, enterable, holderOf, volumeNamed } from './enter-server.js'
import { liveVolumeOf } from '../model/kinds/live-named.js'
import { requireGivable, requireLocal, requireStraight } from './local-ends.js'
import { withLock } from './lock/with-lock.js'
import { serverNamed } from './servers/named-by-pattern.js'
import type { Session } from './session.js'

export interface HandCopy {
  readonly from: readonly string[]
  readonly to: string
  readonly delete: boolean
  readonly exclude: readonly string[]
  /** `user` or `user:group` at the destination; left out: the login user there. */
  readonly owner?: string | undefined
  /** Copies nothing; the figures are those of rsync's dry run. */
  readonly dryRun?: boolean
  /** So long is somebody waited for who is changing the stack; left out: not at all. */
  readonly lockTimeoutMs?: number | undefined
}

/**
 * Copies between this machine and the stack's servers, by the words of sync rules, with paths relative to here. An end that
 * lies on a volume must be mounted, as in a rule. What changes a server of the stack is done under the stack's lock.
 */
export async function copyByHand(
  session: Session,
  copy: HandCopy,
  onProgress: (bytesDone: number) => void = () => undefined,
): Promise<CopyFigures> {
  requireStraight([...copy.from, copy.to])
  const local = copy.from.map(parseWrittenEndpoint).filter((written) => written.kind === 'local')
  await requireLocal(local.map(({ path }) => ({ path: localPath(process.cwd(), path) })))
  const { kind } = parseWrittenEndpoint(copy.to)
  const isWritten = copy.dryRun !== true && kind !== 'local' && kind !== 'remote'
  const work = () => copyBetween(session, copy, onProgress)
  return isWritten ? withLock(session, copy, work) : work()
}

async function copyBetween(
  session: Session,
  copy: HandCopy,
  onProgress: (bytesDone: number) => void,
): Promise<CopyFigures> {
  const { ports } = session
  const cloud = await enterable(session)
  const source: CopyPlace[] = []
  for (const text of copy.from) source.push(await placeOf(text, session, cloud))
  const machines = new Set(source.map(({ access, host }) => access?.instanceId ?? host ?? ''))
  if (machines.size > 1)
    throw new UsageError('USAGE', 'what is copied lies on one machine', { hint: 'copy one by one' })
  const destination = await placeOf(copy.to, session, cloud)
  const { owner, delete: deletes, exclude } = copy
  requireGivable(owner, destination)
  const rule = { source, delete: deletes, exclude, ...(owner !== undefined && { options: { owner } }) }
  if (copy.dryRun === true) return ports.sync.compare(rule, destination)
  return ports.sync.copy(rule, destination, onProgress)
}

async function placeOf(text: string, session: Session, cloud: CloudFacts): Promise<CopyPlace> {
  const { spec, ports } = session
  const written = parseWrittenEndpoint(text)
  switch (written.kind) {
    case 'local':
      return { path: localPath(process.cwd(), written.path) }
    case 'remote':
      return { host: written.host, path: written.path }
    case 'servers':
      throw new UsageError('SERVER_UNKNOWN', `${text} means several servers`, { hint: 'name one: web[0]:/path' })
    case 'server': {
      if (!written.path.startsWith('/'))
        throw new UsageError('USAGE', `a path on a server is absolute, not ${text}`, {
          hint: `write, for instance, ${written.server}:/srv/${written.path}`,
        })
      const address = serverNamed(written.server, spec, text)
      const access = await accessTo(address, session, cloud)
      const { path } = written
      return { access, path, mounted: await mountedAt({ access, path, server: address }, session, cloud) }
    }
    case 'volumes':
      throw new UsageError('VOLUME_UNKNOWN', `${text} means several volumes`, {
        hint: `name one: volume.${written.volume}[0]/${written.path}`,
      })
    case 'volume': {
      const address = volumeNamed(`volume.${written.volume}`, session)
      const holder = holderOf(address, session, cloud)
      const volume = liveVolumeOf(cloud.volumes, address)
      const access = await accessToInstance(holder.address, holder, session, cloud)
      const facts = await ports.hosts.probe(access)
      const mount = facts.kind === 'read' ? facts.mounts.find(({ volumeId }) => volumeId === volume?.id) : undefined
      if (!volume || !mount) throw notMounted(address, facts, session)
      const path = `${mount.path}/${written.path}`
      const own = await ports.hosts.checkMounted(access, { volumeId: volume.id, mountPath: mount.path })
      const others = await mountedAt({ access, path, server: holder.address }, session, cloud)
      return { access, path, mounted: [own, ...others] }
    }
  }
}

/** The filesystems that the file mounts where a path of a server lies, or below. Rejects when one of them is not there. */
function mountedAt(
  { access, path, server }: { readonly access: HostAccess; readonly path: string; readonly server: string },
  { spec, ports }: Session,
  cloud: CloudFacts,
): Promise<readonly MountedFilesystem[]> {
  const onServer = spec.volumes.filter((volume) => volume.server === server)
  const requests = volumesAtPath(onServer, path).flatMap(({ address, mount }) => {
    const live = liveVolumeOf(cloud.volumes, address)
    return live && mount ? { volumeId: live.id, mountPath: mount.path } : []
  })
  return Promise.all(requests.map((request) => ports.hosts.checkMounted(access, request)))
}

function notMounted(address: string, facts: HostFacts, { spec }: Session): UsageError {
  const wanted = spec.volumes.find((volume) => volume.address === address)
  if (facts.kind === 'unreadable')
    return new UsageError('VOLUME_UNKNOWN', `where ${address} is mounted could not be read: ${facts.reason}`)
  return new UsageError('VOLUME_UNKNOWN', `${address} is not mounted`, {
    hint: wanted?.mount
      ? '`evenkeel apply` mounts it'
      : 'the stack file does not say `mount` of it: there is no path to copy to or from',
  })
}
