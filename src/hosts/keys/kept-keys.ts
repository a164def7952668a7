import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { keyFingerprint } from '../../core/key-fingerprint.js'
import { publicKeyOf } from '../../core/openssh-key.js'
import { readKeyFile } from './key-file.js'

/** Below a directory of generated pairs: private halves whose key pair is gone from EC2. Some server may still know them. */
const retiredName = 'retired'

/** The generated private halves with these fingerprints, in the order of the directories. */
export async function findPrivateKeys(
  directories: readonly string[],
  fingerprints: ReadonlySet<string>,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const directory of directories) {
    for (const place of [directory, join(directory, retiredName)]) {
      for (const name of await namesIn(place)) {
        const path = join(place, name)
        const fingerprint = name.endsWith('.pub') ? undefined : await fingerprintOf(path)
        if (fingerprint !== undefined && fingerprints.has(fingerprint)) found.push(path)
      }
    }
  }
  return found
}

/** The private halves that lie beside public ones with these fingerprints, e.g. in `~/.ssh`. */
export async function findBesidePublic(
  directory: string,
  fingerprints: ReadonlySet<string>,
): Promise<readonly string[]> {
  const names = await namesIn(directory)
  const found: string[] = []
  for (const name of names) {
    const privateName = name.slice(0, -'.pub'.length)
    if (!name.endsWith('.pub') || !names.includes(privateName)) continue
    const text = await readKeyFile(join(directory, name)).then(String, () => '')
    if (fingerprints.has(keyFingerprint(text))) found.push(join(directory, privateName))
  }
  return found
}

/** Moves a generated pair aside and returns where its private half lies from then on; undefined when there was none. */
export async function retirePrivateKey(directory: string, name: string): Promise<string | undefined> {
  const path = join(directory, name)
  const fingerprint = await fingerprintOf(path)
  if (fingerprint === undefined) return undefined
  const retired = join(directory, retiredName)
  await mkdir(retired, { recursive: true, mode: 0o700 })
  await chmod(retired, 0o700)
  const kept = join(
    retired,
    `${name}-${fingerprint
      .slice('SHA256:'.length)
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .slice(0, 12)}`,
  )
  await rename(path, kept)
  await rm(`${path}.pub`, { force: true })
  return kept
}

async function namesIn(directory: string): Promise<readonly string[]> {
  const names: readonly string[] = await readdir(directory).catch(() => [])
  return names.toSorted()
}

/** Of the public half that stands in an OpenSSH private key; undefined for what is none, or cannot be read. */
async function fingerprintOf(path: string): Promise<string | undefined> {
  const text = await readKeyFile(path).then(String, () => '')
  const publicKey = publicKeyOf(text)
  return publicKey === undefined ? undefined : keyFingerprint(publicKey)
}
