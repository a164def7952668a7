import { formatDuration } from '../../core/units.js'
import { legible } from '../../report/legible.js'
import type { FleetProgress } from '../types.js'
import { wordsOf } from './fleet-report.js'

/** What a fleet's progress is shown on. */
export interface ProgressLines {
  /** A line that stays. */
  say(line: string): void
  /** A line that the next one takes the place of; undefined where lines cannot be drawn over. */
  readonly draw: ((line: string) => void) | undefined
}

/** Chosen: more often than people can see is waste. */
const drawEveryMs = 100

/**
 * Progress of many stacks: a line for each that ends, and over a terminal's last line how many have and what the latest does; where
 * lines cannot be drawn over, a line for each that begins too, and each step of an apply.
 */
export function fleetProgress(total: number, now: () => number, { say, draw }: ProgressLines): FleetProgress {
  const begun = new Map<string, number>()
  let ended = 0
  let drawnAt = -Infinity
  const line = (text: string) => say(`${clockTime(now())} ${legible(text).replaceAll('\n', ' ')}`)
  const show = (text: string) => {
    if (!draw || now() - drawnAt < drawEveryMs) return
    drawnAt = now()
    draw(`${ended} of ${total} done, ${begun.size} under way: ${legible(text).replaceAll('\n', ' ')}`)
  }
  return {
    began({ stack, kind }) {
      begun.set(stack, now())
      if (draw) show(stack)
      else line(`${stack}  ${kind} …`)
    },
    progressed({ stack, kind }, text) {
      if (draw) show(`${stack}: ${text}`)
      // What is read passes; what is changed is worth a line.
      else if (kind === 'apply') line(`${stack}  ${text}`)
    },
    ended(report) {
      const since = begun.get(report.id)
      begun.delete(report.id)
      ended += 1
      const took = since === undefined ? '' : ` after ${formatDuration(now() - since)}`
      line(`${report.id}  ${report.state}: ${wordsOf(report)}${took}`)
    },
  }
}

function clockTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8)
}
