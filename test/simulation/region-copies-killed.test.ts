import { afterAll, describe, expect, it } from 'vitest'
import { startSimulation, type Simulation } from '../support/simulation.js'
import {
  alone,
  copied,
  day,
  idsAt,
  settled,
  snapshotsIn,
  sourcesAbroad,
  stack,
  closeAbroad,
} from '../support/region-copies.js'

afterAll(closeAbroad)

const changes: readonly { name: string; before: readonly string[]; after: string; at: number }[] = [
  { name: 'a snapshot that is due, with its copy', before: [alone], after: copied, at: 1 },
  { name: 'the first copy', before: [alone, alone], after: copied, at: 0 },
  { name: 'a copy, and the end of an older one', before: [copied, copied, copied], after: copied, at: 3 },
]

describe('a run with copies that is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 240_000 }, async ({ before, after, at }) => {
    let calls = 1
    while (await survivesDeath(before, after, at, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

async function survivesDeath(before: readonly string[], after: string, at: number, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    for (const [number, text] of before.entries()) await world.apply(text, { plan: day(number) })
    const isDead = await world.killPlan(await world.plan(after, day(at)), calls)
    expect((await world.apply(after, { plan: day(0) })).result.status).toBe('converged')
    await settled(world, after)
    const sources = await sourcesAbroad(world)
    expect(sources).toEqual([...new Set(sources)])
    expect(sources).toContain(await newestAt(world))
    return isDead
  } finally {
    await world.close()
  }
}

async function newestAt(world: Simulation): Promise<string> {
  return `us-east-1/${(await snapshotsIn(world.client)).at(-1)?.SnapshotId}`
}

const two = stack('', '  more: { size: 1 }\n')
const regions = [{ region: 'eu-central-1', encrypted: undefined, kmsKey: undefined }]

describe('a copy of a checkpoint', () => {
  it('that is killed after each call of its copy is finished by the same words', { timeout: 240_000 }, async () => {
    for (let calls = 1, isDead = true; isDead; calls += 1) {
      const world = await startSimulation()
      try {
        await world.apply(two)
        await world.carryOut(await world.planCheckpoint(two, 'v1'))
        isDead = await world.killPlan(await world.planCheckpointCopy(two, 'v1', regions), calls)
        expect((await world.carryOut(await world.planCheckpointCopy(two, 'v1', regions))).status).toBe('converged')
        expect(await sourcesAbroad(world)).toEqual(await idsAt(world))
        expect((await world.planCheckpointCopy(two, 'v1', regions)).steps).toEqual([])
      } finally {
        await world.close()
      }
    }
  })
})
