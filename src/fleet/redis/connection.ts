import { isIP } from 'node:net'
import { Redis } from 'ioredis'
import { messageOf, UsageError } from '../../core/errors.js'
import type { QueueAddress } from './queue-address.js'

/** A way to Redis that is never given up: what is asked while it is gone waits, and is answered when it is back. */
export interface QueueConnection {
  readonly redis: Redis
  readonly address: QueueAddress
  /** Whether it answers now, as far as is known. */
  readonly isThere: boolean
  /**
   * Resolves as soon as Redis has let this process in, or is known to be gone, which passes. Rejects with a UsageError where user or password are
   * not what it asks for, which does not.
   */
  entered(): Promise<void>
  close(): Promise<void>
}

/** Chosen: soon enough that nobody notices a restart, and seldom enough for a Redis that is gone for a night. */
const retryMsMax = 2000

/** What Redis says to a wrong user or password, and to none. */
const notLetIn = /^(?:WRONGPASS|NOAUTH)/

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
  let isAtDoor = true
  const { promise: entry, resolve, reject: refuse } = deferred()
  const letIn = () => {
    isAtDoor = false
    resolve()
  }
  redis.on('error', (error: Error) => {
    if (!notLetIn.test(error.message)) letIn()
    else if (isAtDoor) return refuse(notLet(address))
    reason = messageOf(error)
    sayGone()
  })
  redis.on('close', sayGone)
  redis.on('ready', () => {
    letIn()
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
    async entered() {
      try {
        await entry
      } catch (error) {
        isClosing = true
        redis.disconnect()
        throw error
      }
    },
    async close() {
      isClosing = true
      if (redis.status !== 'ready') redis.disconnect()
      else await redis.quit().catch(() => redis.disconnect())
    },
  }
}

function notLet({ shown, password }: QueueAddress): UsageError {
  const how = password === undefined ? 'asks for a password' : 'takes neither this user nor this password'
  return new UsageError('FLEET_QUEUE_REFUSED', `the queue at ${shown} ${how}`, {
    hint: 'the password comes from EVENKEEL_FLEET_REDIS_PASSWORD or --queue-password-file, the user from --queue redis://user@host',
  })
}

function deferred() {
  let resolve = (): void => undefined
  let reject = (_error: Error): void => undefined
  const promise = new Promise<void>((settle, fail) => {
    resolve = settle
    reject = fail
  })
  // Whoever does not ask is not to die of it.
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}

/** How any connection comes in. */
export function redisOptionsOf(address: QueueAddress) {
  return {
    host: address.host,
    port: address.port,
    db: address.database,
    ...(address.user !== undefined && { username: address.user }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.isEncrypted && { tls: isIP(address.host) === 0 ? { servername: address.host } : {} }),
    connectTimeout: 5000,
  }
}
