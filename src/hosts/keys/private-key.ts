import { readFile } from 'node:fs/promises'
import ssh2 from 'ssh2'
import { HostError, messageOf } from '../../core/errors.js'
import type { HostAccess } from '../../executor/ports.js'

/** How ssh2 proves who we are: a key read from a file, or the agent. */
export type Credentials = { readonly privateKey: Buffer } | { readonly agent: ssh2.BaseAgent }

/** Reads the server's private key; one that is locked by a passphrase is asked of the agent. */
export async function readCredentials(
  access: HostAccess,
  agentSocket: string | undefined = process.env['SSH_AUTH_SOCK'],
): Promise<Credentials> {
  const path = access.privateKeyPath
  if (path === undefined) {
    if (agentSocket) return { agent: new ssh2.OpenSSHAgent(agentSocket) }
    throw keyError(access, `no private key for ${access.address} lies on this machine, and no SSH agent runs`, {
      hint: 'start an SSH agent that holds the key, or name the path of the public key in keyPairs',
    })
  }
  const privateKey = await readFile(path).catch((error: unknown) => {
    throw keyError(access, `the private key ${path} cannot be read: ${messageOf(error)}`, { cause: error })
  })
  const parsed = ssh2.utils.parseKey(privateKey)
  if (!(parsed instanceof Error)) return { privateKey }
  const publicKey = await readFile(`${path}.pub`, 'utf8').catch(() => undefined)
  if (!/encrypted|passphrase/i.test(parsed.message)) {
    throw keyError(access, `${path} is no private key that can be used: ${parsed.message}`, { cause: parsed })
  }
  if (agentSocket) return { agent: new OrderedAgent(agentSocket, publicKey) }
  throw keyError(access, `the private key ${path} is locked by a passphrase, and no SSH agent runs`, {
    cause: parsed,
    hint: `unlock it with: eval "$(ssh-agent)" && ssh-add ${path}`,
  })
}

/** An agent that offers the wanted key first: servers close the connection after six wrong ones (MaxAuthTries). */
class OrderedAgent extends ssh2.OpenSSHAgent {
  readonly #wanted: string | undefined

  constructor(socketPath: string, publicKey: string | undefined) {
    super(socketPath)
    this.#wanted = publicKey?.split(/\s+/)[1]
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
        [...keys].sort((a, b) => rank(a) - rank(b)),
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
