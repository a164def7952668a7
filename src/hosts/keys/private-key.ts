import ssh2 from 'ssh2'
import { HostError, messageOf } from '../../core/errors.js'
import { sshPublicKey } from '../../core/ssh-public-key.js'
import type { HostAccess } from '../../executor/ports.js'
import { agentLogins, agentOffering, agentPublicKeys, publicKeyText } from './agent-keys.js'
import { agentSocket } from './agent-socket.js'
import { readKeyFile } from './key-file.js'

/** How ssh2 proves who we are: a key read from a file, or the agent. */
export type Credentials = { readonly privateKey: Buffer } | { readonly agent: ssh2.BaseAgent }

/** One way to try; `admit` comes before the login with it. */
export type LoginWay = Credentials & { readonly admit?: () => Promise<void> }

/**
 * Everything with which the server may be entered, most likely first: its key pair's private half from a file, or the agent
 * asked for the stack's keys alone; then those of keys that it had before, what EC2 lets in where there is none of these, and in the end whatever else the agent holds.
 * Rejects with the first reason where there is nothing at all.
 */
export async function readAllCredentials(access: HostAccess): Promise<readonly LoginWay[]> {
  const { privateKeyPath, otherKeyPaths, agentKeys = [], pass } = access
  const paths = [privateKeyPath, ...(otherKeyPaths ?? [])].filter((path) => path !== undefined)
  const found = await Promise.allSettled(paths.map((path) => readCredentials(access, path)))
  const files = found.map((one) => (one.status === 'fulfilled' ? one.value : []))
  const [refused] = found.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  const own = privateKeyPath === undefined ? [] : (files.shift() ?? [])
  const socket = agentSocket()
  const fitting = socket === undefined ? [] : agentKeys.map((key) => ({ agent: agentOffering(socket, [key]) }))
  const asksAgent = socket !== undefined && (privateKeyPath === undefined || otherKeyPaths !== undefined)
  const others = asksAgent ? await otherKeysOf(socket, agentKeys) : []
  const admitted = pass ? [{ privateKey: await readKeyFile(pass.privateKeyPath), admit: () => pass.admit() }] : []
  const credentials = [...own, ...fitting, ...files.flat(), ...admitted, ...others]
  if (credentials.length > 0) return credentials
  throw refused instanceof Error ? refused : noKey(access)
}

/**
 * Proves who we are with exactly one key: its private half from the file, else from an agent that is asked for that key
 * alone. Rejects when the file holds another key.
 */
export async function readCredentialsOf(access: HostAccess, publicKey: string): Promise<Credentials> {
  const { privateKeyPath: path } = access
  const socket = agentSocket()
  if (path === undefined && socket === undefined) throw noKey(access)
  const fromFile = path === undefined ? undefined : await readPrivateKey(access, path)
  if (fromFile === undefined && socket !== undefined) return { agent: agentOffering(socket, [publicKey]) }
  if (fromFile === undefined) throw isLocked(access, path ?? '')
  const parsed = ssh2.utils.parseKey(fromFile)
  if (publicKeyText(parsed)?.split(' ')[1] === publicKey.split(' ')[1]) return { privateKey: fromFile }
  throw keyError(access, `${path} is not the private half of ${publicKey}`, {})
}

/** With a private key's file; one that is locked by a passphrase is asked of the agent, with all that it holds where nobody says which. */
async function readCredentials(access: HostAccess, path: string): Promise<readonly Credentials[]> {
  const privateKey = await readPrivateKey(access, path)
  if (privateKey !== undefined) return [{ privateKey }]
  const socket = agentSocket()
  if (socket === undefined) throw isLocked(access, path)
  const publicKey = await readKeyFile(`${path}.pub`).then(
    (text) => sshPublicKey(String(text)),
    () => undefined,
  )
  return publicKey === undefined ? otherKeysOf(socket, []) : [{ agent: agentOffering(socket, [publicKey]) }]
}

/** Everything that the agent holds beside these keys. */
async function otherKeysOf(socket: string, known: readonly string[]): Promise<readonly Credentials[]> {
  const others = (await agentPublicKeys(socket)).filter((key) => !known.includes(key))
  return agentLogins(socket, others).map((agent) => ({ agent }))
}

/** What a private key's file holds; undefined for one that is locked by a passphrase. */
async function readPrivateKey(access: HostAccess, path: string): Promise<Buffer | undefined> {
  const privateKey = await readKeyFile(path).catch((error: unknown) => {
    throw keyError(access, `the private key ${path} cannot be read: ${messageOf(error)}`, { cause: error })
  })
  const parsed = ssh2.utils.parseKey(privateKey)
  if (!(parsed instanceof Error)) return privateKey
  if (/encrypted|passphrase/i.test(parsed.message)) return undefined
  throw keyError(access, `${path} is no private key that can be used: ${parsed.message}`, { cause: parsed })
}

function isLocked(access: HostAccess, path: string): HostError {
  return keyError(access, `the private key ${path} is locked by a passphrase, and no SSH agent runs`, {
    hint: `unlock it with: eval "$(ssh-agent)" && ssh-add ${path}`,
  })
}

function noKey(access: HostAccess): HostError {
  const agent = agentSocket() === undefined ? 'no SSH agent runs' : 'the SSH agent holds none'
  return keyError(access, `no private key for ${access.address} lies on this machine, and ${agent}`, {
    hint: 'load the key into an SSH agent (`ssh-add`), or name the path of the public key in keyPairs',
  })
}

function keyError(access: HostAccess, message: string, options: { cause?: unknown; hint?: string }): HostError {
  return new HostError('HOST_PRIVATE_KEY_UNUSABLE', message, { host: access.address, ...options })
}
