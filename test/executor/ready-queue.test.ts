import { expect, it } from 'vitest'
import { ReadyQueue, type Candidate } from '../../src/executor/ready-queue.js'

const urgent: Candidate = { urgency: 9, index: 1, server: 'server.web' }
const early: Candidate = { urgency: 3, index: 2, server: 'server.web' }
const late: Candidate = { urgency: 3, index: 3, server: undefined }
const free: ReadonlySet<string> = new Set()
const occupied = new Set(['server.web'])

function queueOf(...items: readonly Candidate[]): ReadyQueue<Candidate> {
  const queue = new ReadyQueue<Candidate>()
  for (const item of items) queue.add(item)
  return queue
}

/** What comes out, one after another, while these servers are occupied. */
function taken(queue: ReadyQueue<Candidate>, servers: ReadonlySet<string>): readonly Candidate[] {
  const items: Candidate[] = []
  for (let item = queue.first(servers); item; item = queue.first(servers)) {
    items.push(item)
    queue.takeFirst()
  }
  return items
}

it('the most urgent comes first, and of equals the one that was planned first', () => {
  expect(taken(queueOf(late, early, urgent), free)).toEqual([urgent, early, late])
})

it('who waits for a server comes back when it is free, one at a time', () => {
  const queue = queueOf(late, early, urgent)
  expect(taken(queue, occupied)).toEqual([late])
  queue.release('server.other')
  expect(taken(queue, free)).toEqual([])
  queue.release('server.web')
  expect(taken(queue, free)).toEqual([urgent])
  queue.release('server.web')
  expect(taken(queue, free)).toEqual([early])
})

it('what is kept is kept wherever it stands, and all else is dropped', () => {
  const queue = queueOf(late, early, urgent)
  expect(queue.first(occupied)).toBe(late)
  queue.keep((item) => item === urgent)
  expect(taken(queue, free)).toEqual([urgent])
})

/** So many candidates, and how often one of them was compared with another. */
function countedCandidates(count: number, server?: string) {
  let comparisons = 0
  const candidates = Array.from({ length: count }, (_, index): Candidate => ({
    get urgency() {
      comparisons += 0.5
      return (index * 7919) % count
    },
    index,
    server,
  }))
  return { candidates, comparisons: () => comparisons }
}

it.each([
  ['may start at once', undefined],
  ['wait for one server', 'server.web'],
])('takes work in proportion to what stands in it, when 2,000 %s', (_, server) => {
  const { candidates, comparisons } = countedCandidates(2_000, server)
  const queue = queueOf(...candidates)
  for (let left = candidates.length; left > 0; left -= 1) {
    expect(queue.first(free)).toBeDefined()
    queue.takeFirst()
    queue.first(occupied)
    queue.release('server.web')
  }
  // A heap: at most two comparisons a level and move, 11 levels, four moves each.
  expect(comparisons()).toBeLessThan(2_000 * 11 * 8)
})
