import { expect, it } from 'vitest'
import { simulationsOfFile } from '../support/simulation.js'

const start = simulationsOfFile()

const stack = `evenkeel: 1
stack: scheduled
target: sandbox
volumes: { data: { size: 1, snapshots: { every: 24h, keep: { last: 2 } } } }
`

it('a schedule takes a snapshot when one is due, not before, and keeps as many as it says', async () => {
  const world = await start()
  const at = (hours: number) => ({ now: new Date(Date.now() + hours * 3_600_000).toISOString() })
  const applyAt = async (hours: number) => {
    const plan = await world.plan(stack, at(hours))
    expect((await world.carryOut(plan)).status).toBe('converged')
    return plan.steps.map(({ kind }) => kind)
  }
  await applyAt(0)
  expect((await world.census()).snapshots).toEqual([])
  // A new volume's own beginning is its newest state.
  expect(await applyAt(23)).toEqual([])
  expect(await applyAt(25)).toContain('create-snapshot')
  const [first] = (await world.census()).snapshots
  expect(first).toMatch(/^snap-/)
  expect(await applyAt(1)).toEqual([])
  // What EC2 says of their beginning is now, so that a day later the next is due each time.
  await applyAt(49)
  expect((await world.census()).snapshots).toHaveLength(2)
  expect(await applyAt(74)).toContain('delete-snapshot')
  const kept = (await world.census()).snapshots
  expect(kept).toHaveLength(2)
  expect(kept).not.toContain(first)
})
