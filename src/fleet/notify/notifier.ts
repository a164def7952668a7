import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeWhole } from '../../app/saved-plan/write-whole.js'
import { messageOf } from '../../core/errors.js'
import { membersOf } from '../../model/ledger/members.js'
import { isRunName, jobKinds, stackKey } from '../jobs/job.js'
import type { FleetSpec, JobReport } from '../types.js'
import { deliver, type FleetEvent } from './deliver.js'
import { eventsOf, toldNothing, type Told } from './events-of.js'
import { takeWebhookKeys } from './webhook-keys.js'

/** What was told of each stack, by its id: where it is lost, what holds is told once more. */
export interface ToldMemory {
  recall(id: string): Promise<Told>
  keep(id: string, told: Told): Promise<void>
}

/** Tells those whom the fleet's file names what a report is news of. Never rejects: who did not hear of it is a warning. */
export function createNotifier(
  { name, path, notifications }: Pick<FleetSpec, 'name' | 'path' | 'notifications'>,
  memory: ToldMemory,
  onWarning: (text: string) => void,
): (report: JobReport) => Promise<void> {
  takeWebhookKeys({ notifications })
  return async (report) => {
    if (notifications.length === 0) return
    try {
      const { events, told } = eventsOf(await memory.recall(report.id), report)
      await memory.keep(report.id, told)
      const wanted = notifications.flatMap((to) =>
        events.filter((kind) => to.on.includes(kind)).map((kind) => [to, kind] as const),
      )
      await Promise.all(
        wanted.map(([to, event]) =>
          deliver(to, eventOf(name, event, report), { directory: dirname(path) }).catch((error: unknown) =>
            onWarning(`Nobody was told of "${event}" of ${report.id}: ${messageOf(error)}.`),
          ),
        ),
      )
    } catch (error) {
      onWarning(`What was told of ${report.id} cannot be written down: ${messageOf(error)}.`)
    }
  }
}

/** A small file for each stack. */
export function folderMemory(folder: string): ToldMemory {
  const pathOf = (id: string) => join(folder, `${stackKey(id)}.json`)
  return {
    recall: (id) => Promise.resolve(toldIn(pathOf(id))),
    keep(id, told) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeWhole(pathOf(id), `${JSON.stringify(told)}\n`, { what: 'what was told of a stack', mode: 0o600 })
      return Promise.resolve()
    },
  }
}

/** What an unknown value says of what was told. */
export function toldOf(value: unknown): Told {
  const { drift, failed, applied } = membersOf(value)
  return {
    drift: drift === true,
    failed: jobKinds.find((kind) => kind === failed),
    ...(isRunName(applied) && { applied }),
  }
}

function toldIn(path: string): Told {
  try {
    return toldOf(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return toldNothing
  }
}

function eventOf(fleet: string, event: FleetEvent['event'], report: JobReport): FleetEvent {
  const { id, place, state, words, errorCode, round, endedAt } = report
  return {
    formatVersion: 1,
    event,
    fleet,
    stack: id,
    place: place ?? null,
    state,
    words,
    errorCode: errorCode ?? null,
    round,
    at: endedAt,
  }
}
