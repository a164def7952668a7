import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import ssh2 from 'ssh2'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLocalKeys } from '../../../src/hosts/keys/local-keys.js'
import { generateOpensshKeyPair, publicKeyOf } from '../../../src/core/openssh-key.js'
import type { Address } from '../../../src/model/address.js'
import type { KeyPairSpec } from '../../../src/model/kinds/key-pair.js'

const address = 'keyPair.deploy' as Address
let base: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'evenkeel-keys-'))
})
afterEach(() => rm(base, { recursive: true }))

const keysOf = (publicKey: KeyPairSpec['publicKey']) =>
  createLocalKeys({
    stack: 'demo',
    directory: join(base, 'keys', 'demo'),
    keyPairs: [{ address, publicKey }],
    baseDirectory: base,
  })

describe('a generated pair', () => {
  test('is made once, readable by its owner alone, and the same for everybody who asks', async () => {
    const keys = keysOf(undefined)
    expect(await keys.publicKey(address)).toBeUndefined()
    expect(await keys.privateKeyPath(address)).toBeUndefined()
    const made = await Promise.all([
      keys.generate(address),
      keysOf(undefined).generate(address),
      keys.generate(address),
    ])
    expect(new Set(made).size).toBe(1)
    expect(await keysOf(undefined).publicKey(address)).toBe(made[0])
    const path = (await keys.privateKeyPath(address)) ?? ''
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(path, '..'))).toEqual(['deploy', 'deploy.pub'])
    expect(await readFile(`${path}.pub`, 'utf8')).toBe(`${made[0]} evenkeel demo/deploy\n`)
  })

  test('is forgotten with its folder, and forgetting twice is fine', async () => {
    const keys = keysOf(undefined)
    await keys.generate(address)
    await keys.forget(address)
    await keys.forget(address)
    expect(await keys.publicKey(address)).toBeUndefined()
    expect(await readdir(join(base, 'keys'))).toEqual([])
  })
})

describe('a pair that the file names', () => {
  const pair = generateOpensshKeyPair('someone@somewhere')

  test('is no device, nor a file of any size', async () => {
    await expect(keysOf({ kind: 'path', path: '/dev/zero' }).publicKey(address)).rejects.toThrow(/is no file/)
    await writeFile(join(base, 'large.pub'), 'x'.repeat(65_537))
    await expect(keysOf({ kind: 'path', path: 'large.pub' }).publicKey(address)).rejects.toThrow(/65537 bytes long/)
  })

  test('is read from a path, without its comment; the private half lies beside it', async () => {
    await writeFile(join(base, 'id.pub'), `${pair.publicKey} someone@somewhere\n`)
    for (const path of ['id.pub', './id.pub', join(base, 'id.pub'), `~/${relative(homedir(), join(base, 'id.pub'))}`]) {
      const keys = keysOf({ kind: 'path', path })
      expect(await keys.publicKey(address)).toBe(pair.publicKey)
      expect(await keys.privateKeyPath(address)).toBeUndefined()
    }
    await writeFile(join(base, 'id'), pair.privateKey)
    expect(await keysOf({ kind: 'path', path: 'id.pub' }).privateKeyPath(address)).toBe(join(base, 'id'))
  })

  test('is never removed', async () => {
    await writeFile(join(base, 'id.pub'), pair.publicKey)
    await keysOf({ kind: 'path', path: 'id.pub' }).forget(address)
    expect(await readdir(base)).toEqual(['id.pub'])
  })

  test('may stand in the file as text; the agent holds its private half', async () => {
    const keys = keysOf({ kind: 'text', text: `${pair.publicKey} me\n` })
    expect(await keys.publicKey(address)).toBe(pair.publicKey)
    expect(await keys.privateKeyPath(address)).toBeUndefined()
  })

  test.each([
    ['nothing there', undefined, 'there is no public key at'],
    ['a private key', pair.privateKey, 'is a private key; name the public one'],
    ['something else', 'hello', 'is no OpenSSH public key'],
    ['another kind than the key says', pair.publicKey.replace('ed25519', 'rsa'), 'is no OpenSSH public key'],
  ])('%s is told', async (_name, content, message) => {
    if (content !== undefined) await writeFile(join(base, 'id.pub'), content)
    await expect(keysOf({ kind: 'path', path: 'id.pub' }).publicKey(address)).rejects.toMatchObject({
      code: 'LOCAL_KEY_UNUSABLE',
      message: expect.stringContaining(message),
    })
  })
})

describe('the OpenSSH format', () => {
  test('is read by ssh-keygen', async () => {
    const path = join(base, 'key')
    for (let turn = 0; turn < 5; turn += 1) {
      const pair = generateOpensshKeyPair('a comment')
      await writeFile(path, pair.privateKey, { mode: 0o600 })
      expect(spawnSync('ssh-keygen', ['-y', '-f', path], { encoding: 'utf8' }).stdout.trim()).toBe(
        `${pair.publicKey} a comment`,
      )
    }
  })

  test('is read by ssh2 whatever bytes the key begins with', () => {
    for (let turn = 0; turn < 600; turn += 1) {
      const pair = generateOpensshKeyPair('x')
      expect(publicKeyOf(pair.privateKey)).toBe(pair.publicKey)
      const parsed = ssh2.utils.parseKey(pair.privateKey)
      if (parsed instanceof Error) throw parsed
      expect(`ssh-ed25519 ${parsed.getPublicSSH().toString('base64')}`).toBe(pair.publicKey)
    }
  })
})
