import { randomBytes } from 'node:crypto'
import { access, chmod, link, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { messageOf, UsageError } from '../../core/errors.js'
import type { LocalKeysPort } from '../../executor/ports.js'
import { type Address, displayName } from '../../model/address.js'
import type { KeyPairSpec } from '../../model/kinds/key-pair.js'
import { generateOpensshKeyPair, publicKeyOf } from '../../core/openssh-key.js'

export interface LocalKeysOptions {
  readonly stack: string
  /** Where generated pairs lie, e.g. `<state>/keys/<stack>`. */
  readonly directory: string
  readonly keyPairs: readonly { readonly address: Address; readonly publicKey: KeyPairSpec['publicKey'] }[]
  /** The stack file's folder: paths of public keys are relative to it. */
  readonly baseDirectory: string
}

/** The key pairs of a stack on this machine: those that the file names, and the generated ones in `directory`. */
export function createLocalKeys(options: LocalKeysOptions): LocalKeysPort {
  const specs = new Map(options.keyPairs.map((keyPair) => [keyPair.address, keyPair.publicKey]))
  const generatedPath = (keyPair: Address) => join(options.directory, displayName(keyPair))
  return {
    async publicKey(keyPair) {
      const spec = specs.get(keyPair)
      if (spec?.kind === 'text') return normalizePublicKey(spec.text, keyPair)
      if (spec?.kind === 'path') return readPublicKey(expand(spec.path, options.baseDirectory), keyPair)
      return readGenerated(generatedPath(keyPair))
    },
    async generate(keyPair) {
      return generate(options.directory, generatedPath(keyPair), `evenkeel ${options.stack}/${displayName(keyPair)}`)
    },
    async forget(keyPair) {
      if (specs.get(keyPair) !== undefined) return
      const path = generatedPath(keyPair)
      await rm(path, { force: true })
      await rm(`${path}.pub`, { force: true })
      // The folder goes with its last key.
      await rmdir(options.directory).catch(() => {})
    },
    async privateKeyPath(keyPair) {
      const spec = specs.get(keyPair)
      if (spec?.kind === 'text') return undefined
      if (spec === undefined) return (await exists(generatedPath(keyPair))) ? generatedPath(keyPair) : undefined
      const path = expand(spec.path, options.baseDirectory)
      const privatePath = path.endsWith('.pub') ? path.slice(0, -'.pub'.length) : undefined
      return privatePath !== undefined && (await exists(privatePath)) ? privatePath : undefined
    },
  }
}

/**
 * Writes the private half under another name and links it to its own: of two processes that do so at once, one wins, and
 * both return its public half. The private file is what counts; the `.pub` beside it is for people.
 */
async function generate(directory: string, path: string, comment: string): Promise<string> {
  const present = await readGenerated(path)
  if (present !== undefined) return present
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await chmod(directory, 0o700)
  const pair = generateOpensshKeyPair(comment)
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(temporary, pair.privateKey, { mode: 0o600, flag: 'wx' })
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(temporary, { force: true })
  }
  const made = await readGenerated(path)
  if (made === undefined) throw keyError(`${path} disappeared while it was being made`)
  await writeFile(`${path}.pub`, `${made} ${comment}\n`, { mode: 0o644 })
  return made
}

async function readGenerated(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw keyError(`the private key ${path} cannot be read: ${messageOf(error)}`, error)
  })
  if (text === undefined) return undefined
  const publicKey = publicKeyOf(text)
  if (publicKey === undefined) throw keyError(`${path} is no OpenSSH private key`)
  return publicKey
}

/** Chosen: an authorized_keys file of some size; a line of it is what is wanted. */
const publicKeyBytesMax = 64 * 1024

async function readPublicKey(path: string, keyPair: Address): Promise<string> {
  const stats = await stat(path).catch(() => undefined)
  if (stats && (!stats.isFile() || stats.size > publicKeyBytesMax)) {
    throw keyError(
      `${keyPair}: ${path} is ${stats.isFile() ? `${stats.size} bytes long` : 'no file'}, so it is no public key`,
    )
  }
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw keyError(`${keyPair}: ${isMissing ? `there is no public key at ${path}` : messageOf(error)}`, error)
  })
  if (/PRIVATE KEY/.test(text))
    throw keyError(`${keyPair}: ${path} is a private key; name the public one beside it, ${path}.pub`)
  return normalizePublicKey(text, keyPair)
}

/** `ssh-ed25519 AAAA… comment` -> `ssh-ed25519 AAAA…`; the kind must be the one that the key itself names. */
function normalizePublicKey(text: string, keyPair: Address): string {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '' && !candidate.startsWith('#')) ?? ''
  const [kind = '', blob = ''] = line.trim().split(/\s+/)
  const bytes = Buffer.from(blob, 'base64')
  const named = bytes.length > 4 ? bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString('latin1') : ''
  if (kind === '' || named !== kind) {
    throw keyError(`${keyPair}: "${line.slice(0, 40)}" is no OpenSSH public key (ssh-ed25519 AAAA…)`)
  }
  return `${kind} ${blob}`
}

function keyError(message: string, cause?: unknown): UsageError {
  return new UsageError('LOCAL_KEY_UNUSABLE', message, {
    cause,
    hint: 'name the public key of a pair made with: ssh-keygen -t ed25519',
  })
}

function expand(path: string, baseDirectory: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1))
  return isAbsolute(path) ? path : resolve(baseDirectory, path)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
