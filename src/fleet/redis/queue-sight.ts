import type { Job } from 'bullmq'
import { legible } from '../../report/legible.js'
import { jobOf } from '../jobs/job.js'
import type { JobUnderWay, WorkElsewhere } from '../page/under-way.js'
import type { QueueConnection } from './connection.js'
import { lineOf } from './line-of.js'
import { keyOf, type QueueName } from './queue-name.js'
import { presentWorkers } from './presence.js'
import { createQueues } from './queues.js'
import { within } from './worker/patience.js'

/** Chosen: no fleet has more at work in one account and region. */
const activeMax = 500
/** Chosen: longer than a Redis takes that is there. */
const answerMs = 2000

/** What workers do, as their queues tell it. Of a Redis that does not answer nothing is told but that. */
export function lookAtQueues(connection: QueueConnection, fleet: string): WorkElsewhere & { close(): Promise<void> } {
  const queues = createQueues(connection, fleet)

  async function ask<Answer>(work: () => Promise<readonly Answer[]>): Promise<readonly Answer[]> {
    if (!connection.isThere) return []
    let answer: readonly Answer[] = []
    await within(
      answerMs,
      work().then(
        (found) => void (answer = found),
        () => undefined,
      ),
    )
    return answer
  }
  async function ofEach<Answer>(work: (name: QueueName) => Promise<readonly Answer[]>): Promise<readonly Answer[]> {
    return (await Promise.all((await queues.known()).map(work))).flat()
  }

  return {
    get problem() {
      if (connection.isThere) return undefined
      return `The queue at ${connection.address.shown} does not answer. Nothing is lost: what was asked for goes on when it is back.`
    },
    underWay: () =>
      ask(() =>
        ofEach(async (name) => {
          const jobs = await queues.of(name).getJobs(['active'], 0, activeMax)
          return jobs.flatMap((job) => underWayOf(job, fleet) ?? [])
        }),
      ),
    waiting: () =>
      ask(() =>
        ofEach(async (name) => {
          const { waiting = 0, prioritized = 0 } = await queues.of(name).getJobCounts('waiting', 'prioritized')
          const account = legible(name.prefix.slice(keyOf(fleet, '').length))
          return [{ account, region: legible(name.name), amount: waiting + prioritized }]
        }),
      ),
    workers: () =>
      ask(async () => {
        const present = await presentWorkers(connection.redis, fleet)
        return present.map(({ name, agoMs }) => ({
          name: lineOf(name),
          seenAt: Date.now() - agoMs,
        }))
      }),
    close: () => queues.close(),
  }
}

/** Undefined for what is no job of this fleet: anybody may have put it there. */
function underWayOf(job: Job | undefined, fleet: string): JobUnderWay | undefined {
  try {
    const wish = jobOf(job?.data)
    if (job === undefined || wish.fleet !== fleet) return undefined
    const { began, line } = (typeof job.progress === 'object' ? job.progress : {}) as {
      began?: unknown
      line?: unknown
    }
    const worker = job.processedBy ?? (typeof began === 'string' ? began : 'a worker')
    return {
      stack: wish.stack,
      kind: wish.kind,
      worker: lineOf(worker),
      since: job.processedOn ?? job.timestamp,
      ...(typeof line === 'string' && { line: lineOf(line) }),
    }
  } catch {
    return undefined
  }
}
