import { describe, expect, it } from 'vitest'
import { pairStack } from '../support/stacks.js'
import { startSimulation, type Census } from '../support/simulation.js'

const moved = (text: string) => text.replace("server: 'web[0]', size: 1", "server: 'web[1]', size: 1")

/** A change, from one stack file to another. `undefined` for a file: everything goes. */
const changes: readonly { name: string; before: string | undefined; after: string | undefined }[] = [
  { name: 'the first apply', before: undefined, after: pairStack() },
  { name: 'the growth of a volume', before: pairStack(), after: pairStack({ size: 3 }) },
  { name: 'the move of a volume', before: pairStack(), after: moved(pairStack()) },
  {
    name: 'the replacement of servers',
    before: pairStack(),
    after: pairStack().replace('debian-12-amd64-*', 'debian-13-amd64-*'),
  },
  { name: 'the removal of everything', before: pairStack(), after: undefined },
]

describe('a run that is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 180_000 }, async ({ before, after }) => {
    let calls = 1
    while (await survivesDeath(before, after, calls)) calls += 1
    // A change of one call would show nothing.
    expect(calls).toBeGreaterThan(2)
  })
})

/** Kills the change after so many calls, and finishes it; false when it was over before. */
async function survivesDeath(before: string | undefined, after: string | undefined, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect((await world.apply(before)).result.status).toBe('converged')
    const first = await world.census()
    const isDead = after === undefined ? await world.killDestroy(pairStack(), calls) : await world.kill(after, calls)
    const { result } = after === undefined ? await world.destroy(pairStack()) : await world.apply(after)
    expect(result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual([])
    expect(result.status).toBe('converged')
    if (after === undefined) expectGone(await world.census())
    else {
      expect((await world.plan(after)).steps).toEqual([])
      expectWhole(await world.census(), first)
    }
    return isDead
  } finally {
    await world.close()
  }
}

/** One of each, and no volume but those that were there before. */
function expectWhole(now: Census, first: Census): void {
  expect(now.instances).toHaveLength(2)
  expect(now.volumes).toHaveLength(2)
  expect(now.securityGroups).toHaveLength(1)
  expect(now.keyPairs).toHaveLength(1)
  expect(now.launchTemplates).toHaveLength(1)
  if (first.volumes.length > 0) expect(now.volumes).toEqual(first.volumes)
}

/** Nothing but a snapshot of each volume: one more of each where the run died before it knew that it had been taken, never one less. */
function expectGone({ snapshots, ...left }: Census): void {
  expect(left).toEqual({ instances: [], volumes: [], securityGroups: [], keyPairs: [], launchTemplates: [] })
  expect([2, 3, 4]).toContain(snapshots.length)
}
