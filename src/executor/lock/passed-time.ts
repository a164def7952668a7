import { uptime } from 'node:os'
import type { Clock } from '../../core/clock.js'

/** Tells how much time has passed, by two clocks: what sleeps, steps back or stands still must not make a lease longer. */
export interface PassedTime {
  /** Now, to ask `since` later. */
  mark(): Moment
  /** Milliseconds since then, by whichever clock has gone further. */
  since(moment: Moment): number
}

export interface Moment {
  readonly wallMs: number
  readonly uptimeMs: number
}

/** Linux counts the time in which a laptop sleeps into its uptime (CLOCK_BOOTTIME); Node's own timers do not. */
export function passedTime(clock: Clock, uptimeMs: () => number = () => uptime() * 1000): PassedTime {
  return {
    mark: () => ({ wallMs: clock.now(), uptimeMs: uptimeMs() }),
    since: (moment) => Math.max(clock.now() - moment.wallMs, uptimeMs() - moment.uptimeMs),
  }
}
