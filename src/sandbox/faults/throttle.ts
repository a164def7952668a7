import type { Clock } from '../../core/clock.js'
import { ApiError } from '../wire/api-error.js'

interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** Token buckets per account and region: EC2 Developer Guide, "Request throttling for the Amazon EC2 API", 2025. */
const rates = {
  reads: { burst: 100, perSecond: 20 },
  unfilteredReads: { burst: 50, perSecond: 10 },
  writes: { burst: 50, perSecond: 5 },
  launches: { burst: 5, perSecond: 2 },
  cheapWrites: { burst: 100, perSecond: 5 },
  tags: { burst: 100, perSecond: 10 },
} as const satisfies Record<string, Rate>

const rateByAction: Readonly<Record<string, Rate>> = {
  RunInstances: rates.launches,
  StartInstances: rates.launches,
  TerminateInstances: rates.cheapWrites,
  CreateVolume: rates.cheapWrites,
  DeleteVolume: rates.cheapWrites,
  CreateSnapshot: rates.cheapWrites,
  CreateSnapshots: rates.cheapWrites,
  DeleteSnapshot: rates.cheapWrites,
  ModifyInstanceMetadataOptions: rates.cheapWrites,
  CreateLaunchTemplateVersion: rates.cheapWrites,
  ModifyLaunchTemplate: rates.cheapWrites,
  CreateTags: rates.tags,
  DeleteTags: rates.tags,
}

/** Reads that have the smaller bucket when they are neither filtered nor paged. */
const expensiveReads = new Set([
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeNetworkInterfaces',
  'DescribeSecurityGroups',
  'DescribeSnapshots',
  'DescribeVolumes',
])

/** Buckets of instances rather than calls. */
const resourceRates: Readonly<Record<string, Rate>> = {
  RunInstances: { burst: 1000, perSecond: 2 },
  StartInstances: { burst: 1000, perSecond: 2 },
  TerminateInstances: { burst: 1000, perSecond: 20 },
  StopInstances: { burst: 1000, perSecond: 20 },
}

interface Bucket {
  tokens: number
  filledAtMs: number
}

export interface ThrottledCall {
  readonly region: string
  readonly action: string
  readonly effect: 'reads' | 'writes'
  /** Neither a filter nor MaxResults was given. */
  readonly unfiltered: boolean
  /** Instances that the call starts or stops. */
  readonly resources: number
}

/** Counts calls against EC2's buckets; every action has its own. */
export class Throttle {
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Throws RequestLimitExceeded when a bucket of the call is empty; takes its tokens otherwise. */
  take(call: ThrottledCall): void {
    this.#take(`${call.region} ${call.action}`, rateOf(call), 1)
    const resourceRate = resourceRates[call.action]
    if (resourceRate) this.#take(`${call.region} ${call.action} resources`, resourceRate, call.resources)
  }

  #take(key: string, rate: Rate, amount: number): void {
    const nowMs = this.#clock.now()
    const bucket = this.#buckets.get(key) ?? { tokens: rate.burst, filledAtMs: nowMs }
    this.#buckets.set(key, bucket)
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * rate.perSecond)
    bucket.filledAtMs = nowMs
    if (bucket.tokens < amount) throw new ApiError('RequestLimitExceeded', 'Request limit exceeded.')
    bucket.tokens -= amount
  }
}

function rateOf({ action, effect, unfiltered }: ThrottledCall): Rate {
  const own = rateByAction[action]
  if (own) return own
  if (effect === 'writes') return rates.writes
  return unfiltered && expensiveReads.has(action) ? rates.unfilteredReads : rates.reads
}
