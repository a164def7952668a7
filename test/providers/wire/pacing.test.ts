import { describe, expect, it } from 'vitest'
import type { Pacing } from '../../../src/providers/ec2/wire/ec2-target.js'
import { createLanes } from '../../../src/providers/ec2/wire/lanes.js'
import type { Action } from '../../../src/providers/ec2/wire/actions.js'
import { rateOf } from '../../../src/providers/ec2/wire/request-rates.js'
import { withRetries } from '../../../src/providers/ec2/wire/retry-calls.js'
import { Throttle } from '../../../src/sandbox/faults/throttle.js'
import { errorOf, instantClock } from '../support.js'

/** Sends many calls at once to something with EC2's buckets. */
async function storm(action: Action, calls: number, pacing: Pacing, { drained = 0, resources = 1 } = {}) {
  const clock = instantClock()
  const buckets = new Throttle(clock)
  const call = { region: 'us-east-1', action, effect: effectOf(action), unfiltered: false, resources } as const
  for (let taken = 0; taken < drained; taken += 1) buckets.take(call)
  const lanes = createLanes({ clock, pacing, concurrency: { read: 16, write: 10, launch: 5 } })
  const startedAt = clock.now()
  let refused = 0
  const attempt = async () => {
    try {
      buckets.take(call)
    } catch {
      refused += 1
      throw errorOf('throttle', 'RequestLimitExceeded')
    }
  }
  const options = {
    clock,
    random: () => 0.5,
    pollScale: 1,
    afterDoubt: 'again',
    isRemoval: false,
    isYoung: () => false,
    hasAnswered: () => true,
  } as const
  await Promise.all(
    Array.from({ length: calls }, () => withRetries(() => lanes.send(action, resources, attempt), options)),
  )
  return { refused, seconds: (clock.now() - startedAt) / 1000 }
}

function effectOf(action: Action): 'reads' | 'writes' {
  return action.startsWith('Describe') ? 'reads' : 'writes'
}

describe('calls to an endpoint with EC2’s buckets', () => {
  const actions = ['RunInstances', 'CreateVolume', 'AttachVolume', 'CreateTags', 'DescribeVolumes'] as const
  it.each(actions)('are never refused for their rate, and use all of it: %s', async (action) => {
    const { burst, perSecond } = rateOf(action)
    const calls = burst + 10 * perSecond
    const { refused, seconds } = await storm(action, calls, 'always')
    expect(refused).toBe(0)
    // A tenth of the burst is left for what others do, and for what arrives closer together than it left.
    expect(seconds).toBeLessThanOrEqual(10 + (0.1 * burst + 1) / perSecond)
    expect(seconds).toBeGreaterThan(9.5)
  })

  it('count the instances of a launch too', async () => {
    const { refused, seconds } = await storm('RunInstances', 25, 'always', { resources: 50 })
    expect(refused).toBe(0)
    expect(seconds).toBeGreaterThanOrEqual(125)
  })

  it('find back to the pace when somebody else has emptied a bucket, with few refusals', async () => {
    const { refused } = await storm('AttachVolume', 100, 'always', { drained: 50 })
    expect(refused).toBeGreaterThan(0)
    expect(refused).toBeLessThan(50)
  })
})

describe('calls to an endpoint on this machine', () => {
  it('wait for nothing while none is refused', async () => {
    expect(await storm('RunInstances', 5, 'when-refused')).toEqual({ refused: 0, seconds: 0 })
  })

  it('keep to the buckets from the first refusal on', async () => {
    const unpaced = 10
    const { refused } = await storm('AttachVolume', 150, 'when-refused')
    expect(refused).toBeGreaterThan(0)
    expect(refused).toBeLessThan(150 - unpaced)
  })
})
