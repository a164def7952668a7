import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeLedger,
  encodeLedger,
  joinedLedger,
  listOfParts,
  partsOfLedger,
  type LedgerVersion,
} from '../../../../src/providers/ec2/kinds/launch-template/ledger-codec.js'
import { addressOf, type Address } from '../../../../src/model/address.js'
import { sortedAddresses } from '../../../../src/model/address-order.js'
import { resourceKinds } from '../../../../src/model/kinds/kinds.js'
import { ledgerPartBytesMax } from '../../../../src/model/ledger/ledger-room.js'
import type { Wish } from '../../../../src/model/ledger/wish.js'

const addresses = fc
  .record({
    kind: fc.constantFrom(...resourceKinds),
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
    index: fc.option(fc.nat({ max: 99_999 }), { nil: undefined }),
  })
  .map(({ kind, name, index }) => addressOf(kind, kind === 'interface' ? `${name}.${name}` : name, index))

const runs = fc
  .record({
    name: fc.constantFrom('web', 'web-1', 'db'),
    first: fc.nat({ max: 50 }),
    size: fc.integer({ min: 1, max: 60 }),
  })
  .map(({ name, first, size }) => Array.from({ length: size }, (_, step) => addressOf('server', name, first + step)))

const music = addressOf('volume', 'music')
const wishes: readonly Wish[] = [
  { kind: 'follow-up', address: addressOf('sync', 'site'), owes: 'health' },
  { kind: 'restore', address: music, snapshotId: 'snap-1', replaces: 'vol-1', checkpoint: 'demo/first' },
]

function sortedDistinct(list: readonly Address[]): readonly Address[] {
  return sortedAddresses(list)
}

const encode = (list: readonly Address[]) => encodeLedger({ addresses: list, wishes: [] })
const packed = (value: unknown) => gzipSync(JSON.stringify(value))

describe('the ledger', () => {
  it('gives back what it was given, whatever that was', () => {
    fc.assert(
      fc.property(fc.array(addresses), fc.array(runs), (single, counted) => {
        const all = [...single, ...counted.flat()]
        expect(decodeLedger(encode(all))).toMatchObject({ kind: 'whole', addresses: sortedDistinct(all) })
      }),
    )
  })

  it('gives back wishes, sorted', () => {
    const bytes = encodeLedger({ addresses: [music], wishes: wishes.toReversed() })
    expect(decodeLedger(bytes)).toEqual({ kind: 'whole', format: 2, addresses: [music], wishes })
  })

  it('is the same bytes for the same addresses in any order', () => {
    fc.assert(
      fc.property(fc.array(addresses), (list) => {
        expect(encode([...list].reverse())).toEqual(encode(list))
      }),
    )
  })

  it('holds ten thousand counted servers in a hundred bytes', () => {
    const servers = Array.from({ length: 10_000 }, (_, index) => addressOf('server', 'web', index))
    expect(encode(servers).length).toBeLessThan(100)
  })

  it('of 0.1.0 is read', () => {
    const text =
      'H4sIAAAAAAACA6tWSi1LzctOTc1RsjLUUUpMSSlKLS5OLVayilYqTi0qSy3SK09NijbQNYpV0lEqy88pzU3Vyy0tzkxWiq0FAMXvDCg9AAAA'
    expect(decodeLedger(Buffer.from(text, 'base64'))).toEqual({
      kind: 'whole',
      format: 1,
      addresses: ['server.web[0]', 'server.web[1]', 'server.web[2]', 'volume.music'],
      wishes: [],
    })
  })

  it('of a newer evenkeel is known as that', () => {
    const wish = { kind: 'rename', address: 'server.web' }
    expect(decodeLedger(packed({ evenkeel: 3, things: [] }))).toEqual({ kind: 'newer', format: 3 })
    expect(decodeLedger(packed({ evenkeel: 2, addresses: [], wishes: [wish] }))).toEqual({ kind: 'newer', format: 2 })
  })

  it('does not read what is not a ledger', () => {
    const broken = [
      Buffer.alloc(0),
      Buffer.from('#!/bin/sh'),
      Buffer.from('#!/bin/sh\n'),
      gzipSync('not JSON'),
      packed(null),
      packed({ addresses: ['server.web'] }),
      packed({ evenkeel: 0, addresses: ['server.web'] }),
      packed({ evenkeel: 1, addresses: 'server.web' }),
      packed({ evenkeel: 1, addresses: [7] }),
      packed({ evenkeel: 1, addresses: ['no address'] }),
      packed({ evenkeel: 2, addresses: [], wishes: 'none' }),
    ]
    expect(broken.map((bytes) => decodeLedger(bytes))).toEqual(broken.map(() => undefined))
  })

  it('does not read damaged bytes as something else', () => {
    const whole = encode([addressOf('server', 'web', 0), music])
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
        expect(decodeLedger(whole.subarray(0, length))).toBeUndefined()
      }),
    )
  })
})

describe('a ledger in parts', () => {
  const all = Array.from({ length: 30_000 }, (_, index) =>
    addressOf(index % 3 === 0 ? 'server' : 'volume', `n${(index * 2_654_435_761).toString(36)}`),
  )
  const bytes = encode(all)
  const decoded = partsOfLedger(bytes, 7).map((part) => decodeLedger(part))
  const list = decodeLedger(listOfParts([8, 9, 10], bytes))
  const join = (parts: readonly (LedgerVersion | undefined)[]) =>
    list?.kind === 'list'
      ? joinedLedger(
          list,
          parts.flatMap((part) => (part?.kind === 'part' ? [part.bytes] : [])),
        )
      : undefined

  it('says of each what was written before it, and is whole when they are put together', () => {
    expect(decoded.length).toBeGreaterThan(3)
    expect(decoded.map((part) => part?.kind === 'part' && part.committed)).toEqual(decoded.map(() => 7))
    expect(partsOfLedger(bytes, 7).every((part) => part.length <= ledgerPartBytesMax)).toBe(true)
    expect(list).toMatchObject({ kind: 'list', parts: [8, 9, 10] })
    expect(join(decoded)).toMatchObject({ kind: 'whole', addresses: sortedDistinct(all) })
  })

  it('is not one with a part missing, or parts in another order', () => {
    expect(join(decoded.slice(1))).toBeUndefined()
    expect(join(decoded.toReversed())).toBeUndefined()
  })
})

describe('user data that stands for very much', () => {
  const packed = (text: string) => gzipSync(text, { level: 9 })

  it.each([
    ['a gzip of many wishes', packed(`{"evenkeel":2,"addresses":[],"wishes":[${'{},'.repeat(6_000_000)}{}]}`)],
    ['a gzip of one text', packed(`{"evenkeel":2,"addresses":["${'x'.repeat(20_000_000)}"]}`)],
    ['runs of a long name', packed(`{"evenkeel":2,"addresses":["server.${'x'.repeat(100_000)}[0-99999]"]}`)],
    ['runs of many names', packed(`{"evenkeel":2,"addresses":[${'"server.a[0-99999]",'.repeat(50)}"server.b"]}`)],
    ['lists in lists', packed(`{"evenkeel":2,"addresses":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`)],
  ])('is no ledger: %s', (_what, bytes) => {
    expect(bytes.length).toBeLessThan(ledgerPartBytesMax * 3)
    expect(decodeLedger(bytes)).toBeUndefined()
  })
})
