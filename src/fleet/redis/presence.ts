import type { Redis } from 'ioredis'
import { keyOf } from './queue-name.js'
import { orStopped, pause } from './worker/patience.js'

/** Chosen: soon enough that a Redis that was emptied knows its workers before anybody has asked it twice, and nothing to Redis. */
const tellMs = 3000
/** Chosen: who has been silent for so long is gone, or stands still. */
const silentMs = 30_000

/** KEYS: workers. ARGV: name, for how long silence is borne. By Redis' own clock: those of the machines may differ by more. */
const tellScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - ARGV[2])`

/** Somebody who works on a fleet. */
export interface PresentWorker {
  readonly name: string
  /** Since it was last heard of. */
  readonly agoMs: number
}

/** Tells over and over that a worker is there, until it is to stop; whether it could, Redis' connection says by itself. */
export async function keepPresent(redis: Redis, fleet: string, worker: string, stop: AbortSignal): Promise<void> {
  const key = keyOf(fleet, 'workers')
  while (!stop.aborted) {
    await orStopped(stop, redis.eval(tellScript, 1, key, worker, silentMs)).catch(() => undefined)
    await pause(tellMs, stop)
  }
}

/** Takes it back. */
export async function takeLeave(redis: Redis, fleet: string, worker: string): Promise<void> {
  await redis.zrem(keyOf(fleet, 'workers'), worker)
}

/** Those that were heard of a moment ago. */
export async function presentWorkers(redis: Redis, fleet: string): Promise<readonly PresentWorker[]> {
  const [seconds, microseconds] = await redis.time()
  const now = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
  const told = await redis.zrangebyscore(keyOf(fleet, 'workers'), now - silentMs, '+inf', 'WITHSCORES')
  const names = told.filter((_, index) => index % 2 === 0)
  return names.map((name, index) => ({ name, agoMs: Math.max(0, now - Number(told[2 * index + 1])) }))
}
