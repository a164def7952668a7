import { describe, expect, it } from 'vitest'
import { tagKeys } from '../../src/model/tags.js'
import {
  appliedKeys,
  appliedTags,
  createDigester,
  formatApplied,
  isRecordedAs,
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

  it('is known for just what it would be written as, and left open where it has options', () => {
    const record: AppliedRecord = { type: '91bc02', image: '3fa2c1' }
    const written = 'v1 image=3fa2c1 type=91bc02'
    const isRecorded = (applied: string | undefined, wanted: AppliedRecord, options?: string) =>
      isRecordedAs(
        {
          ...(applied !== undefined && { [tagKeys.applied]: applied }),
          ...(options && { [tagKeys.options]: options }),
        },
        wanted,
      )
    expect(isRecordedAs(appliedTags(record), record)).toBe(true)
    expect(isRecorded('v1', {})).toBe(true)
    expect(isRecorded(undefined, {})).toBe(false)
    expect(isRecorded(undefined, record)).toBe(false)
    expect(isRecorded('v1 type=91bc02 image=3fa2c1', record)).toBe(false)
    expect(isRecorded('v1 image=3fa2c1 image=3fa2c1 type=91bc02', record)).toBe(false)
    expect(isRecorded(`${written} zone=3fa2c1`, record)).toBe(false)
    expect(isRecorded(written, { ...record, zone: '3fa2c1' })).toBe(false)
    expect(isRecorded(written, { ...record, image: '3fa2c2' })).toBe(false)
    expect(isRecorded(written, record, 'v1 cpu=3fa2c1')).toBe(false)
    expect(isRecordedAs(appliedTags({ ...record, cpu: '3fa2c1' }), { ...record, cpu: '3fa2c1' })).toBe(false)
    expect(isRecorded('v1 cpu=3fa2c1', { cpu: '3fa2c1' })).toBe(false)
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
    expect(digest(true)).not.toBe(digest('true'))
    expect(digest('{"a":1}')).not.toBe(digest({ a: 1 }))
  })

  it('digests nothing of what the file does not say', () => {
    expect(digest(undefined)).toBeUndefined()
  })
})
