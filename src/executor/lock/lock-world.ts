import type { Clock } from '../../core/clock.js'
import type { LockContent } from '../../model/ledger/lock.js'
import type { LockCloud } from '../ports.js'
import type { Liveness } from './contention.js'
import type { LockTimes } from './lock-times.js'
import type { PassedTime } from './passed-time.js'

/** What taking and holding a stack's lock goes by. */
export interface LockWorld {
  readonly stack: string
  readonly cloud: LockCloud
  readonly clock: Clock
  readonly time: PassedTime
  readonly times: LockTimes
  readonly livenessOf: (content: LockContent) => Liveness
}
