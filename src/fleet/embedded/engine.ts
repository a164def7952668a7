import pLimit, { type LimitFunction } from 'p-limit'
import { createSharedTurns } from '../../app/stacks/shared-turns.js'
import { inWorkScope } from '../../core/work-scope.js'
import type { FleetEngine, FleetJob, FleetLimit, FleetProgress, JobReport, StackPlace } from '../types.js'

/** Chosen: what many stacks in one command do; each account's buckets are its own. */
const groupAtOnceDefault = 4

/** Chosen: each job holds a plan in memory and reads up to sixteen servers at once; more do not get further on one machine. */
const allAtOnceMax = 16

export interface EmbeddedOptions {
  /** Carries one job out; never rejects. */
  readonly work: (job: FleetJob, onProgress: (text: string) => void) => Promise<JobReport>
  /** Where a job's stack is; undefined: its file does not say. */
  readonly placeOf: (job: FleetJob) => StackPlace | undefined
  /** As the fleet's file says them now. */
  readonly limits: () => readonly FleetLimit[]
}

/** Carries jobs out in this process. */
export function createEmbeddedEngine({ work, placeOf, limits }: EmbeddedOptions): FleetEngine {
  const all = pLimit(allAtOnceMax)
  const groups = new Map<string, LimitFunction>()
  const lastOf = new Map<string, Promise<void>>()
  const turnsOf = createSharedTurns()
  const worker = `pid ${process.pid}`

  function groupOf(place: StackPlace | undefined): LimitFunction {
    const key = place ? `${place.account} ${place.region}` : ''
    const atOnce = place ? atOnceIn(place, limits()) : groupAtOnceDefault
    const group = groups.get(key) ?? pLimit(atOnce)
    if (group.concurrency !== atOnce) group.concurrency = atOnce
    groups.set(key, group)
    return group
  }

  /** Stacks of one account and region draw on the same buckets of EC2. */
  function inItsTurns(job: FleetJob, carryOut: () => Promise<JobReport>): Promise<JobReport> {
    const place = placeOf(job)
    return place ? inWorkScope({ turn: turnsOf(place.account, place.region) }, carryOut) : carryOut()
  }

  async function carryOutOne(job: FleetJob, on: FleetProgress, signal: AbortSignal): Promise<void> {
    // A stack's turn comes before a place is taken: who waits for its stack keeps no other stack waiting.
    const before = lastOf.get(job.stack)
    const turn = (before ?? Promise.resolve()).then(() =>
      groupOf(placeOf(job))(() =>
        all(async () => {
          if (signal.aborted) return
          on.began(job, worker)
          on.ended(await inItsTurns(job, () => work(job, (text) => on.progressed(job, text))))
        }),
      ),
    )
    const settled = turn.catch(() => undefined)
    lastOf.set(job.stack, settled)
    try {
      await turn
    } finally {
      if (lastOf.get(job.stack) === settled) lastOf.delete(job.stack)
    }
  }

  return {
    async carryOut(jobs, on, signal) {
      const ends = await Promise.allSettled(jobs.map((job) => carryOutOne(job, on, signal)))
      const failed = ends.find((end) => end.status === 'rejected')
      if (failed) throw failed.reason
    },
    keepsReports: false,
    close: () => Promise.resolve(),
  }
}

/** How many stacks of an account and region may be worked on at one time: the first limit that fits says it. */
export function atOnceIn({ account, region }: StackPlace, limits: readonly FleetLimit[]): number {
  const fits = (limit: FleetLimit) => [account, '*'].includes(limit.account) && [region, '*'].includes(limit.region)
  return limits.find(fits)?.atOnce ?? groupAtOnceDefault
}
