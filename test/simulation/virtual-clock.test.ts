import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../support/proof/virtual-clock.js'
import { startSimulation } from '../support/simulation.js'
import { pairStack } from '../support/stacks.js'

const hourMs = 3_600_000

describe('the virtual clock', () => {
  it('goes to the next timer, and wakes those of one moment in the order in which they were set', async () => {
    const clock = createVirtualClock()
    const startedAt = clock.now()
    const woken: [string, number][] = []
    const sleeper = async (name: string, hours: number) => {
      await clock.sleep(hours * hourMs)
      woken.push([name, (clock.now() - startedAt) / hourMs])
    }
    await Promise.all([sleeper('late', 3), sleeper('first', 1), sleeper('second', 1), sleeper('now', 0)])
    expect(woken).toEqual([
      ['now', 0],
      ['first', 1],
      ['second', 1],
      ['late', 3],
    ])
  })

  it('stands still while something real goes on', async () => {
    const clock = createVirtualClock()
    const startedAt = clock.now()
    const slept = clock.sleep(1)
    await clock.during(async () => {
      for (let turns = 0; turns < 200; turns += 1) await turn()
      expect(clock.now()).toBe(startedAt)
    })
    await slept
    expect(clock.now()).toBe(startedAt + 1)
  })

  it('wakes a process that was held up when it goes on, late', async () => {
    const clock = createVirtualClock()
    const startedAt = clock.now()
    const held = clock.forProcess()
    const slept = held.sleep(hourMs)
    held.pause()
    await clock.sleep(3 * hourMs)
    held.resume()
    await slept
    expect(clock.now() - startedAt).toBe(3 * hourMs)
  })

  it('wakes nothing of a process that has ended', async () => {
    const clock = createVirtualClock()
    const ended = clock.forProcess()
    let isAwake = false
    const wake = () => {
      isAwake = true
    }
    void ended.sleep(1).then(wake)
    ended.end()
    void ended.sleep(1).then(wake)
    await clock.sleep(hourMs)
    expect(isAwake).toBe(false)
  })

  it('ends a sleep with the reason of its signal', async () => {
    const clock = createVirtualClock()
    const controller = new AbortController()
    const slept = clock.sleep(hourMs, controller.signal)
    controller.abort(new Error('enough'))
    await expect(slept).rejects.toThrow('enough')
  })
})

it("lives a life at EC2's pace: waits take their time on the clock that sandbox and client share, and none of ours", async () => {
  const world = await startSimulation({ clock: 'virtual', latencies: 'real' })
  try {
    const durations: number[] = []
    const events = (event: { readonly kind: string; readonly durationMs?: number }) => {
      if (event.kind === 'run-finished') durations.push(event.durationMs ?? 0)
    }
    expect((await world.apply(pairStack(), { events })).result.status).toBe('converged')
    expect((await world.plan(pairStack())).steps).toEqual([])
    // A launch takes 8 s, its console a minute.
    expect(durations[0]).toBeGreaterThan(10_000)
    expect(durations[0]).toBeLessThan(10 * 60_000)
    expect((await world.destroy(pairStack())).result.status).toBe('converged')
  } finally {
    await world.close()
  }
})
