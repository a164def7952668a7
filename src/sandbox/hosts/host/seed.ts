import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateOpensshKeyPair } from '../../../core/openssh-key.js'
import type { HostsDirectory } from '../directory.js'
import type { HostDescription } from '../host-backend.js'
import { exists } from '../disks/volume-files.js'
import { lowerUserData } from '../user-data/lower.js'

const hostKeyName = 'ssh_host_ed25519_key'

/**
 * Lays down what the first boot reads (host-boot-program.ts copies it to /var/lib/cloud/instance): key lines, user data and
 * the scripts that it was lowered to. Later boots read nothing of it, as with cloud-init.
 */
export async function writeSeed(directory: HostsDirectory, host: HostDescription): Promise<void> {
  const seed = join(directory.instance(host.instanceId), 'seed')
  await rm(seed, { recursive: true, force: true })
  for (const name of ['scripts/every-boot', 'scripts/once']) {
    await mkdir(join(seed, name), { recursive: true, mode: 0o700 })
  }
  await writeFile(join(seed, 'authorized_keys'), host.authorizedKeys.map((line) => `${line.trim()}\n`).join(''))
  await writeFile(join(seed, 'user-data.txt'), host.userData ?? '', { mode: 0o600 })
  const lowered = lowerUserData(host.userData, host.loginUser)
  await writeFile(join(seed, 'notes'), lowered.notes.map((note) => `${note}\n`).join(''))
  for (const { name, when, content } of lowered.scripts) {
    await writeFile(join(seed, 'scripts', when, name), content, { mode: 0o700 })
  }
  await writeHostKeys(join(directory.instance(host.instanceId), 'host-keys'), host)
}

/** The pair that the first boot takes, made here because a program for it costs as much as ten others of a boot. */
async function writeHostKeys(place: string, { hostname }: HostDescription): Promise<void> {
  if (await exists(join(place, `${hostKeyName}.pub`))) return
  const { privateKey, publicKey } = generateOpensshKeyPair(`root@${hostname}`)
  await mkdir(place, { recursive: true, mode: 0o700 })
  await writeFile(join(place, hostKeyName), privateKey, { mode: 0o600 })
  await writeFile(join(place, `${hostKeyName}.pub`), `${publicKey} root@${hostname}\n`)
}
