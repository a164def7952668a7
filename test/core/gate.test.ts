import { describe, expect, it } from 'vitest'
import { Cancelled } from '../../src/core/errors.js'
import { createGate, type Door } from '../../src/core/gate.js'
import { inWorkScope, workScope } from '../../src/core/work-scope.js'
import { instantClock } from '../providers/support.js'

/** A door for so many at once. */
function doorFor(most: number): Door {
  let inside = 0
  return {
    opensInMs: () => (inside < most ? 0 : Infinity),
    enter: () => void (inside += 1),
    leave: () => void (inside -= 1),
  }
}

/** Work that lasts until it is told to end; `begun` lists what has begun. */
function controlledWork() {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    begun,
    end: (name: string) => ends.get(name)?.(),
    work: (name: string) => () => {
      begun.push(name)
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a gate', () => {
  it('lets in as many as its door takes, and then the most urgent of all sorts', async () => {
    const gate = createGate(instantClock())
    const { begun, end, work } = controlledWork()
    const door = doorFor(1)
    const pass = (sort: string, name: string, urgency: number) =>
      inWorkScope({ urgency }, () => gate.pass(sort, door, work(name)))
    const all = [pass('a', 'first', 1), pass('a', 'late', 1), pass('b', 'urgent', 9), pass('b', 'later', 1)]
    await settled()
    expect(begun).toEqual(['first'])
    for (const name of ['first', 'urgent', 'late', 'later']) {
      end(name)
      await settled()
    }
    expect(begun).toEqual(['first', 'urgent', 'late', 'later'])
    expect(await Promise.all(all)).toEqual(['first', 'late', 'urgent', 'later'])
  })

  it('lets one sort through while the door of another is closed', async () => {
    const gate = createGate(instantClock())
    const { begun, work } = controlledWork()
    void inWorkScope({ urgency: 9 }, () => gate.pass('closed', doorFor(0), work('never')))
    void gate.pass('open', doorFor(1), work('now'))
    await settled()
    expect(begun).toEqual(['now'])
  })

  it('waits for a door that opens by itself', async () => {
    const clock = instantClock()
    const gate = createGate(clock)
    const opensAt = clock.now() + 500
    const door: Door = { opensInMs: () => Math.max(0, opensAt - clock.now()), enter: () => {}, leave: () => {} }
    expect(await gate.pass('a', door, async () => clock.now())).toBe(opensAt)
  })

  it('rejects at once what has not begun when its run is interrupted, and lets what has begun end', async () => {
    const gate = createGate(instantClock())
    const { begun, end, work } = controlledWork()
    const door = doorFor(1)
    const interruption = new AbortController()
    const pass = (name: string) => inWorkScope({ signal: interruption.signal }, () => gate.pass('a', door, work(name)))
    const first = pass('first')
    const second = pass('second')
    await settled()
    interruption.abort()
    await expect(second).rejects.toBeInstanceOf(Cancelled)
    await expect(pass('third')).rejects.toBeInstanceOf(Cancelled)
    end('first')
    expect(await first).toBe('first')
    expect(begun).toEqual(['first'])
  })

  it('works in the scope of whoever asked, not of who made room', async () => {
    const gate = createGate(instantClock())
    const door = doorFor(1)
    const urgencies = await Promise.all(
      [3, 1, 2].map((urgency) => inWorkScope({ urgency }, () => gate.pass('a', door, async () => workScope().urgency))),
    )
    expect(urgencies).toEqual([3, 1, 2])
  })

  it('bears thirty thousand who wait', async () => {
    const gate = createGate(instantClock())
    const door = doorFor(10)
    const { signal } = new AbortController()
    let most = 0
    let inside = 0
    const work = async () => {
      inside += 1
      most = Math.max(most, inside)
      await Promise.resolve()
      inside -= 1
    }
    await inWorkScope({ signal }, () => Promise.all(Array.from({ length: 30_000 }, () => gate.pass('a', door, work))))
    expect(most).toBe(10)
  })
})
