import { Redis } from 'ioredis'
import { messageOf } from '../../core/errors.js'
import type { QueueAddress } from './queue-address.js'

/** A way to Redis that is never given up: what is asked while it is gone waits, and is answered when it is back. */
export interface QueueConnection {
  readonly redis: Redis
  readonly address: QueueAddress
  /** Whether it answers now, as far as is known. */
  readonly isThere: boolean
  close(): Promise<void>
}

/** Chosen: soon enough that nobody notices a restart, and seldom enough for a Redis that is gone for a night. */
const retryMsMax = 2000

/** Connects in the background. `say` hears once that Redis is gone, and once that it is back. */
export function connectQueue(address: QueueAddress, say: (text: string) => void): QueueConnection {
  const redis = new Redis({
    ...redisOptionsOf(address),
    // BullMQ asks for it: its commands are for whenever Redis is there.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(retryMsMax, 50 * 2 ** Math.min(times, 6)),
    // A Redis that loads its data answers so for a while; one that lost its place to another is asked anew by name.
    reconnectOnError: (error) => /^(?:LOADING|READONLY)/.test(error.message),
  })
  let reason: string | undefined
  let isSaid = false
  let isClosing = false
  redis.on('error', (error: Error) => {
    reason = messageOf(error)
    sayGone()
  })
  redis.on('close', sayGone)
  redis.on('ready', () => {
    if (isSaid) say(`The queue at ${address.shown} is back.`)
    isSaid = false
    reason = undefined
  })

  function sayGone(): void {
    if (isSaid || isClosing) return
    isSaid = true
    say(`The queue at ${address.shown} is gone${reason ? ` (${reason})` : ''}: waiting for it. Nothing is lost.`)
  }

  return {
    redis,
    address,
    get isThere() {
      return redis.status === 'ready'
    },
    async close() {
      isClosing = true
      if (redis.status !== 'ready') redis.disconnect()
      else await redis.quit().catch(() => redis.disconnect())
    },
  }
}

/** How any connection comes in. */
export function redisOptionsOf(address: QueueAddress) {
  return {
    host: address.host,
    port: address.port,
    db: address.database,
    ...(address.user !== undefined && { username: address.user }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.isEncrypted && { tls: { servername: address.host } }),
    connectTimeout: 5000,
  }
}
