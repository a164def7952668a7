import { messageOf } from '../../core/errors.js'
import { carryOutRound } from '../embedded/carry-out-round.js'
import { newJob, newRound } from '../jobs/new-job.js'
import type { FleetEngine, FleetJob, FleetStack, FleetStore, JobReport } from '../types.js'
import type { JobUnderWay } from './under-way.js'

/** What is wanted of a stack. */
export interface Wish {
  readonly stack: FleetStack
  readonly plan?: string
  readonly planDigest?: string
}

/** Where whoever looks at the page puts work, and sees what becomes of it. */
export interface Desk {
  /** Jobs begun here and elsewhere, by the stack's id, then the kind. */
  underWay(): Promise<readonly JobUnderWay[]>
  /** Begins a job for each stack that has none under way; those that have are handed back. Does not wait for any to end. */
  begin(kind: FleetJob['kind'], wishes: readonly Wish[]): Promise<readonly FleetStack[]>
  /** What has ended here, the last ones, the newest last; numbers grow by one. */
  readonly ended: readonly Ended[]
  /** Why what is shown of a stack may be older than what was seen of it here; undefined: all that was seen was kept. */
  readonly problem: string | undefined
  /** Begins nothing more; resolves when nothing that was begun here is under way. */
  settle(): Promise<void>
}

export interface Ended {
  readonly number: number
  readonly report: JobReport
}

export interface DeskOptions {
  readonly fleet: string
  readonly engine: FleetEngine
  readonly store: FleetStore
  readonly notify: (report: JobReport) => Promise<void>
  /** What is under way elsewhere, as far as that can be seen from here. */
  readonly elsewhere: () => Promise<readonly JobUnderWay[]>
  /** A report was kept. */
  readonly onKept: () => void
  readonly say: (text: string) => void
}

/** Chosen: who was away for a while sees the page as it is now, and hears the last of what happened. */
const endedKept = 50
/** Chosen: many who look at one time are told the same. */
const elsewhereMs = 500
/** A page's work is resumed by saying yes to the same plan again: nothing of it is kept for `--resume`. */
const noJournal = { ended: () => undefined, finished: () => undefined }

export function createDesk(options: DeskOptions): Desk {
  const { fleet, engine, store, notify, elsewhere, onKept, say } = options
  const own = new Map<string, JobUnderWay>()
  const ended: Ended[] = []
  const rounds = new Set<Promise<void>>()
  const stopping = new AbortController()
  let asked: { readonly at: number; readonly answer: Promise<readonly JobUnderWay[]> } | undefined
  let number = 0
  let problem: string | undefined
  /** Says what could not be kept, until something can be again. */
  const keeping: FleetStore = {
    ...store,
    async keep(report) {
      try {
        await store.keep(report)
        problem = undefined
      } catch (error) {
        problem = `What was seen of ${report.id} cannot be kept, and the page shows it as it was before: ${messageOf(error)}`
        throw error
      }
    },
  }

  function others(): Promise<readonly JobUnderWay[]> {
    if (asked === undefined || Date.now() - asked.at > elsewhereMs) {
      asked = { at: Date.now(), answer: elsewhere().catch(() => []) }
    }
    return asked.answer
  }

  async function carryOut(jobs: readonly FleetJob[]): Promise<void> {
    const set = ({ stack }: FleetJob, members: Partial<JobUnderWay>) => {
      const known = own.get(stack)
      if (known) own.set(stack, { ...known, ...members })
    }
    try {
      await carryOutRound(jobs, {
        engine,
        store: keeping,
        journal: noJournal,
        signal: stopping.signal,
        notify,
        onWarning: say,
        on: {
          began: (job, worker) => set(job, { worker, since: Date.now() }),
          progressed: (job, line) => set(job, { line }),
          ended(report) {
            own.delete(report.id)
            number += 1
            ended.push({ number, report })
            ended.splice(0, ended.length - endedKept)
            asked = undefined
            onKept()
          },
        },
      })
    } catch (error) {
      say(`What was begun on the page has ended unseen: ${messageOf(error)}`)
    } finally {
      for (const { stack } of jobs) own.delete(stack)
      onKept()
    }
  }

  return {
    ended,
    get problem() {
      return problem
    },
    async underWay() {
      const mine = [...own.values()]
      const rest = (await others()).filter(({ stack, kind }) => own.get(stack)?.kind !== kind)
      return [...mine, ...rest].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1))
    },
    async begin(kind, wishes) {
      const elsewhere = new Set((await others()).map(({ stack }) => stack))
      const isBusy = ({ stack }: Wish) => own.has(stack.id) || elsewhere.has(stack.id)
      const busy = wishes.filter(isBusy).map(({ stack }) => stack)
      const free = stopping.signal.aborted ? [] : wishes.filter((wish) => !isBusy(wish))
      const round = newRound()
      // From here to the engine nothing waits: two who press at one time do not both find the stack free.
      const jobs = free.map(({ stack, ...of }) => newJob(stack, { fleet, round, kind, ...of }))
      for (const { stack } of jobs) own.set(stack, { stack, kind, since: Date.now() })
      if (jobs.length > 0) {
        const work: Promise<void> = carryOut(jobs).finally(() => rounds.delete(work))
        rounds.add(work)
      }
      return busy
    },
    async settle() {
      stopping.abort()
      await Promise.all(rounds)
    },
  }
}

function keyOf({ stack, kind }: JobUnderWay): string {
  return `${stack}\n${kind}`
}
