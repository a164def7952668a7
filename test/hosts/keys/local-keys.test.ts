import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import ssh2 from 'ssh2'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLocalKeys } from '../../../src/hosts/keys/local-keys.js'
import { generateOpensshKeyPair, publicKeyOf } from '../../../src/core/openssh-key.js'
import { keyFingerprint } from '../../../src/core/key-fingerprint.js'
import { otherKeyDirectories, placeOfStack } from '../../../src/app/place.js'
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
    expect(await keys.privateKeyPath(address, undefined)).toBeUndefined()
    const made = await Promise.all([
      keys.generate(address),
      keysOf(undefined).generate(address),
      keys.generate(address),
    ])
    expect(new Set(made).size).toBe(1)
    expect(await keysOf(undefined).publicKey(address)).toBe(made[0])
    const path = (await keys.privateKeyPath(address, undefined)) ?? ''
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(path, '..'))).toEqual(['deploy', 'deploy.pub'])
    expect(await readFile(`${path}.pub`, 'utf8')).toBe(`${made[0]} evenkeel demo/deploy\n`)
  })

  test('is moved aside when EC2 has it no more, never deleted, and found again by its public half', async () => {
    const keys = keysOf(undefined)
    const first = await keys.generate(address)
    const kept = await keys.retire(address)
    expect(await keys.retire(address)).toBeUndefined()
    expect(await keys.publicKey(address)).toBeUndefined()
    expect(publicKeyOf(await readFile(kept ?? '', 'utf8'))).toBe(first)
    expect((await stat(kept ?? '')).mode & 0o777).toBe(0o600)
    const second = await keys.generate(address)
    expect(second).not.toBe(first)
    expect(await keys.publicKey(address, first)).toBe(first)
    expect(await keys.privateKeyPaths(address, [keyFingerprint(first)])).toMatchObject({ own: kept })
    const fresh = await keysOf(undefined).privateKeyPaths(address, [keyFingerprint(first), keyFingerprint(second)])
    expect(fresh).toEqual({ own: join(base, 'keys', 'demo', 'deploy'), inAgent: [], former: [kept] })
  })
})

describe('a generated pair that lies where an earlier target put it', () => {
  const names = ['default', '123456789012', 'staging'] as const

  test('is found whatever account, profile or region the target names by now, and by its own words alone', async () => {
    const root = join(base, 'state')
    const made = new Map<string, string>()
    for (const owner of names) {
      const directory = join(root, owner, 'us-east-1', 'demo')
      const keys = createLocalKeys({ stack: 'demo', directory, keyPairs: [], baseDirectory: base })
      made.set(owner, await keys.generate(address))
    }
    for (const place of ['default/us-east-1/demo', 'default/eu-west-1/demo']) {
      const directory = join(root, place)
      const others = otherKeyDirectories(root, 'demo', directory)
      const open = () =>
        createLocalKeys({ stack: 'demo', directory, otherDirectories: others, keyPairs: [], baseDirectory: base })
      for (const owner of names) {
        const keys = open()
        expect(await keys.publicKey(address, made.get(owner))).toBe(made.get(owner))
        expect(await keys.privateKeyPaths(address, [])).toEqual({
          own: join(root, owner, 'us-east-1', 'demo', 'deploy'),
          former: [],
          inAgent: [],
        })
      }
      // Before EC2 was asked, each of them may be the one.
      const { own, former } = await open().privateKeyPaths(address, [])
      expect(new Set([own, ...former])).toEqual(new Set(names.map((name) => join(root, name, 'us-east-1/demo/deploy'))))
    }
    expect(otherKeyDirectories(root, 'other', join(root, 'default/us-east-1/other'))).toEqual([])
  })

  test('is not the pair of a stack of the same name in another region, unless EC2 has it there', async () => {
    const state = join(base, 'regions')
    const directoryIn = (region: string) => join(state, 'evenkeel/keys/default', region, 'demo')
    const home = { stack: 'demo', directory: directoryIn('us-east-1'), keyPairs: [], baseDirectory: base }
    const made = await createLocalKeys(home).generate(address)
    vi.stubEnv('XDG_STATE_HOME', state)
    const target = { kind: 'ec2' as const, region: 'eu-west-1' }
    const place = await placeOfStack({ stack: 'demo', target } as Parameters<typeof placeOfStack>[0], undefined)
    vi.unstubAllEnvs()
    expect(place.keys).toBe(directoryIn('eu-west-1'))
    const keys = createLocalKeys({
      ...home,
      directory: place.keys,
      otherDirectories: place.otherKeys ?? [],
      ...(place.sameKeys && { sameDirectories: place.sameKeys }),
    })
    expect(await keys.publicKey(address, undefined)).toBeUndefined()
    expect(await keys.publicKey(address, made)).toBe(made)
    expect(await keys.generate(address)).not.toBe(made)
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
      expect(await keys.privateKeyPath(address, undefined)).toBeUndefined()
    }
    await writeFile(join(base, 'id'), pair.privateKey)
    expect(await keysOf({ kind: 'path', path: 'id.pub' }).privateKeyPath(address, undefined)).toBe(join(base, 'id'))
  })

  test('is never removed', async () => {
    await writeFile(join(base, 'id.pub'), pair.publicKey)
    await keysOf({ kind: 'path', path: 'id.pub' }).retire(address)
    expect(await readdir(base)).toEqual(['id.pub'])
  })

  test('may stand in the file as text; the agent holds its private half', async () => {
    const keys = keysOf({ kind: 'text', text: `${pair.publicKey} me\n` })
    expect(await keys.publicKey(address)).toBe(pair.publicKey)
    expect(await keys.privateKeyPath(address, undefined)).toBeUndefined()
  })

  test.each([
    ['nothing there', undefined, 'there is no public key at'],
    ['a private key', pair.privateKey, 'is a private key; name the public one'],
    ['something else', 'hello', 'holds no OpenSSH public key'],
    ['another kind than the key says', pair.publicKey.replace('ed25519', 'rsa'), 'holds no OpenSSH public key'],
  ])('%s is told', async (_name, content, message) => {
    if (content !== undefined) await writeFile(join(base, 'id.pub'), content)
    await expect(keysOf({ kind: 'path', path: 'id.pub' }).publicKey(address)).rejects.toMatchObject({
      code: 'LOCAL_KEY_UNUSABLE',
      message: expect.stringContaining(message),
    })
  })
})

test('nothing of a file that is no public key is shown', async () => {
  await writeFile(join(base, 'credentials'), '[default]\naws_secret_access_key = planted\n')
  const told: unknown = await keysOf({ kind: 'path', path: 'credentials' })
    .publicKey(address)
    .catch((error: unknown) => error)
  expect(JSON.stringify(told) + String(told)).not.toMatch(/default|planted/)
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
