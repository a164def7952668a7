import { describe, expect, it } from 'vitest'
import {
  appliedKeys,
  createDigester,
  formatApplied,
  parseApplied,
  type AppliedKey,
  type AppliedRecord,
} from '../../src/model/applied.js'

describe('the applied tag', () => {
  it('is read back as it was written', () => {
    const record: AppliedRecord = { type: '91bc02', image: '3fa2c1' }
    expect(formatApplied(record)).toBe('v1 image=3fa2c1 type=91bc02')
    expect(parseApplied(formatApplied(record))).toEqual(record)
    expect(parseApplied(formatApplied({}))).toEqual({})
  })

  it.each([undefined, '', 'v2 image=3fa2c1', 'v1 image', 'v1 image=3FA2C1', 'v1  image=3fa2c1', '3fa2c19e'])(
    'is no record when it is %j',
    (value) => {
      expect(parseApplied(value)).toBeUndefined()
    },
  )

  it.each(Object.entries(appliedKeys))('of a %s with every property fits into a tag', (_kind, keys) => {
    const record = Object.fromEntries(keys.map((key: AppliedKey) => [key, '3fa2c1']))
    expect(formatApplied(record).length).toBeLessThanOrEqual(256)
  })

  it('uses characters that EC2 takes in a tag alone', () => {
    expect(formatApplied({ type: '91bc02' })).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u)
  })
})

describe('a digester', () => {
  const digest = createDigester()

  it('gives equal words equal digests, whatever the order of their members', () => {
    expect(digest({ a: 1, b: 2 })).toBe(digest({ b: 2, a: 1 }))
    expect(digest(['a', 'b'])).not.toBe(digest(['b', 'a']))
    expect(digest(1)).not.toBe(digest('1'))
  })

  it('digests nothing of what the file does not say', () => {
    expect(digest(undefined)).toBeUndefined()
  })
})
