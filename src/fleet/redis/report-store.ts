import type { Redis } from 'ioredis'
import { jobKinds } from '../jobs/job.js'
import { toldOf, type ToldMemory } from '../notify/notifier.js'
import { reportOf } from '../jobs/report.js'
import type { FleetJob, FleetStore, JobReport } from '../types.js'
import { keyOf } from './queue-name.js'

/** The last reports in one hash: a field for each stack and kind. What somebody else wrote there is as if it were not there. */
export function createReportStore(
  redis: Redis,
  fleet: string,
): FleetStore & {
  /** The last report of one stack and kind. */
  last(kind: FleetJob['kind'], stack: string): Promise<JobReport | undefined>
} {
  const key = keyOf(fleet, 'reports')

  function read(field: string, text: string): JobReport | undefined {
    const report = reportOf(parsed(text))
    return report && fieldOf(report.kind, report.id) === field ? report : undefined
  }

  return {
    async reports() {
      const fields = await redis.hgetall(key)
      const found = new Map<string, Partial<Record<FleetJob['kind'], JobReport>>>()
      for (const [field, text] of Object.entries(fields)) {
        const report = read(field, text)
        if (report) found.set(report.id, { ...found.get(report.id), [report.kind]: report })
      }
      return found
    },
    async keep(report) {
      await redis.hset(key, fieldOf(report.kind, report.id), JSON.stringify(report))
    },
    async last(kind, stack) {
      const field = fieldOf(kind, stack)
      const text = await redis.hget(key, field)
      return text === null ? undefined : read(field, text)
    },
    async close() {
      // The connection belongs to who made it.
    },
  }
}

/** What was told of each stack, for all workers: whoever sees the drift next does not tell of it again. */
export function createToldMemory(redis: Redis, fleet: string): ToldMemory {
  const key = keyOf(fleet, 'told')
  return {
    recall: async (id) => toldOf(parsed((await redis.hget(key, id)) ?? '')),
    async keep(id, told) {
      await redis.hset(key, id, JSON.stringify(told))
    },
  }
}

/** Forgets stacks that have left the fleet. */
export async function forgetReports(redis: Redis, fleet: string, stays: (stack: string) => boolean): Promise<void> {
  const key = keyOf(fleet, 'reports')
  const gone = (await redis.hkeys(key)).filter((field) => {
    const kind = jobKinds.find((each) => field.startsWith(`${each} `))
    return kind === undefined || !stays(field.slice(kind.length + 1))
  })
  if (gone.length > 0) await redis.hdel(key, ...gone)
}

function fieldOf(kind: FleetJob['kind'], stack: string): string {
  return `${kind} ${stack}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
