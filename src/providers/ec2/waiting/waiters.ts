import { whenAborted } from '../../../core/abort.js'
import { steadyTime, type Clock } from '../../../core/clock.js'
import { BugError, Cancelled } from '../../../core/errors.js'
import { beginWait } from '../../../core/wait-sink.js'
import { onBehalfOfAll, workScope } from '../../../core/work-scope.js'
import { providerError } from '../errors/provider-errors.js'

/**
 * What a waiter makes of the latest reading: its result, `undefined` for "not yet", or a thrown error for "never".
 * `absences` counts how many readings in a row did not show the thing: one alone proves nothing.
 */
export type Judge<Item, Result> = (item: Item | undefined, absences: number) => Result | undefined

export interface WaitOptions {
  /** What is waited for, for the error: `i-… to run`. */
  readonly what: string
  readonly timeoutMs: number
  /** How long it takes as a rule (medians): looks are rare before, and frequent then. Left out: nobody knows. */
  readonly usualMs?: number
  /** How often it is looked at after the usual time. */
  readonly rhythm?: keyof typeof rhythms
  readonly hint?: string
}

/** Waits on things of one kind; one Describe serves all who wait. */
export interface Watcher<Item> {
  until<Result>(id: string, judge: Judge<Item, Result>, options: WaitOptions): Promise<Result>
}

export interface WatcherOptions<Item> {
  readonly clock: Clock
  readonly pollScale: number
  readonly timeoutScale: number
  /** Reads these, in as few calls as can be; what does not exist is left out. */
  readonly read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Item>>
  /** How one stands, in EC2's word for it. */
  readonly stateOf: (item: Item) => string | undefined
}

/** Chosen: medians of EC2's transitions are 1 to 30 s; what is over at once is seen soon, but for what takes a moment anyhow. */
const firstLookMs = 2_000
/** Between two looks at one thing, beside its share of the time waited. */
const leastPauseMs = 1_000
/** Between two calls for things of a kind. */
const betweenCallsMs = 300
/**
 * After the usual time the next look comes after a share of the time waited, late by as much at most. Until then it may come
 * later by a share of that time, so that one Describe serves all who began together; what usually takes longer than a moment
 * is looked at once before. Open-ended: it may well take many times the usual time. Aside: it is not expected, and what ends
 * the wait is something else.
 */
const rhythms = {
  close: { momentMs: 4_000, togetherShare: 0.04, lateShare: 0.1, mostPauseMs: 10_000 },
  'open-ended': { momentMs: 4_000, togetherShare: 0.04, lateShare: 0.3, mostPauseMs: 10_000 },
  aside: { momentMs: Infinity, togetherShare: 0.5, lateShare: 1, mostPauseMs: 30_000 },
} as const
type Times = Pick<Waiter<never>, 'startedAt' | 'usualMs' | 'rhythm' | 'lookAt'>

interface Waiter<Item> {
  readonly id: string
  readonly startedAt: number
  readonly usualMs: number | undefined
  readonly rhythm: (typeof rhythms)[keyof typeof rhythms]
  lookedAt: number
  /** When it is looked at next, at the earliest. */
  lookAt: number
  /** And at the latest. */
  lookBy: number
  readonly deadline: number
  /** Returns whether the wait is over. */
  readonly take: (item: Item | undefined, absences: number) => boolean
  readonly fail: (error: unknown) => void
  readonly expire: () => void
  /** Says that the wait goes on. */
  readonly tell: (state?: string) => void
  absences: number
}

/**
 * Makes a watcher. It polls only while somebody waits: each thing about when it usually is over, and together with others
 * that are looked at within the next moment.
 */
export function createWatcher<Item>(options: WatcherOptions<Item>): Watcher<Item> {
  const { clock, pollScale, timeoutScale, read, stateOf } = options
  const now = steadyTime(clock)
  const waiters = new Set<Waiter<Item>>()
  const slackMs = betweenCallsMs * pollScale
  let polling = false
  let wake: AbortController | undefined

  async function poll(): Promise<void> {
    polling = true
    // Those who come in the same moment are looked at together.
    await Promise.resolve()
    for (let polledAt = -Infinity; waiters.size > 0;) {
      await sleepUntilDue(polledAt)
      polledAt = now()
      const asked = [...waiters].filter((waiter) => isToBeAsked(waiter, polledAt))
      if (asked.length === 0) continue
      try {
        const items = await read([...new Set(asked.map(({ id }) => id))])
        for (const waiter of asked) judgeOne(waiter, items.get(waiter.id))
      } catch (error) {
        for (const waiter of asked) finish(waiter, () => waiter.fail(error))
      }
    }
    polling = false
  }

  /** Until the first is to be looked at; one that comes meanwhile may be earlier. */
  async function sleepUntilDue(polledAt: number): Promise<void> {
    for (;;) {
      const dueAt = Math.max(polledAt + slackMs, nextLookAt([...waiters]))
      const waitMs = dueAt - now()
      if (waiters.size === 0 || waitMs <= 0) return
      const woken = new AbortController()
      wake = woken
      await clock.sleep(waitMs, woken.signal).catch(() => undefined)
    }
  }

  function judgeOne(waiter: Waiter<Item>, item: Item | undefined): void {
    waiter.lookedAt = now()
    waiter.lookAt = waiter.lookedAt + pauseAfter(waiter)
    waiter.lookBy = waiter.lookAt + togetherAfter(waiter)
    waiter.absences = item === undefined ? waiter.absences + 1 : 0
    if (waiter.take(item, waiter.absences)) waiters.delete(waiter)
    else if (now() >= waiter.deadline) finish(waiter, waiter.expire)
    else waiter.tell(item === undefined ? 'not to be seen' : stateOf(item))
  }

  /**
   * Before its usual time a look in passing tells nothing. After it, it is as good as one of its own from the middle of the
   * pause on: so what began at different times comes to be looked at together. What was not to be seen keeps its pauses:
   * they are what makes its absence believed.
   */
  function isToBeAsked(waiter: Waiter<Item>, at: number): boolean {
    const { lookedAt, lookAt, startedAt, usualMs = 0, absences } = waiter
    const isInPassing = absences === 0 && at >= (lookedAt + lookAt) / 2
    return lookAt <= at || (isInPassing && at - startedAt >= usualMs * pollScale)
  }

  function pauseAfter(waiter: Waiter<Item>): number {
    const { startedAt, usualMs, rhythm } = waiter
    const waitedMs = (now() - startedAt) / pollScale
    if (usualMs !== undefined && waitedMs < usualMs) return (usualMs - waitedMs) * pollScale
    const leastMs = usualMs === undefined ? firstLookMs : leastPauseMs
    return Math.min(rhythm.mostPauseMs, Math.max(leastMs, waitedMs * rhythm.lateShare)) * pollScale
  }

  /** Nothing for looks after the usual time: what is late already is not to wait for others. */
  function togetherAfter({ startedAt, lookAt, usualMs = 0, rhythm }: Times): number {
    return lookAt - startedAt <= usualMs * pollScale ? usualMs * rhythm.togetherShare * pollScale : 0
  }

  function finish(waiter: Waiter<Item>, end: () => void): void {
    waiters.delete(waiter)
    end()
  }

  return {
    until: (id, judge, { what, timeoutMs, usualMs, rhythm: called, hint }) =>
      new Promise((resolve, reject) => {
        const rhythm = rhythms[called ?? (usualMs === undefined ? 'open-ended' : 'close')]
        const limitMs = timeoutMs * timeoutScale
        const { signal } = workScope()
        if (signal?.aborted === true) {
          reject(nobodyWaits(what))
          return
        }
        const startedAt = now()
        const lookAt =
          startedAt + (usualMs !== undefined && usualMs <= rhythm.momentMs ? usualMs : firstLookMs) * pollScale
        const waiter: Waiter<Item> = {
          id,
          startedAt,
          usualMs,
          rhythm,
          lookedAt: startedAt,
          lookAt,
          lookBy: lookAt + togetherAfter({ startedAt, lookAt, usualMs, rhythm }),
          deadline: startedAt + limitMs,
          absences: 0,
          tell: beginWait(clock, what),
          take: (item, absences) => {
            try {
              const result = judge(item, absences)
              if (result === undefined) return false
              resolve(result)
            } catch (error) {
              reject(asError(error))
            }
            forget()
            return true
          },
          fail: (error) => {
            forget()
            reject(asError(error))
          },
          expire: () => {
            forget()
            reject(timedOut(what, limitMs, hint))
          },
        }
        const forget = whenAborted(signal, () => finish(waiter, () => reject(nobodyWaits(what))))
        waiters.add(waiter)
        wake?.abort()
        if (!polling) void onBehalfOfAll(poll)
      }),
  }
}

/** When the first must be looked at, or a little sooner: once all are due that are due by then. */
function nextLookAt(waiters: readonly Pick<Waiter<never>, 'lookAt' | 'lookBy'>[]): number {
  const latest = waiters.reduce((least, { lookBy }) => Math.min(least, lookBy), Infinity)
  return waiters.reduce((last, { lookAt }) => (lookAt <= latest ? Math.max(last, lookAt) : last), -Infinity)
}

function nobodyWaits(what: string): Cancelled {
  return new Cancelled(`nobody waits any more for ${what}`)
}

/** What a wait ends with when its limit is reached. */
function timedOut(what: string, limitMs: number, hint?: string) {
  const seconds = Math.max(1, Math.round(limitMs / 1000))
  return providerError('EC2_TIMED_OUT', 'wait-state', `waited ${seconds} s for ${what}, in vain`, {
    hint: hint ?? 'look at it in the AWS console, then run the same command again: it goes on from there',
  })
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new BugError(`not an error: ${String(thrown)}`)
}
