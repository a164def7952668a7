import { Redis } from 'ioredis'
import { redisOptionsOf } from '../connection.js'
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

/** Chosen: what a Redis may take to say that nothing came, before the connection is believed to be dead. */
const silentMs = 2000
/** Chosen: a Redis that is gone is looked for so often. */
const gonePauseMs = 500

/**
 * BullMQ puts a marker into a sorted set of each queue for whoever waits for jobs: with the score 0 where one is to be had, else with the time
 * from which on. Its own workers wait with a connection for each queue.
 */
export function openWakeups(address: QueueAddress, redis: Redis): Wakeups {
  const waiting = new Redis({
    ...redisOptionsOf(address),
    maxRetriesPerRequest: 0,
    // What was asked for before Redis went is not asked for again: it would take a marker away that nobody waits for any more.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => gonePauseMs,
  })
  // The queue's connection says by itself that Redis is gone.
  waiting.on('error', () => undefined)

  async function popped(markers: readonly string[], ms: number): Promise<Wakeup | undefined> {
    const answer = await waiting.bzpopmin(...markers, Math.max(0.01, ms / 1000))
    if (answer === null) return undefined
    const [marker, member, score] = answer
    return { marker, at: Number(score), giveBack: async () => void (await redis.zadd(marker, score, member)) }
  }

  return {
    async next(markers, ms, stop) {
      if (markers.length === 0 || waiting.status !== 'ready') {
        await pause(Math.min(ms, gonePauseMs), stop)
        return undefined
      }
      const over = new AbortController()
      const asked = popped(markers, ms).catch(async () => {
        await pause(gonePauseMs, stop)
        return undefined
      })
      const deadline = pause(ms + silentMs, AbortSignal.any([over.signal, stop])).then(() => {
        if (!over.signal.aborted && !stop.aborted) waiting.disconnect(true)
        return undefined
      })
      const wakeup = await Promise.race([asked, deadline])
      over.abort()
      return wakeup
    },
    close: () => waiting.disconnect(),
  }
}
