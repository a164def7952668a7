import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeLedger,
  encodeLedger,
  ledgerBytesMax,
} from '../../../../src/providers/ec2/kinds/launch-template/ledger-codec.js'
import { addressOf, compareAddresses, type Address } from '../../../../src/model/address.js'
import { resourceKinds } from '../../../../src/model/kinds/kinds.js'

const addresses = fc
  .record({
    kind: fc.constantFrom(...resourceKinds),
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
    index: fc.option(fc.nat({ max: 99_999 }), { nil: undefined }),
  })
  .map(({ kind, name, index }) => addressOf(kind, name, index))

const runs = fc
  .record({
    name: fc.constantFrom('web', 'web-1', 'db'),
    first: fc.nat({ max: 50 }),
    size: fc.integer({ min: 1, max: 60 }),
  })
  .map(({ name, first, size }) => Array.from({ length: size }, (_, step) => addressOf('server', name, first + step)))

function sortedDistinct(list: readonly Address[]): readonly Address[] {
  return [...new Set(list)].sort(compareAddresses)
}

describe('the ledger', () => {
  it('gives back what it was given, whatever that was', () => {
    fc.assert(
      fc.property(fc.array(addresses), fc.array(runs), (single, counted) => {
        const all = [...single, ...counted.flat()]
        expect(decodeLedger(encodeLedger(all))).toEqual(sortedDistinct(all))
      }),
    )
  })

  it('is the same bytes for the same addresses in any order', () => {
    fc.assert(
      fc.property(fc.array(addresses), (list) => {
        expect(encodeLedger([...list].reverse())).toEqual(encodeLedger(list))
      }),
    )
  })

  it('holds ten thousand counted servers in a hundred bytes', () => {
    const servers = Array.from({ length: 10_000 }, (_, index) => addressOf('server', 'web', index))
    expect(encodeLedger(servers).length).toBeLessThan(100)
  })

  it('holds three thousand volumes of different names', () => {
    const volumes = Array.from({ length: 3_000 }, (_, index) => addressOf('volume', `data-${index}`))
    expect(encodeLedger(volumes).length).toBeLessThan(ledgerBytesMax)
  })

  it('does not read what is not a ledger', () => {
    const packed = (value: unknown) => gzipSync(JSON.stringify(value))
    const broken = [
      Buffer.alloc(0),
      Buffer.from('#!/bin/sh'),
      gzipSync('not JSON'),
      packed(null),
      packed({ addresses: ['server.web'] }),
      packed({ evenkeel: 2, addresses: ['server.web'] }),
      packed({ evenkeel: 1, addresses: 'server.web' }),
      packed({ evenkeel: 1, addresses: [7] }),
      packed({ evenkeel: 1, addresses: ['no address'] }),
    ]
    expect(broken.map((bytes) => decodeLedger(bytes))).toEqual(broken.map(() => undefined))
  })

  it('does not read damaged bytes as something else', () => {
    const whole = encodeLedger([addressOf('server', 'web', 0), addressOf('volume', 'music')])
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
        expect(decodeLedger(whole.subarray(0, length))).toBeUndefined()
      }),
    )
  })
})
