import { stripVTControlCharacters } from 'node:util'
import { legible } from '../../../report/legible.js'

/** What a console holds, as lines for people: without its colours and movements, and nothing in it that a terminal would obey. */
export function consoleText(text: string): string {
  return legible(stripVTControlCharacters(text).replaceAll(/\r+\n?/g, '\n')).replace(/^\n+/, '')
}

/** Chosen: so much text does not come twice on a console by chance. */
const knownCharacters = 512

/**
 * Whole lines that a console has got since, given all that was seen of it before: EC2 keeps the last 64 KiB alone, so that what
 * was seen may have left, partly or altogether.
 */
export function newConsoleLines(seen: string, now: string): string {
  const end = now.lastIndexOf('\n') + 1
  const known = seen.slice(-knownCharacters)
  const at = known === '' ? 0 : now.lastIndexOf(known)
  return now.slice(at < 0 ? 0 : at + known.length, end)
}
