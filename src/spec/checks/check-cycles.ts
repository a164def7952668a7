import { resourceKinds } from '../../model/kinds/kinds.js'
import { reportAt } from '../context.js'
import type { Context } from '../context.js'
import { specKinds } from '../kinds/kinds.js'
import { createWaits, entryAt, type Moment, type Wait } from '../references/waits.js'

/** Reports entries that wait for each other in a circle, once for each circle, with the way round. */
export function checkCycles(context: Context): void {
  const waits = createWaits(context)
  for (const kind of resourceKinds) specKinds[kind].tellWaits?.(context, waits)
  const reported = new Set<string>()
  for (const cycle of cyclesIn(waits.byMoment)) {
    const entries = entriesOf(cycle.map(({ from }) => from))
    const written = cycle.find(({ wait }) => wait.path)?.wait.path
    if (!written || entries.some((entry) => reported.has(entry))) continue
    for (const entry of entries) reported.add(entry)
    const way = [...entries, entries[0]].join(' -> ')
    const message = entries.length === 1 ? `${way.split(' ')[0]} waits for itself` : `these wait for each other: ${way}`
    reportAt(context, written)({ code: 'SPEC_CYCLE', message, hint: 'take one of these references out' })
  }
}

/** The entries of a way round; moments of one entry that follow each other are told as one. */
function entriesOf(moments: readonly Moment[]): readonly string[] {
  const entries = moments.map(entryAt)
  const told = entries.filter((entry, index) => entry !== entries.at(index - 1))
  return told.length === 0 ? entries.slice(0, 1) : told
}

interface Pass {
  readonly from: Moment
  readonly wait: Wait
}

/** The circles that a depth-first walk closes, as the waits passed. No recursion: chains are long. */
function* cyclesIn(waits: ReadonlyMap<Moment, readonly Wait[]>): Generator<readonly Pass[]> {
  const done = new Set<Moment>()
  const isAtEnd = ({ to }: Wait) => done.has(to) || !waits.has(to)
  for (const [start, waitsOfStart] of waits) {
    if (done.has(start)) continue
    // So it is with most: there is no way on from what they wait for.
    if (waitsOfStart.every(isAtEnd)) {
      done.add(start)
      continue
    }
    const way = [{ from: start, next: 0 }]
    const open = new Set([start])
    for (let top = way.at(-1); top; top = way.at(-1)) {
      const wait = waits.get(top.from)?.[top.next]
      top.next += 1
      if (!wait) {
        done.add(top.from)
        open.delete(top.from)
        way.pop()
      } else if (open.has(wait.to)) {
        const round = way.slice(way.findIndex(({ from }) => from === wait.to))
        yield round.flatMap(({ from, next }) => {
          const passed = waits.get(from)?.[next - 1]
          return passed ? [{ from, wait: passed }] : []
        })
      } else if (!done.has(wait.to)) {
        way.push({ from: wait.to, next: 0 })
        open.add(wait.to)
      }
    }
  }
}
