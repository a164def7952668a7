/** Time as a port: tests run on a scaled or a virtual one. Milliseconds everywhere. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Resolves after `durationMs`; rejects with the signal's reason when aborted first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (durationMs, signal) => sleepReal(durationMs, signal),
}

/** The clock's time, which goes on from where it was when the clock is set back: what is to come in a moment does not come in an hour. */
export function steadyTime(clock: Pick<Clock, 'now'>): () => number {
  let latest = clock.now()
  let before = latest
  return () => {
    const shown = clock.now()
    latest += Math.max(0, shown - before)
    before = shown
    return latest
  }
}

/** A moment on the machine's clock, and what another clock showed at it: with both, two processes have that clock in common. */
export interface ClockAnchor {
  readonly machineMs: number
  readonly clockMs: number
}

/** A clock that runs `factor` times as fast as the machine's, from now on: a sleep of 15 s at factor 100 takes 150 ms. */
export function scaledClock(factor: number, anchor?: ClockAnchor): Clock {
  const { machineMs, clockMs } = anchor ?? { machineMs: Date.now(), clockMs: Date.now() }
  return {
    now: () => clockMs + (Date.now() - machineMs) * factor,
    sleep: (durationMs, signal) => sleepReal(durationMs / factor, signal),
  }
}

/** Uniform numbers in [0, 1). */
export type Random = () => number

function sleepReal(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error)
      return
    }
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, durationMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
