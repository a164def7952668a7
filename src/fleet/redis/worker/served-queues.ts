import { createRedisBackend, Worker, type IQueueBackend, type Job } from 'bullmq'
import type { QueueConnection } from '../connection.js'
import type { QueueName } from '../queue-name.js'
import { takeoversMax } from '../retries.js'
import { leaseMs } from '../stack-lock.js'
import { openWakeups } from './wakeups.js'

/** Chosen: a queue whose marker another worker took, and died, is asked so often. */
const askMs = 5000

/** A job that was taken out of its queue. */
export interface TakenJob {
  readonly job: Job
  readonly token: string
  /** Its queue has a place free again. */
  ended(): void
}

/** The queues that a worker takes jobs from, by turns. */
export interface ServedQueues {
  /** From now on these, and no others. */
  serve(names: readonly QueueName[]): Promise<void>
  /** A job out of one of those in which something may be; undefined: there was none. */
  take(token: string): Promise<TakenJob | undefined>
  /** Resolves when there may be something to take, or so; `isFree` says then whether it would be taken. */
  wait(isFree: () => boolean, stop: AbortSignal): Promise<void>
  close(): Promise<void>
}

type QueueWorker = Worker<unknown, unknown, string, IQueueBackend>

interface Served {
  readonly worker: QueueWorker
  /** When it is asked next. */
  dueAt: number
  /** From when on a job that waits may be taken, as a marker said: nobody else is told. */
  laterAt: number
}

/** A worker's way to one queue shares the connection of all: who waits for them does it for all at once (wakeups.ts). */
const withoutWaiting: typeof createRedisBackend = (name, options, factoryOptions) =>
  createRedisBackend(name, options, { ...factoryOptions, withBlockingConnection: false })

export function createServedQueues(connection: QueueConnection, workerName: string): ServedQueues {
  const served = new Map<string, Served>()
  const wakeups = openWakeups(connection.address, connection.redis)
  let waiting: Promise<void> | undefined

  function open({ prefix, name }: QueueName): QueueWorker {
    const options = {
      connection: connection.redis,
      prefix,
      name: workerName,
      autorun: false,
      lockDuration: leaseMs,
      stalledInterval: leaseMs / 3,
      maxStalledCount: takeoversMax,
    }
    const worker = new Worker(name, undefined, options, withoutWaiting)
    worker.on('error', () => undefined)
    void worker.startStalledCheckTimer().catch(() => undefined)
    return worker
  }

  async function waitForOne(isFree: () => boolean, stop: AbortSignal): Promise<void> {
    const dueAt = Math.min(Date.now() + askMs, ...[...served.values()].map((queue) => queue.dueAt))
    const markers = [...served.keys()].map((key) => `${key}:marker`)
    const wakeup = await wakeups.next(markers, Math.max(1, dueAt - Date.now()), stop)
    if (wakeup === undefined) return
    if (!isFree() || stop.aborted) return wakeup.giveBack()
    const queue = served.get(wakeup.marker.slice(0, -':marker'.length))
    if (queue === undefined) return
    queue.dueAt = Math.min(queue.dueAt, wakeup.at)
    if (wakeup.at > Date.now()) queue.laterAt = Math.min(laterAtOf(queue), wakeup.at)
  }

  return {
    async serve(names) {
      const wanted = new Map(names.map((name) => [`${name.prefix}:${name.name}`, name]))
      for (const [key, name] of wanted)
        if (!served.has(key)) served.set(key, { worker: open(name), dueAt: 0, laterAt: 0 })
      for (const [key, { worker }] of served) {
        if (wanted.has(key)) continue
        served.delete(key)
        await worker.close(true)
      }
    },
    async take(token) {
      const order = [...served]
      for (const [key, queue] of order) {
        if (queue.dueAt > Date.now()) continue
        // The one that is asked first is asked last the next time.
        served.delete(key)
        served.set(key, queue)
        // Said before it is asked: a marker that comes meanwhile has the last word.
        queue.dueAt = Math.min(Date.now() + askMs, laterAtOf(queue))
        const job = await queue.worker.getNextJob(token, { block: false })
        if (job === undefined) continue
        queue.dueAt = 0
        return { job, token, ended: () => void (queue.dueAt = 0) }
      }
      return undefined
    },
    wait(isFree, stop) {
      // One at a time: a second would wait behind the first.
      waiting ??= waitForOne(isFree, stop)
        .catch(() => undefined)
        .finally(() => (waiting = undefined))
      return waiting
    },
    async close() {
      wakeups.close()
      await Promise.allSettled([...served.values()].map(({ worker }) => worker.close(true)))
    },
  }
}

/** Never, where it has come. */
function laterAtOf({ laterAt }: Served): number {
  return laterAt > Date.now() ? laterAt : Infinity
}
