import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { legible } from '../../report/legible.js'
import { stackKey } from '../jobs/job.js'
import { wordsOf } from '../reports/fleet-report.js'
import type { JobReport } from '../types.js'
import type { Desk } from './desk.js'
import type { JobUnderWay } from './under-way.js'
import { kindWords, shownStates, stateWords } from './views/words.js'

/** Chosen: as soon as anybody sees, and seldom enough for a queue that is asked each time. */
const lookMs = 500
/** Chosen: a proxy takes a connection for dead after a minute or so. */
const silenceMs = 20_000
/** Chosen: more open pages than a team has; each is a connection that stays. */
const streamsMax = 64
/** Chosen: what one can listen to before the next ones come. */
const saidMax = 3

/** Tells open pages how far the work is, and that they are to look again. */
export interface Live {
  stream(c: Context): Response
  close(): void
}

export function createLive(desk: Desk): Live {
  const closing = new AbortController()
  let open = 0

  return {
    stream(c) {
      // Nobody reads what would come, and nobody would ever end it.
      if (c.req.method === 'HEAD') return c.body(null)
      if (open >= streamsMax || closing.signal.aborted) return c.text('Too many pages are open.\n', 503)
      open += 1
      return streamSSE(c, async (stream) => {
        let told = ''
        let toldAt = Date.now()
        let last = heardOf(c, desk.ended.at(-1)?.number ?? 0)
        try {
          while (!closing.signal.aborted && !stream.aborted && !stream.closed) {
            const jobs = await desk.underWay()
            const ended = desk.ended.filter(({ number }) => number > last)
            last = ended.at(-1)?.number ?? last
            const text = JSON.stringify(
              newsOf(
                jobs,
                ended.map(({ report }) => report),
                last,
              ),
            )
            if (text !== told || Date.now() - toldAt > silenceMs) {
              await stream.writeSSE({ data: text, id: String(last) })
              toldAt = Date.now()
            }
            told = text
            await stream.sleep(lookMs)
          }
        } finally {
          open -= 1
        }
      })
    },
    close: () => closing.abort(),
  }
}

/**
 * The last job of which the page has heard, as it says itself: what ended between its last word and this one, while it was loaded or not connected, is
 * told. `last` where it does not say, or speaks of numbers of before this process.
 */
function heardOf(c: Context, last: number): number {
  const heard = Number(c.req.header('last-event-id') ?? c.req.query('heard') ?? last)
  return Number.isInteger(heard) && heard >= 0 ? Math.min(heard, last) : last
}

/** `stamp` changes when the page does; lines change without. */
function newsOf(jobs: readonly JobUnderWay[], ended: readonly JobReport[], last: number): object {
  const lines = jobs.map(({ stack, kind, line, worker }) => [
    stackKey(stack),
    legible(worker === undefined ? `waits for ${kindWords[kind].doing}` : (line ?? `${kindWords[kind].doing} …`)),
  ])
  // A page that nobody works on says how long ago things were as well, and what went on elsewhere.
  const minute = Math.floor(Date.now() / 60_000)
  const stamp = [
    last,
    minute,
    ...jobs.map(({ stack, kind, worker }) => `${stackKey(stack)} ${kind} ${worker !== undefined}`),
  ]
  return { lines, said: saidOf(ended), stamp: stamp.join('\n') }
}

/** What a screen reader says: of many at one time no more than how many stand where. */
function saidOf(ended: readonly JobReport[]): readonly string[] {
  if (ended.length <= saidMax) {
    return ended.map((report) => legible(`${kindWords[report.kind].name} of ${report.id}: ${wordsOf(report)}`))
  }
  const counts = shownStates
    .map((state) => [ended.filter((report) => report.state === state).length, stateWords[state]] as const)
    .filter(([amount]) => amount > 0)
  return [`${ended.length} jobs have ended: ${counts.map((one) => one.join(' ')).join(', ')}`]
}
