import { randomBytes } from 'node:crypto'
import { access, chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { messageOf, UsageError } from '../../core/errors.js'
import { keyFingerprint } from '../../core/key-fingerprint.js'
import { sshPublicKey } from '../../core/ssh-public-key.js'
import type { LocalKeysPort } from '../../executor/ports.js'
import { type Address, displayName } from '../../model/address.js'
import type { KeyPairSpec } from '../../model/kinds/key-pair.js'
import { generateOpensshKeyPair, publicKeyOf as publicHalfOf } from '../../core/openssh-key.js'
import { agentSocket } from './agent-socket.js'
import { keyFileBytesMax, readKeyFile } from './key-file.js'
import { findBesidePublic, findPrivateKeys, retirePrivateKey } from './kept-keys.js'

export interface LocalKeysOptions {
  readonly stack: string
  /** Where generated pairs are made, e.g. `<state>/keys/default/us-east-1/<stack>`. */
  readonly directory: string
  /** Where they may lie as well, made by words of the stack file that have changed since. A pair that EC2 has is found there too. */
  readonly otherDirectories?: readonly string[]
  /** Those of them in which a pair of the same name may be the one, where EC2 has none: of other words for the same place. Left out: all. */
  readonly sameDirectories?: readonly string[]
  readonly keyPairs: readonly { readonly address: Address; readonly publicKey: KeyPairSpec['publicKey'] }[]
  /** The stack file's folder: paths of public keys are relative to it. */
  readonly baseDirectory: string
}

/** The key pairs of a stack on this machine: those that the file names, and the generated ones in `directory`. */
export function createLocalKeys(options: LocalKeysOptions): LocalKeysPort {
  const { directory, otherDirectories = [], sameDirectories = otherDirectories, baseDirectory } = options
  const specs = new Map(options.keyPairs.map((keyPair) => [keyPair.address, keyPair.publicKey]))
  const directories = [directory, ...otherDirectories]
  /** The public halves that EC2 has, as far as somebody said. */
  const seen = new Map<Address, string>()
  /** Asked once: what a run enters servers with is the same from its beginning to its end. */
  let inAgent: Promise<readonly string[]> | undefined

  /** The public half that the file names. */
  async function publicKeyOf(keyPair: Address, spec: NonNullable<KeyPairSpec['publicKey']>): Promise<string> {
    if (spec.kind === 'text') return normalizePublicKey(spec.text, 'the text', keyPair)
    return readPublicKey(expand(spec.path, baseDirectory), keyPair)
  }

  /** The generated private half of a pair: the one that EC2 has, wherever it lies, else the one in its place. */
  async function generatedPath(keyPair: Address, live: string | undefined): Promise<string | undefined> {
    const place = join(directory, displayName(keyPair))
    if (live !== undefined) {
      const found = await findPrivateKeys(directories, new Set([keyFingerprint(live)]))
      if (found[0] !== undefined) return found[0]
    }
    if (await exists(place)) return place
    return live === undefined ? (await sameNamed(keyPair))[0] : undefined
  }

  /** Pairs of that name in directories of the same place, of which one may be this stack's, and the others those of stacks named so elsewhere. */
  async function sameNamed(keyPair: Address): Promise<readonly string[]> {
    const paths = sameDirectories.map((other) => join(other, displayName(keyPair)))
    const present = await Promise.all(paths.map(exists))
    return paths.filter((_path, index) => present[index])
  }

  async function privateKeyPath(keyPair: Address, live: string | undefined): Promise<string | undefined> {
    const spec = specs.get(keyPair)
    if (spec === undefined) return generatedPath(keyPair, live)
    if (spec.kind === 'text') return undefined
    const path = expand(spec.path, baseDirectory)
    const privatePath = path.endsWith('.pub') ? path.slice(0, -'.pub'.length) : undefined
    return privatePath !== undefined && (await exists(privatePath)) ? privatePath : undefined
  }

  /** What the agent holds of the pair, as EC2 has it and as the file names it, and then of keys with these fingerprints. */
  async function keysInAgent(
    keyPair: Address | undefined,
    fingerprints: readonly string[],
  ): Promise<readonly string[]> {
    const socket = agentSocket()
    if (socket === undefined) return []
    inAgent ??= import('./agent-keys.js').then(({ agentPublicKeys }) => agentPublicKeys(socket))
    const spec = keyPair && specs.get(keyPair)
    const named = keyPair && spec && (await publicKeyOf(keyPair, spec).catch(() => undefined))
    const own = [keyPair && seen.get(keyPair), named].flatMap((key) => (key === undefined ? [] : keyFingerprint(key)))
    const wanted = [...own, ...fingerprints]
    const ranked = (await inAgent).map((key) => ({ key, rank: wanted.indexOf(keyFingerprint(key)) }))
    return ranked
      .filter(({ rank }) => rank >= 0)
      .sort((a, b) => a.rank - b.rank)
      .map(({ key }) => key)
  }

  /** The private half of somebody's own key: the file that named its place may be gone. */
  async function ownersKey(live: string): Promise<string | undefined> {
    return (await findBesidePublic(join(homedir(), '.ssh'), new Set([keyFingerprint(live)])))[0]
  }

  return {
    async publicKey(keyPair, live) {
      if (live !== undefined) seen.set(keyPair, live)
      const spec = specs.get(keyPair)
      if (spec !== undefined) return publicKeyOf(keyPair, spec)
      const path = await generatedPath(keyPair, live)
      return path === undefined ? undefined : readGenerated(path)
    },
    async generate(keyPair) {
      const path = join(directory, displayName(keyPair))
      return generate(directory, path, `evenkeel ${options.stack}/${displayName(keyPair)}`)
    },
    async retire(keyPair) {
      if (specs.get(keyPair) !== undefined) return undefined
      return retirePrivateKey(directory, displayName(keyPair))
    },
    privateKeyPath,
    async privateKeyPaths(keyPair, formerKeys) {
      const live = keyPair && seen.get(keyPair)
      const kept = keyPair === undefined ? undefined : await privateKeyPath(keyPair, live)
      const own = kept ?? (live === undefined ? undefined : await ownersKey(live))
      const isGenerated = keyPair !== undefined && specs.get(keyPair) === undefined
      const former = isGenerated && !seen.has(keyPair) ? [...(await sameNamed(keyPair))] : []
      if (formerKeys.length > 0) {
        const wanted = new Set(formerKeys)
        former.push(...(await findPrivateKeys(directories, wanted)))
        // People keep their keys in ~/.ssh, and a new one beside the old one.
        const spec = keyPair === undefined ? undefined : specs.get(keyPair)
        const besides = spec?.kind === 'path' ? [dirname(expand(spec.path, baseDirectory))] : []
        for (const place of new Set([...besides, join(homedir(), '.ssh')])) {
          former.push(...(await findBesidePublic(place, wanted)))
        }
      }
      const inAgent = await keysInAgent(own === undefined ? keyPair : undefined, formerKeys)
      return { own, former: [...new Set(former)].filter((path) => path !== own), inAgent }
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
  const text = await readKeyFile(path).then(String, (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw keyError(`the private key ${path} cannot be read: ${messageOf(error)}`, error)
  })
  if (text === undefined) return undefined
  const publicKey = publicHalfOf(text)
  if (publicKey === undefined) throw keyError(`${path} is no OpenSSH private key`)
  return publicKey
}

async function readPublicKey(path: string, keyPair: Address): Promise<string> {
  const stats = await stat(path).catch(() => undefined)
  if (stats && (!stats.isFile() || stats.size > keyFileBytesMax)) {
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
  return normalizePublicKey(text, path, keyPair)
}

/** `ssh-ed25519 AAAA… comment` -> `ssh-ed25519 AAAA…`; the kind must be the one that the key itself names. */
function normalizePublicKey(text: string, where: string, keyPair: Address): string {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '' && !candidate.startsWith('#')) ?? ''
  const publicKey = sshPublicKey(line)
  if (publicKey === undefined) {
    // Nothing of it is shown: a stack file may name any file, and whoever wrote it may read what this prints.
    throw keyError(`${keyPair}: ${where} holds no OpenSSH public key (ssh-ed25519 AAAA…)`)
  }
  return publicKey
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
