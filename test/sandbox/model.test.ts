import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utils } from 'ssh2'
import { afterAll, describe, expect, test } from 'vitest'
import { Throttle } from '../../src/sandbox/faults/throttle.js'
import { canonicalIpv4, canonicalIpv6 } from '../../src/sandbox/model/ip-ranges.js'
import { catalogueOf, findPublicParameter } from '../../src/sandbox/model/image.js'
import { createKeyMaterial, importKeyMaterial } from '../../src/sandbox/model/key-pair.js'
import { defaultNetwork, nthAddress, positionOf } from '../../src/sandbox/model/network.js'
import { regions } from '../../src/sandbox/model/regions.js'
import { resolveVolume } from '../../src/sandbox/model/volume-types.js'
import { Journal, type Entry } from '../../src/sandbox/world/journal.js'

describe('addresses', () => {
  test.each([
    ['100.68.0.18/18', '100.68.0.0/18'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['10.0.0.0', undefined],
    ['256.0.0.0/8', undefined],
    ['010.0.0.0/8', undefined],
    ['10.0.0.0/33', undefined],
  ])('%s is %s', (text, expected) => expect(canonicalIpv4(text)).toBe(expected))

  test.each([
    ['::/0', '::/0'],
    ['2001:DB8:0:0::1/32', '2001:db8::/32'],
    ['fe80::1/128', 'fe80::1/128'],
    ['1:2:3:4:5:6:7:8/64', '1:2:3:4::/64'],
    ['::ffff:1.2.3.4/128', '::ffff:102:304/128'],
    ['::1', undefined],
    ['fe80::1%eth0/64', undefined],
    ['::ffff:0x1.2.3.4/128', undefined],
    ['::/129', undefined],
  ])('%s is %s', (text, expected) => expect(canonicalIpv6(text)).toBe(expected))

  test('subnets of all regions are disjoint: their hosts share one network', () => {
    const octets = regions.flatMap((region) => defaultNetwork(region).subnets.map(({ octet }) => octet))
    expect(new Set(octets).size).toBe(octets.length)
    for (const octet of octets) expect(octet % 16).toBe(0)
  })

  test('a position and its address go both ways, but for what AWS keeps', () => {
    const subnet = defaultNetwork(regions[0]!).subnets[1]!
    for (const position of [4, 255, 256, 4094]) expect(positionOf(subnet, nthAddress(subnet, position))).toBe(position)
    for (const position of [0, 3, 4095]) expect(positionOf(subnet, nthAddress(subnet, position))).toBeUndefined()
    expect(positionOf(subnet, '10.66.0.5')).toBeUndefined()
  })
})

describe('keys', () => {
  test('an ed25519 pair is read by an SSH client and is imported as itself', async () => {
    const made = await createKeyMaterial('ed25519')
    const parsed = utils.parseKey(made.privateKey)
    if (parsed instanceof Error) throw parsed
    expect(`ssh-ed25519 ${parsed.getPublicSSH().toString('base64')}`).toBe(made.publicKey)
    expect(importKeyMaterial(`${made.publicKey} me@here\n`)).toEqual({
      type: 'ed25519',
      publicKey: made.publicKey,
      fingerprint: made.fingerprint,
    })
  })

  test('an rsa pair is PKCS#1, and belongs together', async () => {
    const made = await createKeyMaterial('rsa')
    const der = createPublicKey(createPrivateKey(made.privateKey)).export({ type: 'spki', format: 'der' })
    const imported = importKeyMaterial(made.publicKey)
    expect(imported.fingerprint).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/)
    expect(der.length).toBeGreaterThan(250)
  })
})

test('volumes get the IOPS of their type', () => {
  const request = { sizeGiB: 100, iops: undefined, throughput: undefined }
  expect(resolveVolume({ ...request, type: 'gp3' })).toMatchObject({ iops: 3000, throughput: 125 })
  expect(resolveVolume({ ...request, type: 'gp2' })).toMatchObject({ iops: 300, throughput: undefined })
  expect(() => resolveVolume({ ...request, type: 'gp3', throughput: 2000 })).toThrow('ratio')
  expect(() => resolveVolume({ ...request, type: 'io1', iops: 6000 })).toThrow('ratio')
})

test('images have the same ids at every start, another in each region, and the parameter names the newest', () => {
  const images = catalogueOf('us-east-1')
  expect(catalogueOf('us-east-1')).toEqual(images)
  expect(new Set([...images, ...catalogueOf('eu-west-1')].map(({ id }) => id)).size).toBe(images.length * 2)
  const newest = images.filter(({ name }) => name.startsWith('debian-12-amd64-')).at(-1)!
  expect(findPublicParameter(images, '/aws/service/debian/release/12/latest/amd64')).toMatchObject({ value: newest.id })
})

test('a bucket fills again with the clock', () => {
  let nowMs = 0
  const throttle = new Throttle({ now: () => nowMs, sleep: () => Promise.resolve() })
  const take = () =>
    throttle.take({ region: 'us-east-1', action: 'RunInstances', effect: 'writes', unfiltered: true, resources: 1 })
  for (let call = 0; call < 5; call += 1) take()
  expect(take).toThrow('Request limit exceeded.')
  nowMs += 500
  take()
  expect(take).toThrow('Request limit exceeded.')
})

describe('the journal', () => {
  const dir = mkdtempSync(join(tmpdir(), 'evenkeel-journal-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const read = (path: string) => {
    const entries: Entry[] = []
    new Journal(path).replay((entry) => entries.push(entry))
    return entries
  }

  test('a commit is one line, and is there after the process', () => {
    const path = join(dir, 'one.jsonl')
    const journal = new Journal(path)
    journal.start(() => [['a', '1', { x: 1 }]])
    journal.note(['a', '2', { x: 2 }])
    journal.note(['a', '1', null])
    expect(read(path)).toHaveLength(1)
    journal.commit()
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2)
    expect(read(path)).toEqual([
      ['a', '1', { x: 1 }],
      ['a', '2', { x: 2 }],
      ['a', '1', null],
    ])
    journal.close()
  })

  test('one that has outgrown its world is written anew while it is in use', () => {
    const path = join(dir, 'two.jsonl')
    const journal = new Journal(path)
    let current: Entry = ['a', '1', 'first']
    journal.start(() => [current])
    for (let round = 0; round < 20; round += 1) {
      current = ['a', '1', `${round}`.padEnd(1 << 20, 'x')]
      journal.note(current)
      journal.commit()
    }
    expect(statSync(path).size).toBeLessThan(8 * 2 ** 20)
    journal.close()
    expect(read(path).at(-1)).toEqual(current)
  })
})
