import TinyQueue from 'tinyqueue'
import { whenAborted } from './abort.js'
import type { Clock } from './clock.js'
import { Cancelled } from './errors.js'
import { workScope } from './work-scope.js'

/** What bounds the work of one sort behind a gate. */
export interface Door {
  /** Milliseconds until it opens: 0 when it is open, Infinity when something must leave first. */
  opensInMs(): number
  /** Takes a place; called right before the work begins. */
  enter(): void
  /** Gives it back, once the work has ended. */
  leave(): void
}

/** Lets work through its door, the most urgent of all sorts first, then in the order in which it came. */
export interface Gate {
  /** Rejects with Cancelled, and begins nothing, when the signal of the scope is aborted first. */
  pass<Result>(sort: string, door: Door, work: () => Promise<Result>): Promise<Result>
}

interface Waiting {
  readonly urgency: number
  readonly index: number
  readonly begin: () => void
  /** Nobody waits for it any more. */
  isOver: boolean
}

interface Sort {
  readonly door: Door
  readonly queue: TinyQueue<Waiting>
}

export function createGate(clock: Clock): Gate {
  const sorts = new Map<string, Sort>()
  let index = 0
  let alarm: { readonly at: number; readonly controller: AbortController } | undefined

  /** The most urgent of those whose door is open, and how long it takes until another one opens by itself. */
  function look(): { readonly next: Sort | undefined; readonly opensInMs: number } {
    let next: Sort | undefined
    let opensInMs = Infinity
    for (const [name, sort] of sorts) {
      while (sort.queue.peek()?.isOver === true) sort.queue.pop()
      const head = sort.queue.peek()
      if (head === undefined) {
        sorts.delete(name)
        continue
      }
      const waitMs = sort.door.opensInMs()
      if (waitMs > 0) opensInMs = Math.min(opensInMs, waitMs)
      else if (next === undefined || before(head, next.queue.peek() ?? head) < 0) next = sort
    }
    return { next, opensInMs }
  }

  function startMore(): void {
    for (;;) {
      const { next, opensInMs } = look()
      if (next === undefined) {
        wakeIn(opensInMs)
        return
      }
      next.door.enter()
      next.queue.pop()?.begin()
    }
  }

  function wakeIn(durationMs: number): void {
    if (durationMs === Infinity) return
    const at = clock.now() + durationMs
    if (alarm !== undefined && alarm.at <= at) return
    alarm?.controller.abort()
    const mine = { at, controller: new AbortController() }
    alarm = mine
    const ring = () => {
      if (alarm === mine) alarm = undefined
      startMore()
    }
    void clock.sleep(durationMs, mine.controller.signal).then(ring, () => undefined)
  }

  function turnAt(name: string, door: Door): Promise<void> {
    return new Promise((resolve, reject) => {
      const { urgency, signal } = workScope()
      if (signal?.aborted === true) {
        reject(notBegun())
        return
      }
      const forget = whenAborted(signal, () => {
        waiting.isOver = true
        reject(notBegun())
      })
      const begin = () => {
        forget()
        resolve()
      }
      const waiting: Waiting = { urgency, index: (index += 1), begin, isOver: false }
      const sort = sorts.get(name) ?? { door, queue: new TinyQueue<Waiting>([], before) }
      sorts.set(name, sort)
      sort.queue.push(waiting)
      startMore()
    })
  }

  return {
    async pass(name, door, work) {
      await turnAt(name, door)
      try {
        return await work()
      } finally {
        door.leave()
        startMore()
      }
    },
  }
}

function before(left: Waiting, right: Waiting): number {
  return left.urgency === right.urgency ? left.index - right.index : right.urgency - left.urgency
}

function notBegun(): Cancelled {
  return new Cancelled('the run was interrupted before its turn came')
}
