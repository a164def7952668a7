import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { legible } from '../../report/legible.js'
import { stackKey } from '../jobs/job.js'
import { wordsOf } from '../reports/fleet-report.js'
import type { JobReport } from '../types.js'
import type { Desk } from './desk.js'
import type { JobUnderWay } from './under-way.js'
import { kindWords } from './views/words.js'

/** Chosen: as soon as anybody sees, and seldom enough for a queue that is asked each time. */
const lookMs = 500
/** Chosen: a proxy takes a connection for dead after a minute or so. */
const silenceMs = 20_000
/** Chosen: more open pages than a team has; each is a connection that stays. */
const streamsMax = 64

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
      if (open >= streamsMax || closing.signal.aborted) return c.text('Too many pages are open.\n', 503)
      open += 1
      return streamSSE(c, async (stream) => {
        let told = ''
        let toldAt = Date.now()
        let last = desk.ended.at(-1)?.number ?? 0
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
              await stream.writeSSE({ data: text })
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

/** `stamp` changes when the page does; lines change without. */
function newsOf(jobs: readonly JobUnderWay[], ended: readonly JobReport[], last: number): object {
  const lines = jobs.map(({ stack, kind, line, worker }) => [
    stackKey(stack),
    legible(worker === undefined ? `waits for ${kindWords[kind].doing}` : (line ?? `${kindWords[kind].doing} …`)),
  ])
  const said = ended.map((report) => legible(`${kindWords[report.kind].name} of ${report.id}: ${wordsOf(report)}`))
  const stamp = [last, ...jobs.map(({ stack, kind, worker }) => `${stackKey(stack)} ${kind} ${worker !== undefined}`)]
  return { lines, said, stamp: stamp.join('\n') }
}
