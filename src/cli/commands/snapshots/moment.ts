import { InvalidArgumentError } from 'commander'

const written = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?$/

/**
 * `2026-11-20T03:00`, with seconds or without, in local time unless `Z` or an offset says another. Throws an
 * InvalidArgumentError, also for a day that its month does not have.
 */
export function momentIn(text: string): Date {
  const [, date = '', time = '', zone = ''] = written.exec(text) ?? []
  const moment = new Date(`${date}T${time}${zone}`)
  const day = new Date(`${date}T00:00Z`)
  const isThere = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date)
  if (date !== '' && isThere && !Number.isNaN(moment.getTime())) return moment
  throw new InvalidArgumentError('It is written 2026-11-20T03:00, and 2026-11-20T03:00Z for UTC.')
}
