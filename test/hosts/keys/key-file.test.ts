import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostAccess } from '../../../src/executor/ports.js'
import { readAllCredentials } from '../../../src/hosts/keys/private-key.js'
import { findBesidePublic } from '../../../src/hosts/keys/kept-keys.js'
import { keyFingerprint } from '../../../src/core/key-fingerprint.js'
import { generateOpensshKeyPair } from '../../../src/core/openssh-key.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

let directory: ReturnType<typeof temporaryDirectory>
beforeAll(() => {
  directory = temporaryDirectory('key-file')
})
afterAll(() => directory.remove())

describe('a file that a key is looked for in', () => {
  it('is refused by its size before it is read', async () => {
    const privateKeyPath = join(directory.path, 'large')
    writeFileSync(privateKeyPath, 'x'.repeat(100_000))
    await expect(readAllCredentials({ address: 'server.web', privateKeyPath } as HostAccess)).rejects.toMatchObject({
      code: 'HOST_PRIVATE_KEY_UNUSABLE',
      message: expect.stringContaining('it is 100000 bytes long, so it is no key') as string,
    })
  })

  it('is passed over where it is a pipe with nobody at its other end', async () => {
    execFileSync('mkfifo', [join(directory.path, 'pipe.pub'), join(directory.path, 'pipe')])
    const { publicKey } = generateOpensshKeyPair('')
    writeFileSync(join(directory.path, 'own.pub'), publicKey)
    writeFileSync(join(directory.path, 'own'), '')
    const found = await findBesidePublic(directory.path, new Set([keyFingerprint(publicKey)]))
    expect(found).toEqual([join(directory.path, 'own')])
  })
})
