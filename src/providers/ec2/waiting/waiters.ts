import { whenAborted } from '../../../core/abort.js'
import type { Clock } from '../../../core/clock.js'
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

/** Chosen: medians of EC2's transitions are 1 to 30 s, and one call in 5 s for a class of resources is its advised bound. */
const firstPauseMs = 2_000
const mostPauseMs = 10_000
const growth = 1.3

interface Waiter<Item> {
  readonly id: string
  readonly deadline: number
  /** Returns whether the wait is over. */
  readonly take: (item: Item | undefined, absences: number) => boolean
  readonly fail: (error: unknown) => void
  readonly expire: () => void
  /** Says that the wait goes on. */
  readonly tell: (state?: string) => void
  absences: number
}

/** Makes a watcher. It polls only while somebody waits; a new waiter brings the pause back to its shortest. */
export function createWatcher<Item>(options: WatcherOptions<Item>): Watcher<Item> {
  const { clock, pollScale, timeoutScale, read, stateOf } = options
  const waiters = new Set<Waiter<Item>>()
  let pauseMs = firstPauseMs
  let polling = false

  async function poll(): Promise<void> {
    polling = true
    while (waiters.size > 0) {
      await clock.sleep(pauseMs * pollScale)
      pauseMs = Math.min(mostPauseMs, pauseMs * growth)
      const asked = [...waiters]
      try {
        const items = await read([...new Set(asked.map(({ id }) => id))])
        for (const waiter of asked) judgeOne(waiter, items.get(waiter.id))
      } catch (error) {
        for (const waiter of asked) finish(waiter, () => waiter.fail(error))
      }
    }
    polling = false
  }

  function judgeOne(waiter: Waiter<Item>, item: Item | undefined): void {
    waiter.absences = item === undefined ? waiter.absences + 1 : 0
    if (waiter.take(item, waiter.absences)) waiters.delete(waiter)
    else if (clock.now() >= waiter.deadline) finish(waiter, waiter.expire)
    else waiter.tell(item === undefined ? 'not to be seen' : stateOf(item))
  }

  function finish(waiter: Waiter<Item>, end: () => void): void {
    waiters.delete(waiter)
    end()
  }

  return {
    until: (id, judge, { what, timeoutMs, hint }) =>
      new Promise((resolve, reject) => {
        const limitMs = timeoutMs * timeoutScale
        const { signal } = workScope()
        if (signal?.aborted === true) {
          reject(nobodyWaits(what))
          return
        }
        const waiter: Waiter<Item> = {
          id,
          deadline: clock.now() + limitMs,
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
        pauseMs = firstPauseMs
        if (!polling) void onBehalfOfAll(poll)
      }),
  }
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
