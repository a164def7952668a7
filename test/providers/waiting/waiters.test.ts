import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/core/clock.js'
import { Cancelled } from '../../../src/core/errors.js'
import { hearingWaits, waitText, type Wait } from '../../../src/core/wait-sink.js'
import { inWorkScope } from '../../../src/core/work-scope.js'
import { createWatcher } from '../../../src/providers/ec2/waiting/waiters.js'
import { createVirtualClock } from '../../support/proof/virtual-clock.js'
import { instantClock } from '../support.js'

const options = { what: 'it', timeoutMs: 60_000 }

/** A watcher over things that become ready at their n-th reading; `asked` lists the ids of each reading. */
function watcherOf<Time extends Clock>(readyAt: Readonly<Record<string, number>>, clock: Time) {
  const asked: string[][] = []
  const watcher = createWatcher<boolean>({
    clock,
    pollScale: 1,
    timeoutScale: 1,
    stateOf: () => 'pending',
    read: async (ids) => {
      asked.push([...ids])
      return new Map(ids.filter((id) => id in readyAt).map((id) => [id, asked.length >= (readyAt[id] ?? 0)]))
    },
  })
  return { asked, clock, watcher }
}

describe('a watcher', () => {
  it('reads for all who wait with one call', async () => {
    const { asked, watcher } = watcherOf({ a: 1, b: 2, c: 3 }, instantClock())
    await Promise.all(['a', 'b', 'c', 'a'].map((id) => watcher.until(id, (ready) => ready || undefined, options)))
    expect(asked).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']])
  })

  it('tells each who waits how his own thing stands, and nobody else', async () => {
    const { watcher } = watcherOf({ a: 3, b: 2 }, instantClock())
    const heard: Wait[] = []
    const wait = (id: string) => watcher.until(id, (ready) => ready || undefined, { ...options, what: `${id} to run` })
    // The other came first, so that the readings are made on its behalf.
    await Promise.all([
      wait('b'),
      hearingWaits(
        (told) => heard.push(told),
        () => wait('a'),
      ),
    ])
    expect(heard.map(waitText)).toEqual([
      'waiting for a to run since 2.0s: pending',
      'waiting for a to run since 4.0s: pending',
    ])
  })

  it('grows its pauses gently up to ten seconds', async () => {
    const { clock, watcher } = watcherOf({ a: 12 }, instantClock())
    await watcher.until('a', (ready) => ready || undefined, options)
    expect(clock.slept[0]).toBe(2_000)
    expect(Math.max(...clock.slept)).toBe(10_000)
  })

  it('looks once soon, and then when it usually is over, and often from then on', async () => {
    const { clock, watcher } = watcherOf({ a: 4 }, instantClock())
    await watcher.until('a', (ready) => ready || undefined, { ...options, usualMs: 30_000 })
    expect(clock.slept).toEqual([2_000, 28_000, 3_000, 3_300])
  })

  it('looks rarely at what is not expected', async () => {
    const { clock, watcher } = watcherOf({ a: 4 }, instantClock())
    const aside = { ...options, timeoutMs: 600_000, usualMs: 15_000, rhythm: 'aside' } as const
    await watcher.until('a', (ready) => ready || undefined, aside)
    expect(clock.slept).toEqual([15_000, 15_000, 30_000, 30_000])
  })

  it('looks on at its pace when the clock is set back', async () => {
    const { clock, watcher } = watcherOf({ a: 4 }, instantClock())
    const hourMs = 3_600_000
    await watcher.until(
      'a',
      (ready) => {
        if (clock.slept.length === 1) void clock.sleep(-hourMs)
        return ready || undefined
      },
      options,
    )
    expect(Math.max(...clock.slept)).toBeLessThan(10_000)
  })

  it('looks together, at their usual time, at what began within a moment', async () => {
    const clock = createVirtualClock(0)
    const { asked, watcher } = watcherOf({ a: 2, b: 2 }, clock)
    const wait = (id: string) => watcher.until(id, (ready) => ready || undefined, { ...options, usualMs: 30_000 })
    const first = wait('a')
    await clock.sleep(1_000)
    await Promise.all([first, wait('b')])
    expect(asked).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    expect(clock.now()).toBe(31_000)
  })

  it('comes to look together at what began at different times and takes long', async () => {
    const everything = Array.from({ length: 20 }, (_, index) => `i-${index}`)
    const never = Object.fromEntries(everything.map((id) => [id, Infinity]))
    const { asked, clock, watcher } = watcherOf(never, createVirtualClock())
    const isOver = new AbortController()
    const waits = everything.map(async (id, index) => {
      await clock.sleep(index * 700)
      const forEver = { ...options, timeoutMs: 600_000, usualMs: 15_000 }
      await inWorkScope({ signal: isOver.signal }, () => watcher.until(id, () => undefined, forEver))
    })
    await clock.sleep(90_000)
    isOver.abort()
    await Promise.allSettled(waits)
    // One alone would be looked at some twenty times.
    expect(asked.length).toBeLessThanOrEqual(60)
    expect(asked.at(-1)).toHaveLength(20)
  })

  it('ends at once for whom nobody waits any more, and others go on', async () => {
    const { watcher } = watcherOf({ a: 3, b: 3 }, instantClock())
    const interruption = new AbortController()
    const wait = (id: string) => watcher.until(id, (ready) => ready || undefined, options)
    const interrupted = inWorkScope({ signal: interruption.signal }, () => wait('a'))
    const other = wait('b')
    interruption.abort()
    await expect(interrupted).rejects.toBeInstanceOf(Cancelled)
    expect(await other).toBe(true)
  })

  it('starts anew for who comes later', async () => {
    const { asked, watcher } = watcherOf({ a: 1 }, instantClock())
    await watcher.until('a', (ready) => ready || undefined, options)
    await watcher.until('a', (ready) => ready || undefined, options)
    expect(asked).toEqual([['a'], ['a']])
  })

  it('counts the readings in a row that do not show a thing', async () => {
    const { watcher } = watcherOf({}, instantClock())
    expect(await watcher.until('a', (_, absences) => (absences === 3 ? 'gone' : undefined), options)).toBe('gone')
  })

  it('rejects with what the judge throws, and others go on', async () => {
    const { watcher } = watcherOf({ a: 1, b: 2 }, instantClock())
    const failing = watcher.until(
      'a',
      () => {
        throw new Error('never')
      },
      options,
    )
    const other = watcher.until('b', (ready) => ready || undefined, options)
    await expect(failing).rejects.toThrow('never')
    expect(await other).toBe(true)
  })

  it('names what it waited for when the limit is reached', async () => {
    const { watcher } = watcherOf({ a: Infinity }, instantClock())
    await expect(
      watcher.until('a', (ready) => ready || undefined, { what: 'a to run', timeoutMs: 60_000 }),
    ).rejects.toMatchObject({
      code: 'EC2_TIMED_OUT',
      message: 'waited 60 s for a to run, in vain',
    })
  })

  it('rejects all who wait when the reading itself fails', async () => {
    const watcher = createWatcher<boolean>({
      clock: instantClock(),
      pollScale: 1,
      timeoutScale: 1,
      stateOf: () => undefined,
      read: () => Promise.reject(new Error('no permission')),
    })
    const waits = ['a', 'b'].map((id) => watcher.until(id, () => undefined, options))
    for (const wait of waits) await expect(wait).rejects.toThrow('no permission')
  })
})
