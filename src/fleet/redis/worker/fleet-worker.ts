import { randomUUID } from 'node:crypto'
import { messageOf } from '../../../core/errors.js'
import { atOnceIn } from '../../embedded/engine.js'
import { newJob, newRound } from '../../jobs/new-job.js'
import type { FleetStore, StackPlace, UnreachableSource } from '../../types.js'
import type { QueueConnection } from '../connection.js'
import { queueNameOf, type QueueName } from '../queue-name.js'
import { keepPresent, takeLeave } from '../presence.js'
import { createQueues, registerQueue } from '../queues.js'
import { forgetReports } from '../report-store.js'
import { setSchedules } from '../schedules.js'
import { repositoryOf } from '../../stacks/repository-of.js'
import { orStopped, pause, within } from './patience.js'
import { carryJob, type JobSurroundings } from './carry-job.js'
import type { FleetNow, Workshop } from './fleet-now.js'
import { holds, oldWords } from './newest-file.js'
import { createServedQueues } from './served-queues.js'

/** As the issue asks: what fleet.yaml says, and what Redis holds, is looked at every minute. */
const refreshMs = 60_000
/** Chosen: what was told to end has so long to do it. */
const endMs = 15_000

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
  let isFresh = true
  const fleet = now.spec.name
  const queues = createQueues(connection, fleet)
  const served = createServedQueues(connection, options.worker)
  const around: JobSurroundings = { ...options, queues }
  const interruption = new AbortController()
  const running = new Set<Promise<void>>()
  let wasOld = false

  /** What is not as it should be, in a sentence. */
  async function tick(): Promise<string | undefined> {
    if (!isFresh) now = await workshop.read()
    isFresh = false
    // Whoever asks may lack a variable that is here, and not know where a stack is.
    const places = [undefined, ...now.stacks.map(({ place }) => place)]
    const names = uniqueNames(places.map((place) => [queueNameOf(fleet, place), place]))
    for (const { name } of names) await registerQueue(connection, fleet, name)
    await served.serve(names.map(({ name }) => name))
    const isOld = !(await holds(connection.redis, now))
    if (isOld && !wasOld) say(oldWords)
    wasOld = isOld
    const { stacks, unreachable = [] } = now
    const words = unreachableWords(unreachable)
    if (isOld) return words
    for (const { name, place } of names) {
      if (place) await queues.of(name).setGlobalConcurrency(atOnceIn(place, now.spec.limits))
    }
    const isUnknown = (id: string) => unreachable.some(({ name }) => name === repositoryOf(id))
    await setSchedules(queues, fleet, stacks, isUnknown)
    const stays = new Set(stacks.map(({ id }) => id))
    await forgetReports(connection.redis, fleet, (id) => stays.has(id) || isUnknown(id))
    await lookAtUnseen(now, around)
    return words
  }

  /** Something out of any queue. */
  async function next(): Promise<(() => Promise<void>) | undefined> {
    // Not by name: in containers on one machine, of one host's name, all are process 1.
    const one = await served.take(`${options.worker}:${randomUUID()}`)
    if (one === undefined) return undefined
    const { job, token, ended } = one
    if (stop.aborted) return void (await job.moveToWait(token))
    return () => carryJob(around, now, job, token, interruption.signal).finally(ended)
  }

  const isFree = () => running.size < options.atOnce
  const refreshing = refreshed(stop, tick, say)
  const telling = keepPresent(connection.redis, fleet, options.worker, stop)
  while (!stop.aborted) {
    const taking = isFree() ? next().catch(() => undefined) : Promise.resolve(undefined)
    const found = await orStopped(stop, taking)
    if (found) {
      const work: Promise<void> = found().finally(() => running.delete(work))
      running.add(work)
    } else if (!stop.aborted) {
      await orStopped(stop, Promise.race([...running, ...(isFree() ? [served.wait(isFree, stop)] : [])]))
    }
  }
  if (running.size > 0) say(`Ending: ${running.size} under way, nothing new begins.`)
  await within(options.graceMs, Promise.all(running))
  interruption.abort()
  await within(endMs, Promise.all(running))
  const leaving = telling.then(() => takeLeave(connection.redis, fleet, options.worker))
  await within(2000, Promise.allSettled([refreshing, leaving, served.close(), queues.close(), store.close()]))
}

function unreachableWords(unreachable: readonly UnreachableSource[]): string | undefined {
  if (unreachable.length === 0) return undefined
  const names = unreachable.map(({ name }) => name).join(', ')
  return `The stacks of ${names} stay as they were: ${unreachable.map(({ error }) => error.message).join('; ')}`
}

/** Looks at everything at once, and every minute again; a fleet.yaml with mistakes leaves things as they were. */
async function refreshed(
  stop: AbortSignal,
  tick: () => Promise<string | undefined>,
  say: (text: string) => void,
): Promise<void> {
  let said: string | undefined
  while (!stop.aborted) {
    const text = await orStopped(stop, tick()).catch(
      (error: unknown) => `The fleet could not be read anew, so it stays as it was: ${messageOf(error)}`,
    )
    if (text !== undefined && text !== said) say(text)
    said = text
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
    await queues.add(queueNameOf(spec.name, place), [newJob(stack, { fleet: spec.name, round, kind: 'drift' })])
  }
}

function uniqueNames(all: readonly (readonly [QueueName, StackPlace | undefined])[]) {
  const found = new Map(all.map(([name, place]) => [`${name.prefix}:${name.name}`, { name, place }]))
  return [...found].map(([key, value]) => ({ key, ...value }))
}
