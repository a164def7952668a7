import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from './clock.js'
import { formatDuration } from './units.js'

/** Something that is being waited for, as it stands now. */
export interface Wait {
  /** e.g. `waiting for i-… to run`. */
  readonly what: string
  /** How it stands, e.g. `pending`; undefined where nothing can be said. */
  readonly state: string | undefined
  readonly sinceMs: number
}

export type WaitSink = (wait: Wait) => void

const sinks = new AsyncLocalStorage<WaitSink>()

/**
 * Does some work, and hears of everything that is waited for in it, at any depth: a wait belongs to whoever asked for the
 * work, through ports and loops that serve many at once.
 */
export function hearingWaits<Result>(sink: WaitSink, work: () => Promise<Result>): Promise<Result> {
  return sinks.run(sink, work)
}

/** Does some work of which nobody is told what it waits for: it watches beside what is waited for. */
export function unheard<Result>(work: () => Promise<Result>): Promise<Result> {
  return sinks.run(() => undefined, work)
}

/** A wait that begins now, for `i-… to run`; the function tells those who hear of it how it stands, each time that this was looked at. */
export function beginWait(clock: Clock, what: string): (state?: string) => void {
  const sink = sinks.getStore()
  const startedAt = clock.now()
  return (state) => sink?.({ what: `waiting for ${what}`, state, sinceMs: clock.now() - startedAt })
}

/** `waiting for i-… to run since 40.0s: pending`. */
export function waitText({ what, state, sinceMs }: Wait): string {
  return `${what} since ${formatDuration(sinceMs)}${state === undefined ? '' : `: ${state}`}`
}
