import { Worker } from 'bullmq'
import { messageOf } from '../../../core/errors.js'
import { atOnceIn } from '../../embedded/engine.js'
import { newJob, newRound } from '../../jobs/new-job.js'
import type { FleetStore, StackPlace } from '../../types.js'
import type { QueueConnection } from '../connection.js'
import { keyOf, queueNameOf, type QueueName } from '../queue-name.js'
import { createQueues, registerQueue } from '../queues.js'
import { forgetReports } from '../report-store.js'
import { setSchedules } from '../schedules.js'
import { leaseMs } from '../stack-lock.js'
import { orStopped, pause, within } from './patience.js'
import { carryJob, type JobSurroundings } from './carry-job.js'
import type { FleetNow, Workshop } from './fleet-now.js'

/** As the issue asks: what fleet.yaml says, and what Redis holds, is looked at every minute. */
const refreshMs = 60_000
/** Chosen: an idle worker asks each queue so often. */
const idleMs = 300
/** Chosen: what was told to end has so long to do it. */
const endMs = 15_000
/** Chosen: a job whose workers die one after the other is not to take them all. */
const takeoversMax = 5

export interface FleetWorkerOptions {
  readonly connection: QueueConnection
  readonly store: FleetStore
  readonly workshop: Workshop
  /** Jobs at one time, of all queues. */
  readonly atOnce: number
  /** What runs when it is to end has so long, before it is stopped and given back. */
  readonly graceMs: number
  readonly worker: string
  readonly say: (text: string) => void
}

/** Takes jobs out of the fleet's queues and carries them out until `stop` is aborted; resolves when nothing is under way any more. */
export async function runFleetWorker(options: FleetWorkerOptions, stop: AbortSignal): Promise<void> {
  const { connection, store, workshop, say } = options
  let now = await workshop.read()
  const fleet = now.spec.name
  const queues = createQueues(connection, fleet)
  const served = new Map<string, Worker>()
  const around: JobSurroundings = { ...options, queues }
  const interruption = new AbortController()
  const running = new Set<Promise<void>>()
  let taken = 0

  const refresh = () => refreshed(stop, () => tick(), say)

  async function tick(): Promise<void> {
    now = await workshop.read()
    const names = uniqueNames(now.stacks.map(({ place }) => [queueNameOf(fleet, place), place]))
    await connection.redis.zadd(keyOf(fleet, 'workers'), Date.now(), options.worker)
    await connection.redis.zremrangebyscore(keyOf(fleet, 'workers'), 0, Date.now() - 3 * refreshMs)
    for (const { key, name, place } of names) {
      await registerQueue(connection, fleet, name)
      if (place) await queues.of(name).setGlobalConcurrency(atOnceIn(place, now.spec.limits))
      if (!served.has(key)) served.set(key, openWorker(connection, name, options.worker))
    }
    for (const [key, worker] of served) {
      if (names.some((each) => each.key === key)) continue
      served.delete(key)
      await worker.close(true)
    }
    await setSchedules(queues, fleet, now.stacks)
    const stays = new Set(now.stacks.map(({ id }) => id))
    await forgetReports(connection.redis, fleet, (stack) => stays.has(stack))
    await lookAtUnseen(now, around)
  }

  /** Something out of any queue; the one that was asked first is asked last the next time. */
  async function next(): Promise<(() => Promise<void>) | undefined> {
    const order = [...served]
    for (const [key, worker] of order) {
      served.delete(key)
      served.set(key, worker)
      const token = `${options.worker}:${++taken}`
      const job = await worker.getNextJob(token, { block: false })
      if (job === undefined) continue
      if (stop.aborted) return void (await job.moveToWait(token))
      return () => carryJob(around, now, job, token, interruption.signal)
    }
    return undefined
  }

  const refreshing = refresh()
  while (!stop.aborted) {
    const found =
      running.size < options.atOnce
        ? await orStopped(
            stop,
            next().catch(() => undefined),
          )
        : undefined
    if (found === undefined) {
      await orStopped(stop, Promise.race([pause(idleMs, stop), ...(running.size < options.atOnce ? [] : running)]))
      continue
    }
    const work: Promise<void> = found().finally(() => running.delete(work))
    running.add(work)
  }
  if (running.size > 0) say(`Ending: ${running.size} under way, nothing new begins.`)
  await within(options.graceMs, Promise.all(running))
  interruption.abort()
  await within(endMs, Promise.all(running))
  const closing = [...served.values()].map((worker) => worker.close(true))
  const leaving = connection.redis.zrem(keyOf(fleet, 'workers'), options.worker)
  await within(2000, Promise.allSettled([refreshing, leaving, ...closing, queues.close(), store.close()]))
}

/** Looks at everything at once, and every minute again; a fleet.yaml with mistakes leaves things as they were. */
async function refreshed(stop: AbortSignal, tick: () => Promise<void>, say: (text: string) => void): Promise<void> {
  let said: string | undefined
  while (!stop.aborted) {
    try {
      await orStopped(stop, tick())
      said = undefined
    } catch (error) {
      const text = messageOf(error)
      if (text !== said) say(`The fleet could not be read anew, so it stays as it was: ${text}`)
      said = text
    }
    await pause(refreshMs, stop)
  }
}

/** What has a schedule and was never looked at, as after Redis was emptied, is looked at now. */
async function lookAtUnseen({ spec, stacks }: FleetNow, { queues, store }: JobSurroundings): Promise<void> {
  const seen = await store.reports()
  const round = newRound()
  for (const stack of stacks) {
    const { id, place, settings } = stack
    if (settings.driftSchedule === undefined || seen.get(id)?.drift !== undefined) continue
    await queues.add(queueNameOf(spec.name, place), newJob(stack, { fleet: spec.name, round, kind: 'drift' }))
  }
}

function openWorker({ redis }: QueueConnection, { prefix, name }: QueueName, worker: string): Worker {
  const opened = new Worker(name, undefined, {
    connection: redis,
    prefix,
    name: worker,
    autorun: false,
    lockDuration: leaseMs,
    stalledInterval: leaseMs / 3,
    maxStalledCount: takeoversMax,
  })
  opened.on('error', () => undefined)
  void opened.startStalledCheckTimer().catch(() => undefined)
  return opened
}

function uniqueNames(all: readonly (readonly [QueueName, StackPlace | undefined])[]) {
  const found = new Map(all.map(([name, place]) => [`${name.prefix}:${name.name}`, { name, place }]))
  return [...found].map(([key, value]) => ({ key, ...value }))
}
