import { describe, expect, it } from 'vitest'
import type { Action } from '../../../src/providers/ec2/wire/actions.js'
import { createLanes } from '../../../src/providers/ec2/wire/lanes.js'
import { rateOf } from '../../../src/providers/ec2/wire/request-rates.js'
import { withRetries } from '../../../src/providers/ec2/wire/retry-calls.js'
import { Throttle } from '../../../src/sandbox/faults/throttle.js'
import { seededRandom } from '../../support/proof/seeded-random.js'
import { createVirtualClock } from '../../support/proof/virtual-clock.js'
import { errorOf } from '../support.js'

interface Account {
  readonly action: Action
  /** Calls of each client. */
  readonly calls: readonly number[]
  /** Tokens of the bucket that are gone when they begin. */
  readonly drained: number
  /** Calls a second of somebody who takes no notice of refusals. */
  readonly eaten: number
}

/** What becomes of the calls of several processes that share EC2's buckets, and know nothing of each other. */
async function share({ action, calls, drained, eaten }: Account, seed: number) {
  const clock = createVirtualClock(0)
  const random = seededRandom(seed)
  const buckets = new Throttle(clock)
  const take = () => buckets.take({ region: 'us-east-1', action, effect: 'writes', unfiltered: false, resources: 1 })
  for (let taken = 0; taken < drained; taken += 1) take()
  let isOver = false
  const eat = async () => {
    while (!isOver) {
      await clock.sleep(1000 / eaten)
      try {
        take()
      } catch {}
    }
  }
  let refused = 0
  const attempt = async () => {
    await clock.sleep(50 + random() * 100)
    try {
      take()
    } catch {
      refused += 1
      throw errorOf('throttle', 'RequestLimitExceeded')
    } finally {
      await clock.sleep(50 + random() * 100)
    }
  }
  const ends = calls.map(async (count) => {
    const lanes = createLanes({ clock, pacing: 'always', concurrency: { read: 16, write: 32, launch: 5 } })
    const options = {
      clock,
      random,
      pollScale: 1,
      afterDoubt: 'again',
      isRemoval: false,
      isYoung: () => false,
      hasAnswered: () => true,
      inTurn: <Result>(one: () => Promise<Result>) => lanes.send(action, 1, one),
    } as const
    await Promise.all(Array.from({ length: count }, () => withRetries(attempt, options)))
    return clock.now() / 1000
  })
  const eater = eaten > 0 ? eat() : undefined
  const seconds = await Promise.all(ends).finally(() => (isOver = true))
  await eater
  return { refused, seconds }
}

describe('processes of one account that know nothing of each other', () => {
  it.each<Account>([
    { action: 'AttachVolume', calls: [80, 80], drained: 25, eaten: 2 },
    { action: 'CreateTags', calls: [90, 90, 90], drained: 100, eaten: 3 },
    { action: 'CreateVolume', calls: [120, 40], drained: 50, eaten: 1 },
    { action: 'RunInstances', calls: [20, 20], drained: 5, eaten: 1 },
  ])('get all their calls through: %o', async (account) => {
    const { action, calls, drained, eaten } = account
    const { burst, perSecond } = rateOf(action)
    const total = calls.reduce((sum, count) => sum + count, 0)
    const { refused, seconds } = await share(account, 1)
    // Whoever eats is refused, too, while the bucket is empty.
    const boundSeconds = (total - burst + drained) / (perSecond - eaten)
    // Who was refused a few times comes back some seconds later.
    expect(Math.max(...seconds)).toBeLessThanOrEqual(1.2 * boundSeconds + 5)
    expect(refused).toBeLessThanOrEqual(total / 2)
  })
})
