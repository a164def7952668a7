import { expect, it } from 'vitest'
import { createSharedTurns } from '../../../src/app/stacks/shared-turns.js'
import { scaledClock } from '../../../src/core/clock.js'

const launches = { burst: 5, perSecond: 2 }

it('stacks of one account and region draw on one bucket, and those of others on their own', async () => {
  const clock = scaledClock(100)
  const turnsOf = createSharedTurns(clock)
  const began = clock.now()
  const secondsOf = async (account: string, region: string, calls: number) => {
    // As two stacks side by side.
    const turns = [turnsOf(account, region), turnsOf(account, region)]
    await Promise.all(Array.from({ length: calls }, async (_, at) => turns[at % 2]?.('ec2 RunInstances', launches, 1)))
    return (clock.now() - began) / 1000
  }
  const [shared, other, fewer] = await Promise.all([
    secondsOf('1', 'us-east-1', 24),
    secondsOf('1', 'eu-west-1', 12),
    secondsOf('2', 'us-east-1', 12),
  ])
  // Four are there at once, and two come each second.
  expect(shared).toBeGreaterThanOrEqual(10)
  for (const each of [other, fewer]) expect(each).toBeGreaterThanOrEqual(4)
  for (const each of [other, fewer]) expect(each).toBeLessThan(shared)
})
