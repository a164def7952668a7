import { setTimeout as sleep } from 'node:timers/promises'
import { watchHostOperations, type HostOperation } from './host-operations.js'
import type { HostPoint } from './host-plan.js'
import type { HostWorld } from './host-world.js'

/** What stood still in servers, beside a run of this process. */
export interface GoingOn {
  /** The run is over: resolves with the names of what goes on and does not end. */
  end(): Promise<readonly string[]>
}

export interface Held {
  /** Of the run that was cut. */
  readonly operations: readonly HostOperation[]
  readonly point: HostPoint
  readonly isHolding: boolean
  readonly chance: number
}

/**
 * Lets go on in servers what a dead run has begun there: `middle` beside the same operation of the next run, or, for every
 * other point, beside any of its operations; `late` behind the same one, or while that waits for it. At the run's end at the latest.
 */
export function goesOn(world: HostWorld, { operations, point, isHolding, chance }: Held): GoingOn {
  ownOperations ??= watchHostOperations(undefined)
  const seen = ownOperations
  const first = seen.length
  const { request, how, seed } = point
  const { what } = operations[request - 1] ?? { what: '' }
  const count = Math.ceil(chance * operations.length)
  let sameSinceMs: number | undefined
  const isTime = () => {
    const same = seen.slice(first).find((operation) => operation.what === what)
    if (same) sameSinceMs ??= Date.now()
    if (how === 'late') return same?.ms !== undefined || Date.now() - (sameSinceMs ?? Date.now()) > waitsMs
    return (request + seed) % 2 === 0 ? same !== undefined : seen.length >= first + count
  }
  let isOver = false
  const going = async () => {
    for (const end = Date.now() + heldMaxMs; isHolding && !isOver && Date.now() < end && !isTime();) await sleep(1)
    world.letGo()
  }
  const gone = going()
  return {
    async end() {
      isOver = true
      await gone
      if (!isHolding) return []
      for (const end = Date.now() + patienceMs; world.stillHeld().length > 0 && Date.now() < end;) await sleep(5)
      return world.stillHeld()
    },
  }
}

/** Chosen: a run on a busy machine is in the servers long before; what waits for what is held waits no longer. */
const heldMaxMs = 10_000

/** Chosen: what waits for a lock on a server does it in turns of a second. */
const waitsMs = 1_500

/** A freeze that nobody ends any more ends by itself when its connection is missed. */
const patienceMs = 20_000

/** Of the runs in this process. */
let ownOperations: readonly HostOperation[] | undefined
