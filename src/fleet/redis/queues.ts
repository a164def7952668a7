import { Queue } from 'bullmq'
import type { FleetJob } from '../types.js'
import type { QueueConnection } from './connection.js'
import { deduplicationIdOf, keyOf, type QueueName } from './queue-name.js'
import { retryOptions } from './retries.js'

/** What every job is added with: gone when it is done, tried again by the class of its error (retries.ts). */
export const jobOptions = { ...retryOptions, removeOnComplete: true, removeOnFail: true, sizeLimit: 16_384 } as const

/** The queues of a fleet, each opened when it is first asked for. */
export interface Queues {
  of(name: QueueName): Queue
  /** Puts jobs into their queue; what is there already, waiting or at work, stands for one. The ids of whichever they are, in the order of the jobs. */
  add(name: QueueName, jobs: readonly FleetJob[]): Promise<readonly string[]>
  /** All that any worker has served, those that no stack is in any more too. */
  known(): Promise<readonly QueueName[]>
  close(): Promise<void>
}

export function createQueues({ redis }: QueueConnection, fleet: string): Queues {
  const opened = new Map<string, Queue>()
  const register = keyOf(fleet, 'queues')

  function of({ prefix, name }: QueueName): Queue {
    const key = `${prefix}:${name}`
    const queue = opened.get(key) ?? new Queue(name, { connection: redis, prefix })
    if (!opened.has(key)) {
      // The connection says by itself what it has to say.
      queue.on('error', () => undefined)
      opened.set(key, queue)
    }
    return queue
  }

  return {
    of,
    async add(name, jobs) {
      const registered = redis.sadd(register, `${name.prefix}:${name.name}`)
      // One by one, and side by side: what a connection cuts off in the middle is sent again, which of a pipeline nothing is.
      const added = jobs.map((job) => {
        const id = deduplicationIdOf(job)
        // No number: a Redis that was emptied counts from one again, and another job would answer for this one.
        const jobId = `${job.round}.${id}`
        return of(name).add(job.kind, job, { ...jobOptions, jobId, deduplication: { id } })
      })
      const [ids] = await Promise.all([Promise.all(added), registered])
      return ids.map(({ id }) => String(id))
    },
    async known() {
      const members = await redis.smembers(register)
      const own = keyOf(fleet, '')
      return members.flatMap((member) => {
        const cut = member.lastIndexOf(':')
        const isOwn = member.startsWith(own) && cut >= own.length && /^[\w.@:-]{1,200}$/.test(member)
        return isOwn ? [{ prefix: member.slice(0, cut), name: member.slice(cut + 1) }] : []
      })
    },
    async close() {
      await Promise.all([...opened.values()].map((queue) => queue.close().catch(() => undefined)))
    },
  }
}

/** Takes down a queue that is served, so that its schedules are found when no stack is in it any more. */
export async function registerQueue(
  { redis }: QueueConnection,
  fleet: string,
  { prefix, name }: QueueName,
): Promise<void> {
  await redis.sadd(keyOf(fleet, 'queues'), `${prefix}:${name}`)
}
