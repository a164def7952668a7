import type { Duplex } from 'node:stream'
import ssh2 from 'ssh2'
import { HostError } from '../../core/errors.js'
import type { HostPlace } from '../../executor/ports.js'

/** Those whose public halves fit into a tag, in the order in which they are pinned. */
const kinds: readonly ssh2.ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
]

/** Chosen: as one attempt to connect. */
const timeoutMs = 10_000

/** Asks for one key of each kind; a connection ends as soon as it has shown its key, before anybody logs in. */
export async function offeredHostKeys(place: HostPlace, reach?: () => Promise<Duplex>): Promise<readonly string[]> {
  const offers = await Promise.all(kinds.map(async (kind) => offeredKey(place, kind, await reach?.())))
  return offers.filter((key) => key !== undefined)
}

/** The key of that kind; undefined for a server without one. */
function offeredKey(
  place: HostPlace,
  kind: ssh2.ServerHostKeyAlgorithm,
  sock: Duplex | undefined,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    client.on('error', (error) => {
      client.end()
      if (/no matching host key/i.test(error.message)) resolve(undefined)
      else reject(unreachable(place, error))
    })
    client.on('close', () =>
      reject(unreachable(place, new Error('the connection was closed before it showed its key'))),
    )
    client.connect({
      host: place.hostname,
      port: place.port,
      ...(sock && { sock }),
      username: 'nobody',
      algorithms: { serverHostKey: [kind] },
      hostVerifier: (key: Buffer) => {
        resolve(`${kind} ${key.toString('base64')}`)
        return false
      },
      readyTimeout: timeoutMs,
    })
  })
}

function unreachable({ address, hostname, port }: HostPlace, cause: Error): HostError {
  return new HostError('HOST_UNREACHABLE', `${address} (${hostname}:${port}) does not answer: ${cause.message}`, {
    host: address,
    retryable: true,
    cause,
    hint: 'check that the server runs, and that a security group lets this machine reach its SSH port',
  })
}
