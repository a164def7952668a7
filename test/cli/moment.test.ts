import { describe, expect, it } from 'vitest'
import { momentIn } from '../../src/cli/commands/snapshots/moment.js'

describe('a moment on the command line', () => {
  it.each([
    ['2026-11-20T03:00Z', '2026-11-20T03:00:00.000Z'],
    ['2026-11-20T03:00:09.5Z', '2026-11-20T03:00:09.500Z'],
    ['2026-11-20 03:00+02:00', '2026-11-20T01:00:00.000Z'],
  ])('%s has an offset', (text, utc) => expect(momentIn(text).toISOString()).toBe(utc))

  it('is local time without one', () => {
    expect(momentIn('2026-11-20T03:00').getTime()).toBe(new Date(2026, 10, 20, 3).getTime())
  })

  it.each([
    '',
    'yesterday',
    '2026-11-20',
    '2026-02-30T03:00Z',
    '2026-11-20T25:00',
    '2026-11-20T03:00 CET',
    '1700000000',
  ])('%j is none', (text) => expect(() => momentIn(text)).toThrow(/It is written/))
})
