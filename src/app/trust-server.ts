import { HostError, UsageError } from '../core/errors.js'
import { keyFingerprint } from '../core/key-fingerprint.js'
import { hostnameOf, sshPort } from '../executor/host-access.js'
import { cloudQuery } from '../executor/observe/cloud-query.js'
import { observeCloud } from '../executor/observe/observe-cloud.js'
import { hostKeyOf, tagKeys } from '../model/tags.js'
import type { Address } from '../model/address.js'
import { viaOf } from '../model/inside/way-in.js'
import { liveServerOf } from '../model/kinds/live-named.js'
import { accessTo } from './enter-server.js'
import { serverNamed } from './servers/named-by-pattern.js'
import { withLock } from './lock/with-lock.js'
import type { Session } from './session.js'

export interface Trusted {
  readonly address: Address
  /** `ssh-ed25519 AAAA…`, as it is pinned now. */
  readonly hostKey: string
  /** What was pinned before; undefined: nothing. */
  readonly before: string | undefined
}

/**
 * Pins the host key that a server shows, if its fingerprint is the one that the operator knows in another way: for a server
 * whose console never shows its keys again. Rejects, and pins nothing, when none of its keys has it.
 */
export async function trustServer(session: Session, name: string, fingerprint: string): Promise<Trusted> {
  const { spec, ports, hostsImpossible } = session
  const wanted = normalizedFingerprint(fingerprint)
  const address = serverNamed(name, spec)
  if (hostsImpossible !== undefined) {
    throw new UsageError('SERVER_UNKNOWN', `${address} cannot be entered: ${hostsImpossible}`)
  }
  const cloud = await observeCloud(spec, ports.cloud, { ...cloudQuery(spec), operatorIp: false })
  const server = liveServerOf(cloud.servers, address)
  if (server?.state !== 'running') {
    throw new UsageError('SERVER_UNKNOWN', `${address} ${server ? `is ${server.state}` : 'does not exist'}`, {
      hint: 'run `evenkeel apply` first',
    })
  }
  const way = viaOf(
    server,
    spec.servers.find((one) => one.address === address),
  )
  const via = way && (await accessTo(way, session, cloud))
  const hostname = via
    ? (server.privateIp ?? hostnameOf(address, server))
    : hostnameOf(address, server, ports.isOutside)
  const offered = await ports.hosts.offeredHostKeys({ address, hostname, port: sshPort, ...(via && { via }) })
  const hostKey = offered.find((key) => keyFingerprint(key) === wanted)
  if (hostKey === undefined) {
    const shown = offered.map((key) => `${keyFingerprint(key)} (${key.split(' ')[0]})`).join(', ')
    throw new HostError('HOST_KEY_MISMATCH', `${address} (${hostname}) shows no key with ${wanted}: ${shown}`, {
      host: address,
      hint: 'somebody may be in between; nothing was pinned. The fingerprint is that of the ed25519 or ECDSA key, as `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints it on the server',
    })
  }
  const before = hostKeyOf(server.tags)
  const request = { id: server.id, tags: { [tagKeys.hostKey]: hostKey } }
  if (before !== hostKey) await withLock(session, {}, () => ports.cloud.setTags(request))
  return { address, hostKey, before }
}

/** 32 bytes behind `SHA256:`, which may be left out; ssh-keygen prints no `=` at the end. */
function normalizedFingerprint(text: string): string {
  const material = text
    .trim()
    .replace(/^SHA256:/i, '')
    .replace(/=+$/, '')
  if (/^[A-Za-z0-9+/]{43}$/.test(material)) return `SHA256:${material}`
  throw new UsageError('USAGE', `"${text}" is no fingerprint of a host key`, {
    hint: 'it is written as ssh-keygen -l prints it: SHA256: and 43 characters',
  })
}
