import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everySchedules, mistakeInSchedule, spreadSchedule } from '../../../src/fleet/file/drift-schedule.js'

describe('a schedule', () => {
  it.each([
    '0 * * * *',
    '*/15 0-6/2 1,15 JAN-mar MON',
    'H H * * *',
    'H/20 * * * *',
    '0 0 31 * *',
    '0 0 29 2 *',
    '0 0 31 2 1',
    ' 5  4 * * 7 ',
    ...Object.values(everySchedules),
  ])('can be %j', (schedule) => {
    expect(mistakeInSchedule(schedule)).toBeUndefined()
  })

  it.each([
    ['', 'five fields'],
    ['* * * *', 'five fields'],
    ['* * * * * *', 'five fields'],
    ['@hourly', 'five fields'],
    ['60 * * * *', 'minute'],
    ['* 24 * * *', 'hour'],
    ['* * 0 * *', 'day of the month'],
    ['* * * 13 *', 'month'],
    ['* * * FEBR *', 'month'],
    ['* * * * 8', 'day of the week'],
    ['* * * * L', 'day of the week'],
    ['5-1 * * * *', 'backwards'],
    ['1-2-3 * * * *', 'minute'],
    ['5/10 * * * *', 'step'],
    ['*/60 * * * *', 'step'],
    ['*/0 * * * *', 'minute'],
    ['-5 * * * *', 'minute'],
    ['1, * * * *', 'minute'],
    ['* * H * *', 'H stands'],
    ['0 0 30 2 *', 'no month'],
    ['0 0 31 FEB,4,SEP,11 *', 'no month'],
    ['0 0 31 1e1 *', 'month'],
  ])('cannot be %j', (schedule, said) => {
    expect(mistakeInSchedule(schedule)).toContain(said)
  })

  it('is told about whatever is written, at once', () => {
    const written = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...'0159*/-,H JAN'.split('')), { maxLength: 300 }).map((all) => all.join('')),
    )
    fc.assert(fc.property(written, (text) => ['string', 'undefined'].includes(typeof mistakeInSchedule(text))))
  })
})

describe('numbers of a stack’s own', () => {
  const ids = Array.from({ length: 500 }, (_, index) => `stacks/${index}.stack.yaml`)

  it.each(Object.entries(everySchedules))('every %s is a schedule that cron knows', (_every, schedule) => {
    for (const id of ids) {
      const own = spreadSchedule(schedule, id)
      expect(own).not.toContain('H')
      expect(mistakeInSchedule(own)).toBeUndefined()
    }
  })

  it('are the same each time, and spread over the hour', () => {
    const minutes = ids.map((id) => spreadSchedule(everySchedules['1h'], id))
    expect(minutes).toEqual(ids.map((id) => spreadSchedule(everySchedules['1h'], id)))
    const counts = new Map<string, number>()
    for (const minute of minutes) counts.set(minute, (counts.get(minute) ?? 0) + 1)
    // Five hundred over sixty are eight and a third each.
    expect(counts.size).toBeGreaterThan(55)
    expect(Math.max(...counts.values())).toBeLessThan(25)
  })

  it('leave everything else as it is', () => {
    expect(spreadSchedule('15 6 * * MON,THU', 'a')).toBe('15 6 * * MON,THU')
    expect(spreadSchedule('H/15 * * 3 *', 'a')).toMatch(/^(?:\d|1[0-4])-59\/15 \* \* 3 \*$/)
  })
})
