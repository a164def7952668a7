import { createHash } from 'node:crypto'

/** What `every` means: `H` is a number of the stack's own, so that five hundred stacks do not begin in one second. */
export const everySchedules = {
  '15m': 'H/15 * * * *',
  '30m': 'H/30 * * * *',
  '1h': 'H * * * *',
  '2h': 'H H/2 * * *',
  '6h': 'H H/6 * * *',
  '12h': 'H H/12 * * *',
  '24h': 'H H * * *',
} as const

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  /** From `min` on. */
  readonly names?: readonly string[]
  /** Whether `H` may stand there. */
  readonly isSpread?: true
}

const fields: readonly Field[] = [
  { name: 'minute', min: 0, max: 59, isSpread: true },
  { name: 'hour', min: 0, max: 23, isSpread: true },
  { name: 'day of the month', min: 1, max: 31 },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  { name: 'day of the week', min: 0, max: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
]

const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** What is wrong with a schedule; undefined: nothing, and every reader of cron's five fields understands it, its `H` filled in. */
export function mistakeInSchedule(schedule: string): string | undefined {
  const written = schedule.trim().split(/\s+/)
  if (written.length !== fields.length || schedule.trim().length > 200) {
    return `a schedule has five fields (${fields.map(({ name }) => name).join(', ')}), and no other words`
  }
  for (const [index, field] of fields.entries()) {
    const mistake = mistakeInField(field, written[index] ?? '')
    if (mistake !== undefined) return mistake
  }
  return comesNever(written) ? 'no month of it has that day' : undefined
}

/** A schedule with the numbers of a stack in place of `H`. */
export function spreadSchedule(schedule: string, id: string): string {
  const digest = createHash('sha256').update(id).digest()
  return schedule
    .trim()
    .split(/\s+/)
    .map((written, index) => {
      const { min, max } = fields[index] ?? { min: 0, max: 0 }
      const own = digest.readUInt32BE(index * 4)
      return written.replaceAll(/\bH(?:\/(\d+))?/g, (_all, step?: string) =>
        step === undefined ? String(min + (own % (max - min + 1))) : `${min + (own % Number(step))}-${max}/${step}`,
      )
    })
    .join(' ')
}

function mistakeInField(field: Field, written: string): string | undefined {
  const { name, min, max } = field
  for (const item of written.split(',')) {
    const [, range = '', step] = /^([^/]*)(?:\/([1-9]\d?))?$/.exec(item) ?? []
    const [from = '', to, ...more] = range.split('-')
    if (range === 'H' && !field.isSpread) return `H stands for minutes and hours alone, and not for the ${name}`
    const isWhole = range === '*' || range === 'H'
    const low = numberOf(field, from)
    const high = to === undefined ? low : numberOf(field, to)
    if (!isWhole && (low === undefined || high === undefined || more.length > 0)) {
      return `the ${name} is from ${min} to ${max}, *, a list, a range, or one of both with a step, and not ${JSON.stringify(item)}`
    }
    if (!isWhole && (low ?? 0) > (high ?? 0)) return `the range ${range} of the ${name} runs backwards`
    if (step !== undefined && (Number(step) > max - min || (!isWhole && to === undefined))) {
      return `the ${name} has a step that it cannot have: ${JSON.stringify(item)}`
    }
  }
  return undefined
}

function numberOf({ min, max, names = [] }: Field, text: string): number | undefined {
  const named = names.indexOf(text.toUpperCase())
  const number = named >= 0 ? named + min : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  return number >= min && number <= max ? number : undefined
}

/** The thirtieth of February: a day of the month that none of the months has, on whatever day of the week. */
function comesNever([, , day = '', month = '', weekday = '']: readonly string[]): boolean {
  if (day.startsWith('*') || weekday !== '*') return false
  const [days, months] = [day, month].map((written) =>
    written.split(',').map((item) => item.replace(/\/.*/, '').split('-')),
  )
  const first = Math.min(...(days ?? []).map(([from = '']) => Number(from)))
  if (month.startsWith('*')) return false
  const field = fields[3]
  return (months ?? []).every(([from = '', to = from]) => {
    const [low = 1, high = 12] = field ? [numberOf(field, from), numberOf(field, to)] : []
    return daysOfMonth.slice(low - 1, high).every((last) => first > last)
  })
}
