import { ApiError } from '../wire/api-error.js'
import type { FaultPlan } from './fault-plan.js'

/** What EC2 says when an account has no more of something (EC2 API, "Error codes"), by the action that asks for it. */
const quotaAnswers: Readonly<Record<string, readonly [code: string, message: string]>> = {
  RunInstances: [
    'VcpuLimitExceeded',
    'You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.',
  ],
  CreateVolume: ['VolumeLimitExceeded', 'You have exceeded your maximum gp3 storage limit of 50 TiB in this region.'],
  CreateSnapshot: ['SnapshotLimitExceeded', 'You have exceeded the limit of snapshots for this region.'],
  AllocateAddress: ['AddressLimitExceeded', 'The maximum number of addresses has been reached.'],
}

/** The refusals that happen before anything is done: bursts of 500 and 503, and quotas. One for each sandbox. */
export class Refusals {
  readonly #faults: FaultPlan
  /** How many calls of an action still fail in a burst that has begun. */
  readonly #left = new Map<string, number>()

  constructor(faults: FaultPlan) {
    this.#faults = faults
  }

  /** Throws an ApiError when this call is to be refused. */
  check(action: string): void {
    this.#failInBursts(action)
    const quota = quotaAnswers[action]
    if (quota && this.#faults.happens('quotas', action)) throw new ApiError(...quota)
  }

  #failInBursts(action: string): void {
    const chance = this.#faults.current.serverErrors
    if (!chance) return
    const remaining = this.#left.get(action) ?? 0
    if (remaining > 0) this.#left.set(action, remaining - 1)
    else if (this.#faults.happens('serverErrors', action)) this.#left.set(action, (chance.burst ?? 1) - 1)
    else return
    throw this.#faults.number('serverErrors', `${action} kind`) < 0.5
      ? new ApiError('InternalError', 'An internal error has occurred')
      : new ApiError('Unavailable', 'The server is overloaded and can not handle the request.')
  }
}
