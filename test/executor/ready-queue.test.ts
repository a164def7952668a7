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
