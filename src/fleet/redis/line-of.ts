import { legible } from '../../report/legible.js'

/** Chosen: what stands on one line. */
const lineMax = 500

/** A line that came out of Redis, and goes to a terminal or a page: one line, whatever somebody wrote there. */
export function lineOf(text: string): string {
  return legible(text.slice(0, lineMax)).replaceAll(/\s+/g, ' ')
}
