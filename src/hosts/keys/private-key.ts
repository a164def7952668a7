import ssh2 from 'ssh2'
import { HostError, messageOf } from '../../core/errors.js'
import type { HostAccess } from '../../executor/ports.js'
import { readKeyFile } from './key-file.js'

/** How ssh2 proves who we are: a key read from a file, or the agent. */
export type Credentials = { readonly privateKey: Buffer } | { readonly agent: ssh2.BaseAgent }

/**
 * Everything with which the server may be entered, most likely first: its key pair's private half, then those of keys that
 * it had before. Rejects with the first reason where there is nothing at all.
 */
export async function readAllCredentials(access: HostAccess): Promise<readonly Credentials[]> {
  const paths = [access.privateKeyPath, ...(access.otherKeyPaths ?? [])]
  const found = await Promise.allSettled(paths.map((privateKeyPath) => readCredentials({ ...access, privateKeyPath })))
  const credentials = found.flatMap((one): Credentials[] => (one.status === 'fulfilled' ? [one.value] : []))
  const [refused] = found.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  const agentSocket = process.env['SSH_AUTH_SOCK']
  const asksAgent = access.otherKeyPaths !== undefined && access.privateKeyPath !== undefined && agentSocket
  if (asksAgent) credentials.push({ agent: new ssh2.OpenSSHAgent(agentSocket) })
  if (credentials.length === 0) throw refused
  return credentials
}

/**
 * Proves who we are with exactly one key: its private half from the file, else from an agent that is asked for that key
 * alone. Rejects when the file holds another key.
 */
export async function readCredentialsOf(access: HostAccess, publicKey: string): Promise<Credentials> {
  const credentials = await readCredentials(access, process.env['SSH_AUTH_SOCK'], publicKey)
  if (!('privateKey' in credentials)) return credentials
  const parsed = ssh2.utils.parseKey(credentials.privateKey)
  if (!(parsed instanceof Error) && keyText(parsed) === publicKey.split(' ')[1]) return credentials
  throw keyError(access, `${access.privateKeyPath ?? ''} is not the private half of ${publicKey}`, {})
}

/** Reads the server's private key; one that is locked by a passphrase is asked of the agent. `only`: that key alone. */
async function readCredentials(
  access: HostAccess,
  agentSocket: string | undefined = process.env['SSH_AUTH_SOCK'],
  only?: string,
): Promise<Credentials> {
  const path = access.privateKeyPath
  if (path === undefined) {
    if (agentSocket)
      return {
        agent: only === undefined ? new ssh2.OpenSSHAgent(agentSocket) : new OrderedAgent(agentSocket, only, true),
      }
    throw keyError(access, `no private key for ${access.address} lies on this machine, and no SSH agent runs`, {
      hint: 'start an SSH agent that holds the key, or name the path of the public key in keyPairs',
    })
  }
  const privateKey = await readKeyFile(path).catch((error: unknown) => {
    throw keyError(access, `the private key ${path} cannot be read: ${messageOf(error)}`, { cause: error })
  })
  const parsed = ssh2.utils.parseKey(privateKey)
  if (!(parsed instanceof Error)) return { privateKey }
  const publicKey = await readKeyFile(`${path}.pub`).then(String, () => undefined)
  if (!/encrypted|passphrase/i.test(parsed.message)) {
    throw keyError(access, `${path} is no private key that can be used: ${parsed.message}`, { cause: parsed })
  }
  if (agentSocket) return { agent: new OrderedAgent(agentSocket, only ?? publicKey, only !== undefined) }
  throw keyError(access, `the private key ${path} is locked by a passphrase, and no SSH agent runs`, {
    cause: parsed,
    hint: `unlock it with: eval "$(ssh-agent)" && ssh-add ${path}`,
  })
}

/** An agent that offers the wanted key first, or alone: servers close the connection after six wrong ones (MaxAuthTries). */
class OrderedAgent extends ssh2.OpenSSHAgent {
  readonly #wanted: string | undefined
  readonly #alone: boolean

  constructor(socketPath: string, publicKey: string | undefined, alone: boolean) {
    super(socketPath)
    this.#wanted = publicKey?.split(/\s+/)[1]
    this.#alone = alone
  }

  override getIdentities(callback: Parameters<ssh2.OpenSSHAgent['getIdentities']>[0]): void {
    super.getIdentities((error, keys) => {
      if (error || !keys) {
        callback(error)
        return
      }
      const rank = (key: (typeof keys)[number]) => (keyText(key) === this.#wanted ? 0 : 1)
      callback(
        undefined,
        keys.filter((key) => !this.#alone || rank(key) === 0).sort((a, b) => rank(a) - rank(b)),
      )
    })
  }
}

function keyText(key: unknown): string | undefined {
  if (typeof key === 'object' && key !== null && 'getPublicSSH' in key) {
    return (key as ssh2.ParsedKey).getPublicSSH().toString('base64')
  }
  return undefined
}

function keyError(access: HostAccess, message: string, options: { cause?: unknown; hint?: string }): HostError {
  return new HostError('HOST_PRIVATE_KEY_UNUSABLE', message, { host: access.address, ...options })
}
