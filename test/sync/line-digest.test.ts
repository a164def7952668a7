import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineDigest } from '../../src/sync/listing/line-digest.js'

/** As the records of earlier versions were made. */
function plainDigest(lines: readonly string[]): string {
  const hash = createHash('sha256')
  for (const line of [...lines].sort()) hash.update(`${line}\n`)
  return hash.digest('hex')
}

const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\n', '')))

describe('the digest of lines', () => {
  it('is that of the sorted lines, however few of them are held', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 60 }), (all, held) => {
        const digest = new LineDigest(held)
        for (const line of all) digest.add(line)
        expect(digest.finish()).toBe(plainDigest(all))
        expect(digest.count).toBe(all.length)
        digest.close()
      }),
      { numRuns: 60 },
    )
  })

  it('reads runs that are longer than what is read at once', () => {
    const all = Array.from({ length: 20_000 }, (_, index) => `${(index * 7919) % 20_000}/ä𝄞`)
    const digest = new LineDigest(100_000)
    for (const line of all) digest.add(line)
    expect(digest.finish()).toBe(plainDigest(all))
    digest.close()
  })

  it('has no file that somebody could find', () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('evenkeel-lines-'))
    const digest = new LineDigest(1)
    for (const line of ['b', 'a']) digest.add(line)
    const now = readdirSync(tmpdir()).filter((name) => name.startsWith('evenkeel-lines-') && !before.includes(name))
    expect(now).toEqual([])
    digest.close()
  })
})
