import { setMaxListeners } from 'node:events'
import type { Clock } from '../../core/clock.js'

/** Work that goes on after an answer was given: state changes that take time. */
export class Background {
  readonly #clock: Clock
  readonly #report: (what: string, error: unknown) => void
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #lines = new Map<string, Promise<unknown>>()

  constructor(clock: Clock, report: (what: string, error: unknown) => void) {
    this.#clock = clock
    this.#report = report
    // Everything that sleeps listens to it.
    setMaxListeners(0, this.#stop.signal)
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted
  }

  /**
   * Starts `work`; the promise that it returns never rejects, and may be left alone. What the work throws is reported;
   * an abort at the end of the sandbox is not.
   */
  start(what: string, work: () => Promise<void>): Promise<void> {
    if (this.stopped) return Promise.resolve()
    const run = work()
      .catch((error: unknown) => {
        if (!this.stopped) this.#report(what, error)
      })
      .finally(() => this.#running.delete(run))
    this.#running.add(run)
    return run
  }

  /** Reports a failure that the work dealt with itself. */
  reportUnlessStopped(what: string, error: unknown): void {
    if (this.stopped) throw error
    this.#report(what, error)
  }

  /** Waits on the sandbox's clock; rejects when the sandbox ends. */
  sleep(durationMs: number): Promise<void> {
    return this.#clock.sleep(durationMs, this.#stop.signal)
  }

  /** Runs `work` after everything that was put in line under this key before. */
  inLine<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#lines.get(key) ?? Promise.resolve()
    const result = before.then(() => {
      this.#stop.signal.throwIfAborted()
      return work()
    })
    const settled = result.catch(() => undefined)
    this.#lines.set(key, settled)
    void settled.then(() => {
      if (this.#lines.get(key) === settled) this.#lines.delete(key)
    })
    return result
  }

  /** Wakes every sleeper with an abort and resolves when nothing runs any more. */
  async end(): Promise<void> {
    this.#stop.abort(new Error('the sandbox was closed'))
    await Promise.allSettled(this.#running)
  }
}
