import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  batchesOf,
  bytesOf,
  firstFilled,
  rangeBytes,
  rangeCount,
  rangeLength,
  rootDigest,
  transferOf,
  zeroDigest,
} from '../../../src/hosts/blocks/block-ranges.js'

const digest = fc.constantFrom('aa', 'bb', zeroDigest(rangeBytes))

describe('ranges', () => {
  it('cover a device once, the last one to its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 * rangeBytes }), (sizeBytes) => {
        const indexes = Array.from({ length: rangeCount(sizeBytes) }, (_, index) => index)
        expect(bytesOf(indexes, sizeBytes)).toBe(sizeBytes)
        expect(Math.min(...indexes.map((index) => rangeLength(index, sizeBytes)))).toBeGreaterThan(0)
      }),
    )
  })

  it('are sent where they differ, made zero where the source is, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(digest, digest), { minLength: 1, maxLength: 40 }), (pairs) => {
        const [source, destination] = [pairs.map(([left]) => left), pairs.map(([, right]) => right)]
        const { send, zero } = transferOf(source, destination, pairs.length * rangeBytes)
        const after = destination.map((was, index) => {
          if (zero.includes(index)) return zeroDigest(rangeBytes)
          return send.includes(index) ? (source[index] ?? '') : was
        })
        expect(after).toEqual(source)
        expect([...send, ...zero].every((index) => source[index] !== destination[index])).toBe(true)
        expect(send.some((index) => source[index] === zeroDigest(rangeBytes))).toBe(false)
        expect(transferOf(source, after, pairs.length * rangeBytes)).toEqual({ send: [], zero: [] })
      }),
    )
  })

  it('are named in runs that hold each once, in order, a bounded number a batch', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 5000 }), { maxLength: 2600 }), (unsorted) => {
        const indexes = [...unsorted].sort((left, right) => left - right)
        const batches = batchesOf(indexes)
        const named = batches.flatMap((runs) =>
          runs.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, offset) => first + offset)),
        )
        expect(named).toEqual(indexes)
        expect(batches.every((runs) => runs.length > 0 && runs.length <= 1024)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('tell the first that is not blank, shorter tail included', () => {
    const size = 2 * rangeBytes + 5
    const blank = [zeroDigest(rangeBytes), zeroDigest(rangeBytes), zeroDigest(5)]
    expect(firstFilled(blank, size)).toBeUndefined()
    expect(firstFilled([...blank.slice(0, 2), zeroDigest(rangeBytes)], size)).toBe(2)
  })

  it('have one digest together, which tells their order', () => {
    expect(rootDigest(['aa', 'bb'])).not.toBe(rootDigest(['bb', 'aa']))
    expect(rootDigest(['aa', 'bb'])).toMatch(/^[0-9a-f]{64}$/)
  })
})
