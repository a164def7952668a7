import { scaledClock, systemClock, type Clock, type ClockAnchor } from '../core/clock.js'
import { clockFactorOf, type SandboxSwitches } from './switches.js'

/** How a sandbox's clock runs: whoever has this has the same clock, in whichever process. */
export interface ClockSetting extends ClockAnchor {
  /** How many times as fast as the machine's. */
  readonly factor: number
}

/**
 * The setting for a start: the clock goes on from what it showed before, also with another factor, because the world is
 * full of times that it told. Undefined: the machine's own clock, which was never left.
 */
export function clockSettingOf(switches: SandboxSwitches, before: ClockSetting | undefined): ClockSetting | undefined {
  const factor = clockFactorOf(switches.clock)
  if (!before && factor === 1) return undefined
  if (before?.factor === factor) return before
  const machineMs = systemClock.now()
  return { factor, machineMs, clockMs: before ? clockOf(before).now() : machineMs }
}

/** The clock of a setting. */
export function clockOf(setting: ClockSetting | undefined): Clock {
  return setting ? scaledClock(setting.factor, setting) : systemClock
}
