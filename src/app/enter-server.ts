import { UsageError } from '../core/errors.js'
import { cloudQuery } from '../executor/observe/cloud-query.js'
import { observeCloud } from '../executor/observe/observe-cloud.js'
import { liveHostAccess } from '../executor/observe/live-host-access.js'
import type { CloudFacts, HostAccess } from '../executor/ports.js'
import type { Address } from '../model/address.js'
import type { LiveServer } from '../model/kinds/server.js'
import type { StackSpec } from '../model/stack-spec.js'
import { liveServerOf, liveVolumeOf } from '../model/kinds/live-named.js'
import { addressesByPattern, serverNamed, shortened } from './servers/named-by-pattern.js'
import type { Session } from './session.js'

/** The way into the server that `name` means: `server.web`, `web`, or a volume that is attached to it, `volume.music`. */
export async function enterServer(session: Session, name: string): Promise<HostAccess> {
  const address = addressNamed(name, session)
  return accessOf(address, session, await enterable(session))
}

/** The one address that a name means; throws where it means none, or several. */
export function addressNamed(name: string, session: Session): Address {
  return name.startsWith('volume.') ? volumeNamed(name, session) : serverNamed(name, session.spec)
}

/** The way into a server, or into the one that a volume is attached to. */
export async function accessOf(address: string, session: Session, cloud: CloudFacts): Promise<HostAccess> {
  if (!address.startsWith('volume.')) return accessTo(address, session, cloud)
  const holder = holderOf(address, session, cloud)
  return accessToInstance(holder.address, holder, session, cloud)
}

/** The volume of the file that `name` means, `volume.music` or `volume.data[0]`; throws where there is none, or several. */
export function volumeNamed(name: string, { spec }: Session): Address {
  const all = spec.volumes.map(({ address }) => address)
  const { found } = addressesByPattern([name], all, 'volume')
  const [address] = found
  if (address !== undefined && found.length === 1) return address
  const isSeveral = found.length > 1
  const message = isSeveral ? `${name} means several volumes` : `the stack ${spec.stack} has no volume ${name}`
  const names = shortened(isSeveral ? found : all).join(', ')
  const hint = isSeveral ? `name one: ${names}` : names === '' ? 'it has no volumes at all' : `it has ${names}`
  throw new UsageError('VOLUME_UNKNOWN', message, { hint })
}

/** What is live, where servers can be entered; rejects where none can. */
export async function enterable({ spec, ports, hostsImpossible }: Session): Promise<CloudFacts> {
  if (hostsImpossible !== undefined) {
    throw new UsageError('SERVER_UNKNOWN', `no server can be entered: ${hostsImpossible}`)
  }
  return observeCloud(spec, ports.cloud, { ...cloudQuery(spec), operatorIp: false })
}

/** The way into a server of the stack; rejects when it does not run, with what brings it there. */
export function accessTo(address: string, session: Session, cloud: CloudFacts): Promise<HostAccess> {
  return accessToInstance(address, liveServerOf(cloud.servers, address), session, cloud)
}

/** The same into an instance of it: a volume may still be on the one whose place another takes. */
export function accessToInstance(
  address: string,
  server: LiveServer | undefined,
  { spec, ports }: Session,
  cloud: CloudFacts,
): Promise<HostAccess> {
  if (server?.state === 'running') return liveHostAccess(spec, cloud, ports)(server)
  throw new UsageError('SERVER_UNKNOWN', `${address} ${server ? `is ${server.state}` : 'does not exist'}`, {
    hint: whatStarts(address, server, spec),
  })
}

/** The server that a volume is attached to; rejects when it is attached to none, with what attaches it. */
export function holderOf(address: string, { spec }: Session, cloud: CloudFacts): LiveServer {
  const volume = liveVolumeOf(cloud.volumes, address)
  const holder = cloud.servers.find(({ id }) => id === volume?.attachment?.instanceId)
  if (holder) return holder
  const wanted = spec.volumes.find((one) => one.address === address)
  throw new UsageError('VOLUME_UNKNOWN', `${address} ${volume ? 'is on no server' : 'does not exist'}`, {
    hint:
      wanted?.server === undefined
        ? 'the stack file attaches it to none: say `server` there, and apply'
        : `\`evenkeel apply\` brings it to ${wanted.server}`,
  })
}

function whatStarts(address: string, server: LiveServer | undefined, spec: StackSpec): string {
  const wanted = spec.servers.find((one) => one.address === address)
  if (wanted?.state === 'stopped') return 'the stack file says `state: stopped`: write `running` there, and apply'
  if (server === undefined) return '`evenkeel apply` makes it'
  return server.state === 'pending' || server.state === 'stopping'
    ? 'wait for it, and try again'
    : '`evenkeel apply` brings it back'
}
