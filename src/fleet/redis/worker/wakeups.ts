import type { Redis } from 'ioredis'
import { openBlockingConnection } from '../blocking-connection.js'
import type { QueueAddress } from '../queue-address.js'
import { pause } from './patience.js'

/** Something to do in a queue, now or from a moment on. */
export interface Wakeup {
  /** The marker's key. */
  readonly marker: string
  /** Milliseconds since 1970; 0: now. */
  readonly at: number
  /** For others, where nobody here has a hand free. */
  giveBack(): Promise<void>
}

/** Waits for something to do in any of many queues, with one connection and one command. */
export interface Wakeups {
  /** Waits no longer than so for one of the markers; undefined: none came, or Redis is gone. */
  next(markers: readonly string[], ms: number, stop: AbortSignal): Promise<Wakeup | undefined>
  close(): void
}

/** Chosen: whoever serves no queue yet looks so often whether there is one. */
const nothingPauseMs = 500

/**
 * BullMQ puts a marker into a sorted set of each queue for whoever waits for jobs: with the score 0 where one is to be had, else with the time
 * from which on. Its own workers wait with a connection for each queue.
 */
export function openWakeups(address: QueueAddress, redis: Redis): Wakeups {
  // What was asked for before Redis went must not be asked for again: it would take a marker away that nobody waits for any more.
  const waiting = openBlockingConnection(address)
  return {
    async next(markers, ms, stop) {
      if (markers.length === 0) {
        await pause(Math.min(ms, nothingPauseMs), stop)
        return undefined
      }
      const popped = await waiting.ask(ms, stop, (its) => its.bzpopmin(...markers, Math.max(0.01, ms / 1000)))
      if (popped === undefined) return undefined
      const [marker, member, score] = popped
      return { marker, at: Number(score), giveBack: async () => void (await redis.zadd(marker, score, member)) }
    },
    close: () => waiting.close(),
  }
}
