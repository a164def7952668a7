import type { Duplex } from 'node:stream'
import pLimit from 'p-limit'
import ssh2 from 'ssh2'
import { required } from '../../core/assert.js'
import type { Clock } from '../../core/clock.js'
import { Cancelled, HostError, messageOf } from '../../core/errors.js'
import { keyFingerprint } from '../../core/key-fingerprint.js'
import { beginWait } from '../../core/wait-sink.js'
import type { HostAccess } from '../../executor/ports.js'
import { type Credentials, type LoginWay, readAllCredentials, readCredentialsOf } from '../keys/private-key.js'

export interface ConnectOptions {
  /** How long a server that does not answer is tried again. */
  readonly patienceMs: number
  /** How long a refused login is tried again: at a first boot sshd may answer before the key is in its place. */
  readonly loginPatienceMs: number
  readonly clock: Clock
  /** Log in with this public key's private half and no other. */
  readonly only?: string
  /** Reaches the server's SSH port through another server; left out: straight. Asked for each attempt. */
  readonly reach?: (() => Promise<Duplex>) | undefined
  /** Aborted: nobody waits any more. */
  readonly signal?: AbortSignal | undefined
}

/** Chosen: one attempt; a security group that drops packets answers nothing at all. */
const attemptTimeoutMs = 10_000
const delayFirstMs = 100
const delayMaxMs = 5_000

/** Chosen: so many handshakes at once; each takes some 40 ms of this machine's processor, and may wait for 10 s. */
const attemptsMax = 64
const attempts = pLimit(attemptsMax)

export interface Login {
  readonly client: ssh2.Client
  /** EC2 Instance Connect has let this machine in: no key of the stack is here. */
  readonly isAdmitted: boolean
}

/** Connects and logs in, trying again with growing delays while the server does not answer. */
export async function connect(access: HostAccess, options: ConnectOptions): Promise<Login> {
  const candidates: readonly LoginWay[] =
    options.only === undefined ? await readAllCredentials(access) : [await readCredentialsOf(access, options.only)]
  const start = options.clock.now()
  const tell = beginWait(options.clock, `${access.address} to answer at ${access.hostname}:${access.port}`)
  for (let delayMs = delayFirstMs; ; delayMs = Math.min(delayMs * 2, delayMaxMs)) {
    const leftMs = Math.max(1, start + options.patienceMs - options.clock.now())
    try {
      const timeoutMs = Math.min(attemptTimeoutMs, leftMs)
      return await attempts(() => attemptAny(access, candidates, timeoutMs, options))
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      const patienceMs = error.code === 'HOST_AUTHENTICATION_FAILED' ? options.loginPatienceMs : options.patienceMs
      const again = error.retryable || error.code === 'HOST_AUTHENTICATION_FAILED'
      if (!again || options.clock.now() + delayMs >= start + patienceMs) throw error
      tell(error.code)
    }
    await options.clock.sleep(delayMs, options.signal).catch(() => {
      throw nobodyWaits(access)
    })
  }
}

/** Each key in a connection of its own, because sshd ends one that has tried too many. */
async function attemptAny(
  access: HostAccess,
  candidates: readonly LoginWay[],
  timeoutMs: number,
  { reach, signal }: Pick<ConnectOptions, 'reach' | 'signal'>,
): Promise<Login> {
  let refused: HostError | undefined
  for (const { admit, ...credentials } of candidates) {
    try {
      await admit?.()
      const client = await attempt(access, credentials, timeoutMs, { sock: await reach?.(), signal })
      return { client, isAdmitted: admit !== undefined }
    } catch (error) {
      if (!(error instanceof HostError) || !isRefusal(error)) throw error
      refused ??= admit && error.code === 'HOST_AUTHENTICATION_FAILED' ? notAsked(access, error) : error
    }
  }
  throw required(refused, 'a key to try')
}

/** Another key may do. */
function isRefusal({ code }: HostError): boolean {
  return code === 'HOST_AUTHENTICATION_FAILED' || code === 'HOST_NOT_ADMITTED'
}

/** EC2 took the key, and the server does not know it: nobody asks for it there. */
function notAsked({ address, user }: HostAccess, cause: HostError): HostError {
  const message = `${address} cannot be entered from this machine: its key is neither here nor in an SSH agent, and the server does not know the key that EC2 Instance Connect let in for ${user}`
  return new HostError('HOST_AUTHENTICATION_FAILED', message, {
    host: String(address),
    cause,
    hint: 'its image may have no EC2 Instance Connect (Amazon Linux and Ubuntu have it, Debian has not), or the login `user` is another; else load the key into an SSH agent (`ssh-add`), or name a key pair of your own under keyPairs',
  })
}

function nobodyWaits({ address }: HostAccess): Cancelled {
  return new Cancelled(`nobody waits any more for ${address} to answer`)
}

function attempt(
  access: HostAccess,
  credentials: Credentials,
  timeoutMs: number,
  { sock, signal }: { readonly sock: Duplex | undefined; readonly signal: AbortSignal | undefined },
): Promise<ssh2.Client> {
  const [algorithm = '', blob = ''] = access.hostKey.trim().split(/\s+/)
  const expected = Buffer.from(blob, 'base64')
  return new Promise((resolve, reject) => {
    let shown: Buffer | undefined
    const client = new ssh2.Client()
    const onAbort = () => {
      reject(nobodyWaits(access))
      client.destroy()
    }
    if (signal?.aborted === true) {
      reject(nobodyWaits(access))
      return
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    client.on('close', () => signal?.removeEventListener('abort', onAbort))
    client.on('ready', () => {
      signal?.removeEventListener('abort', onAbort)
      client.removeAllListeners('error')
      resolve(client)
    })
    client.on('error', (error) => {
      client.on('error', () => {})
      client.end()
      reject(shown ? mismatch(access, shown) : classify(access, error))
    })
    client.on('close', () => reject(classify(access, new Error('the connection was closed before the login'))))
    client.connect({
      host: access.hostname,
      port: access.port,
      ...(sock && { sock }),
      username: access.user,
      ...credentials,
      // The pinned key's own algorithm is asked for: a server has one key of each kind.
      algorithms: { serverHostKey: serverHostKeyAlgorithms[algorithm] ?? ['ssh-ed25519'] },
      hostVerifier: (key: Buffer) => {
        if (expected.length > 0 && key.equals(expected)) return true
        shown = key
        return false
      },
      readyTimeout: timeoutMs,
      keepaliveInterval: 15_000,
      keepaliveCountMax: 4,
    })
    // Without it each command takes 44 ms instead of 2 (measured): Nagle's algorithm waits for the delayed ACK.
    if (!sock) client.setNoDelay(true)
  })
}

const serverHostKeyAlgorithms: Readonly<Record<string, ssh2.ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

function classify(access: HostAccess, error: Error & { level?: string; code?: string }): HostError {
  const target = `${access.address} (${access.user}@${access.hostname}:${access.port})`
  if (error.level === 'client-authentication') {
    return new HostError('HOST_AUTHENTICATION_FAILED', `${target} does not accept ${keysOf(access)}`, {
      host: access.address,
      cause: error,
      hint: `check the server's \`user\`, and that its authorized_keys has the key of this key pair`,
    })
  }
  if (error.level === 'agent') {
    return new HostError('HOST_PRIVATE_KEY_UNUSABLE', `the SSH agent failed: ${error.message}`, {
      host: access.address,
      cause: error,
    })
  }
  if (/no matching host key/i.test(error.message)) {
    return new HostError('HOST_KEY_MISMATCH', `${target} has no host key of the pinned kind`, {
      host: access.address,
      cause: error,
      hint: mismatchHint,
    })
  }
  return new HostError('HOST_UNREACHABLE', `${target} does not answer: ${messageOf(error)}`, {
    host: access.address,
    retryable: true,
    cause: error,
    hint: hintOf(access),
  })
}

/** For messages: everything that was tried. */
function keysOf({ privateKeyPath, otherKeyPaths = [], agentKeys = [] }: HostAccess): string {
  const ofAgent = agentKeys.map((key) => `the key ${keyFingerprint(key)} of the SSH agent`)
  const anyOther = privateKeyPath === undefined && ofAgent.length === 0 ? ['any key of the SSH agent'] : []
  return [privateKeyPath, ...ofAgent, ...anyOther, ...otherKeyPaths].filter((key) => key !== undefined).join(', nor ')
}

function hintOf({ hostname, privateIp, via }: HostAccess): string {
  if (via) return `check that it runs, and that its security group lets ${via.address} reach its SSH port`
  return hostname === privateIp ? privateHint : unreachableHint
}

const unreachableHint = 'check that the server runs, and that a security group lets this machine reach its SSH port'

const privateHint =
  'it has a private address alone: work from a machine that its network can be reached from, or write `via: server.NAME` of one that it can be reached from, or `elasticIp: true` for it, or name a `subnet` that gives public addresses'

const mismatchHint =
  'somebody may be in between, or the server was set up anew: learn its fingerprint in a way that cannot be forged (its console output), then say it: `evenkeel trust SERVER --fingerprint SHA256:…`'

function mismatch(access: HostAccess, shown: Buffer): HostError {
  const length = shown.readUInt32BE(0)
  const kind = shown.subarray(4, 4 + length).toString('latin1')
  return new HostError(
    'HOST_KEY_MISMATCH',
    `${access.address} (${access.hostname}) shows the host key ${kind} ${shown.toString('base64')}, but ${access.hostKey.trim()} is pinned for it`,
    { host: access.address, hint: mismatchHint },
  )
}
