import { describe, expect, it } from 'vitest'
import { startSimulation } from '../support/simulation.js'

const volumes = `evenkeel: 1
stack: twins
target: sandbox
volumes:
  data: { size: 1, zone: us-east-1a, onRemove: delete }
`
const cloned = `${volumes}  copy: { size: 1, zone: us-east-1a, onRemove: delete }
sync:
  twin: { from: volume.data, to: volume.copy, method: clone }
`

/** What is done after the death of the run that clones, and how many volumes there are then. */
const nexts = [
  { name: 'the same file', text: cloned, volumes: 2 },
  { name: 'a file without the rule', text: volumes, volumes: 1 },
  { name: 'a destroy', text: undefined, volumes: 0 },
] as const

describe('a clone that is killed after each of its calls', () => {
  it.concurrent.each(nexts)('leaves no snapshot behind $name', { timeout: 60_000 }, async (next) => {
    let calls = 1
    while (await survivesDeath(next.text, next.volumes, calls)) calls += 1
    expect(calls).toBeGreaterThan(4)
  })
})

/** Kills the clone after so many calls; false when it was over before. */
async function survivesDeath(text: string | undefined, left: number, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    expect((await world.apply(volumes)).result.status).toBe('converged')
    const isDead = await world.kill(cloned, calls)
    const { result } = text === undefined ? await world.destroy(cloned) : await world.apply(text)
    expect(result.status).toBe('converged')
    const census = await world.census()
    expect(census.snapshots).toEqual([])
    expect(census.volumes).toHaveLength(left)
    if (text !== undefined) expect((await world.plan(text)).steps).toEqual([])
    return isDead
  } finally {
    await world.close()
  }
}
