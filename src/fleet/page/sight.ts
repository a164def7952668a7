import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../core/errors.js'
import { orStopped, pause } from '../redis/worker/patience.js'
import { assertSameFleet } from '../file/same-fleet.js'
import { standingsOf, type Standing } from '../reports/standing.js'
import type { FleetSpec, FleetStack, FleetStore, UnreachableSource } from '../types.js'

/** A fleet as it was last read, and what was last seen of its stacks. */
export interface FleetSight {
  readonly spec: FleetSpec
  readonly stacks: readonly FleetStack[]
  /** Why what is shown is older than it should be; undefined: it is not. */
  readonly problem: string | undefined
  standings(): Promise<readonly Standing[]>
  /** Something was kept: what was seen is read anew. */
  forget(): void
  /** Reads the fleet's file and finds its stacks anew; where that fails, they stay as they were. */
  refresh(): Promise<void>
}

export interface FleetRead {
  readonly spec: FleetSpec
  readonly stacks: readonly FleetStack[]
  /** Whose stacks are those that were last seen; left out: there are none. */
  readonly unreachable?: readonly UnreachableSource[]
}

/** Chosen: many who look at one time are told the same. */
const keptMs = 1000
/** Chosen: whoever has saved the fleet's file finds it on the page when they get there. */
const stampMs = 1000
/** Chosen: a store that takes longer is gone for now, and nobody waits for a page of it. */
const storeMs = 3000

/**
 * Reads the fleet anew every so often, and when its file has another stamp, until it is to stop: a repository that does not answer is not
 * waited for then.
 */
export async function keepReading(
  sight: Pick<FleetSight, 'refresh'>,
  everyMs: number,
  stop: AbortSignal,
  stampOf: () => string = () => '',
): Promise<void> {
  let stamp = stampOf()
  let readAt = Date.now()
  while (!stop.aborted) {
    await pause(Math.min(everyMs, stampMs), stop)
    const newest = stampOf()
    if (stop.aborted || (newest === stamp && Date.now() - readAt < everyMs)) continue
    stamp = newest
    readAt = Date.now()
    await orStopped(stop, sight.refresh())
  }
}

export function createSight(first: FleetRead, read: () => Promise<FleetRead>, store: FleetStore): FleetSight {
  let known = first
  let fileProblem = unreachableProblem(first)
  let storeProblem: string | undefined
  let seen: readonly Standing[] = first.stacks.map((stack) => ({
    stack,
    last: undefined,
    reports: {},
    plan: undefined,
  }))
  let asked: { readonly at: number; readonly answer: Promise<readonly Standing[]> } | undefined

  async function ask(): Promise<readonly Standing[]> {
    const ended = new AbortController()
    try {
      const late = sleep(storeMs, undefined, { signal: ended.signal }).catch(() => undefined)
      const answer = await Promise.race([standingsOf(known.stacks, store), late])
      storeProblem = answer ? undefined : 'What was last seen cannot be asked for now: the queue does not answer.'
      if (answer) seen = answer
    } catch (error) {
      storeProblem = `What was last seen cannot be read: ${messageOf(error)}`
    } finally {
      ended.abort()
    }
    return seen
  }

  return {
    get spec() {
      return known.spec
    },
    get stacks() {
      return known.stacks
    },
    get problem() {
      return fileProblem ?? storeProblem
    },
    standings() {
      if (asked === undefined || Date.now() - asked.at > keptMs) asked = { at: Date.now(), answer: ask() }
      return asked.answer
    },
    forget() {
      asked = undefined
    },
    async refresh() {
      try {
        const fresh = await read()
        assertSameFleet(fresh.spec, known.spec.name)
        known = fresh
        fileProblem = unreachableProblem(known)
      } catch (error) {
        fileProblem = `The fleet could not be read anew, so it is shown as it was: ${messageOf(error)}`
      }
      asked = undefined
    },
  }
}

function unreachableProblem({ unreachable = [] }: FleetRead): string | undefined {
  if (unreachable.length === 0) return undefined
  const names = unreachable.map(({ name }) => name).join(', ')
  return `The stacks of ${names} are shown as they were: ${unreachable.map(({ error }) => error.message).join('; ')}`
}
