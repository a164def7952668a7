import type { Clock } from '../../../core/clock.js'
import { createGate, type Door } from '../../../core/gate.js'
import { admitted, workScope } from '../../../core/work-scope.js'
import { hasAwsCode } from '../errors/provider-errors.js'
import type { Lane } from './action-facts.js'
import { actions, type Action } from './actions.js'
import type { Concurrency, Pacing } from './ec2-target.js'
import { rateOf, resourceRateOf, type Rate } from './request-rates.js'
import { createTokenBucket, type TokenBucket } from './token-bucket.js'

/** Sends attempts of calls, the most urgent first: bounds how many are in flight, and keeps to EC2's buckets. */
export interface Lanes {
  /** `resources`: how many instances the call names, where EC2 counts those too. */
  send<Result>(action: string, resources: number, attempt: () => Promise<Result>): Promise<Result>
}

/** EC2's words for an empty bucket. What else is of class `throttle` is about one resource. */
const rateRefusals = [
  'RequestLimitExceeded',
  'Client.RequestLimitExceeded',
  'EC2ThrottledException',
  'Throttling',
  'ThrottlingException',
  'SlowDown',
]

interface LanesOptions {
  readonly clock: Clock
  readonly concurrency: Concurrency
  readonly pacing: Pacing
}

/** What of a service's actions is known of their pace. */
export interface Paces {
  /** Services have actions of one name, and buckets of their own. */
  readonly service: string
  readonly laneOf: (action: string) => Lane
  readonly rateOf: (action: string) => Rate
  readonly resourceRateOf: (action: string) => Rate | undefined
}

const ofEc2: Paces = {
  service: 'ec2',
  laneOf: (action) => actions[action as Action].lane,
  rateOf: (action) => rateOf(action as Action),
  resourceRateOf: (action) => resourceRateOf(action as Action),
}

export function createLanes({ clock, concurrency, pacing }: LanesOptions, paces: Paces = ofEc2): Lanes {
  const gate = createGate(clock)
  const inFlight: Record<Lane, number> = { read: 0, write: 0, launch: 0 }
  const buckets = new Map<string, TokenBucket>()
  let isPaced = pacing === 'always'

  function bucketOf(key: string, rate: Parameters<typeof createTokenBucket>[0]): TokenBucket {
    const bucket = buckets.get(key) ?? createTokenBucket(rate, clock)
    buckets.set(key, bucket)
    return bucket
  }

  function doorOf(action: string, resources: number): { readonly door: Door; readonly slowDown: () => void } {
    const lane = paces.laneOf(action)
    const { hasPlace } = workScope()
    const calls = bucketOf(action, paces.rateOf(action))
    const resourceRate = paces.resourceRateOf(action)
    const named = resourceRate && bucketOf(`${action} resources`, resourceRate)
    return {
      door: {
        opensInMs: () => {
          if (!hasPlace && inFlight[lane] >= concurrency[lane]) return Infinity
          return isPaced ? Math.max(calls.waitMs(1), named?.waitMs(resources) ?? 0) : 0
        },
        enter: () => {
          inFlight[lane] += 1
          calls.take(1)
          named?.take(resources)
        },
        leave: () => {
          inFlight[lane] -= 1
        },
      },
      slowDown: () => {
        isPaced = true
        calls.slowDown()
      },
    }
  }

  /** What this process knows of the buckets lets the call through: now those who draw from them elsewhere are asked. */
  async function takeTurn(action: string, resources: number): Promise<void> {
    const { turn } = workScope()
    if (turn === undefined || !isPaced) return
    await turn(`${paces.service} ${action}`, paces.rateOf(action), 1)
    const resourceRate = paces.resourceRateOf(action)
    if (resourceRate) await turn(`${paces.service} ${action} resources`, resourceRate, resources)
  }

  return {
    send: async (action, resources, attempt) => {
      const { door, slowDown } = doorOf(action, resources)
      // What names several instances has a door of its own: it opens later than that of a single one. So has what has its place.
      const named = paces.resourceRateOf(action) ? `${action} of ${resources}` : action
      const sort = workScope().hasPlace ? `${named} within` : named
      try {
        return await gate.pass(sort, door, () =>
          admitted('ec2', async () => {
            await takeTurn(action, resources)
            return attempt()
          }),
        )
      } catch (error) {
        if (hasAwsCode(error, ...rateRefusals)) slowDown()
        throw error
      }
    },
  }
}
