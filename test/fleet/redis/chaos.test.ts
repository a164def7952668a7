import { describe, expect, it } from 'vitest'
import { noRedisBecause } from '../../support/fleet/redis-server.js'
import { firstWishes } from '../../support/proof/fleet/fleet-files.js'
import { liveFleet } from '../../support/proof/fleet/fleet-life.js'

/** A little of what `npm run fleet-chaos` goes through. */
describe.skipIf(noRedisBecause !== undefined)('workers and a Redis that die at random', { timeout: 300_000 }, () => {
  it('leave nothing twice, nothing lost and every plan empty', async () => {
    const said: string[] = []
    const life = await liveFleet({
      seed: 1,
      applies: 8,
      wishes: firstWishes.slice(3, 7),
      workers: 3,
      isElsewhere: false,
      say: (text) => said.push(text),
    })
    expect(life.problems.length === 0 ? [] : [...life.problems, ...said]).toEqual([])
    const amid = Object.values(life.troubles).reduce((sum, times) => sum + times.amid, 0)
    expect(amid).toBeGreaterThan(1)
  })
})
