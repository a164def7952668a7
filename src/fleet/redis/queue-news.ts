import { QueueEvents } from 'bullmq'
import { legible } from '../../report/legible.js'
import type { QueueConnection } from './connection.js'
import type { QueueName } from './queue-name.js'

/** Something that happened to a job, as its queue tells it. */
export type QueueNews = { readonly queue: QueueName; readonly id: string } & (
  | { readonly kind: 'began'; readonly worker: string }
  | { readonly kind: 'progressed'; readonly line: string }
  /** Its report lies in the store: it would be too much for the queue's stream of events. */
  | { readonly kind: 'completed' }
  | { readonly kind: 'refused'; readonly why: string }
)

/** Chosen: what stands on one line. */
const lineMax = 500

/** A line that came out of Redis, and goes to a terminal. */
function lineOf(text: string): string {
  return legible(text.slice(0, lineMax))
}

/** Hears what happens in queues from now on, by Redis' own clock, until it is closed. Everything heard is checked first. */
export async function listenTo(
  connection: QueueConnection,
  names: readonly QueueName[],
  hear: (news: QueueNews) => void,
): Promise<{ close(): Promise<void> }> {
  const [seconds, microseconds] = await connection.redis.time()
  const lastEventId = `${Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)}-0`
  const distinct = new Map(names.map((name) => [`${name.prefix}:${name.name}`, name]))
  const listeners = [...distinct.values()].map((queue) => {
    const events = new QueueEvents(queue.name, { connection: connection.redis, prefix: queue.prefix, lastEventId })
    // The connection says by itself what it has to say.
    events.on('error', () => undefined)
    events.on('progress', ({ jobId: id, data }) => {
      const { began, line } = (typeof data === 'object' ? data : {}) as { began?: unknown; line?: unknown }
      if (typeof began === 'string') hear({ queue, id, kind: 'began', worker: lineOf(began) })
      if (typeof line === 'string') hear({ queue, id, kind: 'progressed', line: lineOf(line) })
    })
    events.on('completed', ({ jobId: id }) => hear({ queue, id, kind: 'completed' }))
    events.on('failed', ({ jobId: id, failedReason }) => {
      hear({ queue, id, kind: 'refused', why: lineOf(failedReason) })
    })
    return events
  })
  return {
    async close() {
      await Promise.all(listeners.map((events) => events.close().catch(() => undefined)))
    },
  }
}
