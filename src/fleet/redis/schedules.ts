import { createHash } from 'node:crypto'
import { membersOf } from '../../model/ledger/members.js'
import type { FleetJob, FleetStack } from '../types.js'
import { digestOf, queueNameOf } from './queue-name.js'
import { jobOptions, type Queues } from './queues.js'

/** Stands in a schedule for the round, which each tick has its own of. */
const anyRound = '00000000T000000Z-000000'

/**
 * Makes Redis hold the schedules of drift that the fleet's file asks for, and no others but those of stacks of which nothing is known now. What is
 * as it should be is left alone.
 */
export async function setSchedules(
  queues: Queues,
  fleet: string,
  stacks: readonly FleetStack[],
  isUnknown: (stack: string) => boolean,
): Promise<void> {
  const known = new Set(stacks.map(({ id }) => id))
  const wanted = new Map<string, Map<string, FleetStack>>()
  for (const name of await queues.known()) wanted.set(JSON.stringify(name), new Map())
  for (const stack of stacks) {
    if (stack.settings.driftSchedule === undefined) continue
    const key = JSON.stringify(queueNameOf(fleet, stack.place))
    const ofQueue = wanted.get(key) ?? new Map<string, FleetStack>()
    wanted.set(key, ofQueue.set(digestOf(stack.id), stack))
  }
  for (const [key, ofQueue] of wanted) {
    const queue = queues.of(JSON.parse(key) as { prefix: string; name: string })
    const present = new Map((await queue.getJobSchedulers(0, -1)).map((scheduler) => [scheduler.key, scheduler]))
    for (const [id, { template }] of present) {
      const stack = membersOf(template?.data)['stack']
      const stays = ofQueue.has(id) || (typeof stack === 'string' && !known.has(stack) && isUnknown(stack))
      if (!stays) await queue.removeJobScheduler(id)
    }
    for (const [id, stack] of ofQueue) {
      const pattern = stack.settings.driftSchedule
      const data = scheduledJob(fleet, stack.id)
      const has = present.get(id)
      const isThere = has?.pattern === pattern && has?.tz === 'UTC' && sameData(has?.template?.data, data)
      if (pattern === undefined || isThere) continue
      await queue.upsertJobScheduler(id, { pattern, tz: 'UTC' }, { name: 'drift', data, opts: jobOptions })
    }
  }
}

/** The job as a tick of its schedule made it, with the round of that tick: stacks of one schedule are of one round. */
export function jobOfTick(job: FleetJob, tickAt: number): FleetJob {
  if (job.round !== anyRound) return job
  const time = new Date(tickAt).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return { ...job, round: `${time}-${createHash('sha256').update(time).digest('hex').slice(0, 6)}` }
}

function scheduledJob(fleet: string, stack: string): FleetJob {
  const nothing = { commit: undefined, plan: undefined, run: undefined }
  return { formatVersion: 1, fleet, round: anyRound, kind: 'drift', stack, ...nothing }
}

function sameData(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
