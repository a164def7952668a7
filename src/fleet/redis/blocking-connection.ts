import { Redis } from 'ioredis'
import { redisOptionsOf } from './connection.js'
import type { QueueAddress } from './queue-address.js'
import { pause } from './worker/patience.js'

/** A connection of its own for what waits in Redis until something comes. */
export interface BlockingConnection {
  /**
   * The answer to a command that Redis answers after `ms` at the latest; undefined: nothing came, it is to stop, or Redis is gone or will not, which
   * takes a moment. What was asked is not asked again by itself.
   */
  ask<Answer>(
    ms: number,
    stop: AbortSignal,
    command: (redis: Redis) => Promise<Answer | null>,
  ): Promise<Answer | undefined>
  close(): void
}

/** Chosen: what a Redis may take to say that nothing came, before the connection is believed to be dead. */
const silentMs = 2000
/** Chosen: a Redis that is gone is looked for so often. */
const gonePauseMs = 500

export function openBlockingConnection(address: QueueAddress): BlockingConnection {
  const redis = new Redis({
    ...redisOptionsOf(address),
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => gonePauseMs,
  })
  // The queue's connection says by itself that Redis is gone.
  redis.on('error', () => undefined)

  /** Until it is there, and no longer than so. */
  async function ready(ms: number, stop: AbortSignal): Promise<void> {
    const isReady = new AbortController()
    const listen = () => isReady.abort()
    redis.once('ready', listen)
    await pause(ms, AbortSignal.any([isReady.signal, stop]))
    redis.off('ready', listen)
  }

  return {
    async ask(ms, stop, command) {
      if (redis.status !== 'ready') await ready(Math.min(ms, gonePauseMs), stop)
      if (redis.status !== 'ready' || stop.aborted) return undefined
      const over = new AbortController()
      const asked = command(redis).catch(async () => {
        await pause(gonePauseMs, stop)
        return null
      })
      const deadline = pause(ms + silentMs, AbortSignal.any([over.signal, stop])).then(() => {
        if (!over.signal.aborted && !stop.aborted) redis.disconnect(true)
        return null
      })
      const answer = await Promise.race([asked, deadline])
      over.abort()
      return answer ?? undefined
    },
    close: () => redis.disconnect(),
  }
}
