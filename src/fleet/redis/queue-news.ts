import { membersOf } from '../../model/ledger/members.js'
import { openBlockingConnection } from './blocking-connection.js'
import type { QueueConnection } from './connection.js'
import { lineOf } from './line-of.js'
import type { QueueName } from './queue-name.js'
import { pause } from './worker/patience.js'

/** Something that happened to a job, as its queue tells it. */
export type QueueNews = { readonly queue: QueueName; readonly id: string } & (
  | { readonly kind: 'began'; readonly worker: string }
  | { readonly kind: 'progressed'; readonly line: string }
  /** Its report lies in the store: it would be too much for the queue's stream of events. */
  | { readonly kind: 'completed' }
  | { readonly kind: 'refused'; readonly why: string }
)

/** Chosen: what comes within it is read at once. Of each job there are six events, and hearing of each by itself took longer than all else. */
const gatherMs = 50
/** Chosen: Redis says after so long that nothing has happened. */
const blockMs = 10_000
/** Chosen: more than happens between two looks. */
const eventsMax = 1000

/**
 * Hears what happens in queues from now on, by Redis' own clock, until it is closed: of all of them over one connection, from the streams in which
 * BullMQ tells its events (https://docs.bullmq.io/guide/events). Its own reader takes a connection for each queue, and reads each event by itself.
 */
export async function listenTo(
  { redis, address }: QueueConnection,
  names: readonly QueueName[],
  hear: (news: QueueNews) => void,
): Promise<{ close(): Promise<void> }> {
  const [seconds, microseconds] = await redis.time()
  // After the millisecond before: what happens in this one is heard too, for ids go by milliseconds.
  const since = String(Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000) - 1)
  const queues = new Map(names.map((name) => [`${name.prefix}:${name.name}:events`, name]))
  /** The last event of each stream that was heard. */
  const heard = new Map([...queues.keys()].map((stream) => [stream, since]))
  const stop = new AbortController()
  const reading = openBlockingConnection(address)

  async function listen(): Promise<void> {
    while (!stop.signal.aborted) {
      const streams = [...heard.keys(), ...heard.values()]
      const found = await reading.ask(blockMs, stop.signal, (its) =>
        its.xread('COUNT', eventsMax, 'BLOCK', blockMs, 'STREAMS', ...streams),
      )
      for (const [stream, events] of found ?? []) {
        const queue = queues.get(stream)
        for (const [id, fields] of events) {
          heard.set(stream, id)
          const news = queue && newsOf(queue, fields)
          if (news) hear(news)
        }
      }
      if (found) await pause(gatherMs, stop.signal)
    }
  }

  const listening = listen()
  return {
    async close() {
      stop.abort()
      reading.close()
      await listening
    },
  }
}

/** What an event tells whoever waits for a job; undefined: nothing. Whatever stands in Redis is checked first. */
function newsOf(queue: QueueName, fields: readonly string[]): QueueNews | undefined {
  const { event, jobId: id, data, failedReason = '' } = pairsOf(fields)
  if (id === undefined) return undefined
  switch (event) {
    case 'progress': {
      const { began, line } = membersOf(parsed(data))
      if (typeof began === 'string') return { queue, id, kind: 'began', worker: lineOf(began) }
      if (typeof line === 'string') return { queue, id, kind: 'progressed', line: lineOf(line) }
      return undefined
    }
    case 'completed':
      return { queue, id, kind: 'completed' }
    case 'failed':
      return { queue, id, kind: 'refused', why: lineOf(failedReason) }
    default:
      return undefined
  }
}

function pairsOf(fields: readonly string[]): Partial<Record<string, string>> {
  const pairs: Partial<Record<string, string>> = {}
  for (let index = 0; index + 1 < fields.length; index += 2) pairs[fields[index] ?? ''] = fields[index + 1]
  return pairs
}

function parsed(text = ''): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
