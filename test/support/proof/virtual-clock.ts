import type { Clock } from '../../../src/core/clock.js'

/**
 * Time that costs nothing: it stands still while anything goes on, and goes to the next timer when nothing does. Sandbox,
 * clients and executors of one process share it, so that lags, waits and request buckets keep EC2's proportions.
 */
export interface VirtualClock extends Clock {
  /** The clock as one process sees it, which can be held up and ended. */
  forProcess(): ProcessClock
  /** The time does not move while this goes on: work that takes the machine's time. */
  during<Result>(work: () => Promise<Result>): Promise<Result>
  /** Something goes on; whatever waits for the clock waits on. */
  stir(): void
}

export interface ProcessClock extends Clock {
  /** What sleeps does not wake, as if the machine were asleep, until `resume`. */
  pause(): void
  resume(): void
  /** What sleeps does not wake any more, for ever: a process that was killed. */
  end(): void
}

interface Owner {
  state: 'running' | 'paused' | 'ended'
}

interface Timer {
  readonly at: number
  readonly owner: Owner
  readonly wake: () => void
}

/**
 * So many turns of the event loop without anything new are taken for rest. Chosen: an HTTP request over loopback needs five,
 * from one side's write to the other side's handler, when its connection has to be made first.
 */
const quietTurns = 16

/** What the machine does for this thread outside of the event loop: files, names of hosts, keys, connections being made. */
const underWay = /^FSReq|Req(uest)?(Wrap)?$|ConnectWrap$|^KEYPAIR|^RANDOM|^PBKDF|^SCRYPT/i

/**
 * A clock that begins at a time, or at the machine's. Timers of one moment wake in the order in which they were set. While
 * `isBusy` says so, it stands still (own-wire.ts).
 */
export function createVirtualClock(startMs = Date.now(), isBusy: () => boolean = () => false): VirtualClock {
  let nowMs = startMs
  let stirs = 0
  let real = 0
  let isDriven = false
  const timers: Timer[] = []
  const nobody: Owner = { state: 'running' }

  function drive(seen: number, quiet: number): void {
    if (!timers.some(({ owner }) => owner.state === 'running')) {
      isDriven = false
      return
    }
    const isStill = stirs === seen && real === 0 && !isBusy()
    if (isStill && quiet >= quietTurns && !process.getActiveResourcesInfo().some((name) => underWay.test(name))) {
      const next = timers.splice(
        timers.findIndex(({ owner }) => owner.state === 'running'),
        1,
      )
      for (const { at, wake } of next) {
        nowMs = Math.max(nowMs, at)
        wake()
      }
      stirs += 1
    }
    const after = stirs
    // While the machine works, a turn may take its time.
    if (real > 0) setTimeout(() => drive(after, 0), 1)
    else setImmediate(() => drive(after, isStill ? quiet + 1 : 0))
  }

  function add(timer: Timer): void {
    stirs += 1
    const behind = timers.findLastIndex(({ at }) => at <= timer.at)
    timers.splice(behind + 1, 0, timer)
    go()
  }

  function go(): void {
    if (isDriven) return
    isDriven = true
    setImmediate(() => drive(stirs, 0))
  }

  function sleepFor(owner: Owner): Clock['sleep'] {
    return (durationMs, signal) =>
      new Promise((resolve, reject) => {
        if (owner.state === 'ended') return
        if (signal?.aborted === true) {
          reject(signal.reason as Error)
          return
        }
        const onAbort = () => {
          const place = timers.indexOf(timer)
          if (place >= 0) timers.splice(place, 1)
          stirs += 1
          reject(signal?.reason as Error)
        }
        const timer: Timer = {
          at: nowMs + Math.max(0, durationMs),
          owner,
          wake: () => {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        add(timer)
      })
  }

  return {
    now: () => nowMs,
    sleep: sleepFor(nobody),
    forProcess() {
      const owner: Owner = { state: 'running' }
      return {
        now: () => nowMs,
        sleep: sleepFor(owner),
        pause: () => {
          owner.state = 'paused'
        },
        resume: () => {
          owner.state = 'running'
          go()
        },
        end: () => {
          owner.state = 'ended'
          for (let index = timers.length - 1; index >= 0; index -= 1)
            if (timers[index]?.owner === owner) timers.splice(index, 1)
        },
      }
    },
    async during(work) {
      real += 1
      stirs += 1
      try {
        return await work()
      } finally {
        real -= 1
        stirs += 1
      }
    },
    stir: () => {
      stirs += 1
    },
  }
}
