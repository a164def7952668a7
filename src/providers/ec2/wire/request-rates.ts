import type { Action } from './actions.js'
import { actions } from './actions.js'

/** A token bucket: so many calls at once, and so many a second from then on. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/**
 * EC2's buckets, one for each account, Region and action (EC2 Developer Guide, "Request throttling for the Amazon EC2 API",
 * 2025). Support raises them for an account on request: then a call waits here without need.
 */
const rates = {
  reads: { burst: 100, perSecond: 20 },
  writes: { burst: 50, perSecond: 5 },
  launches: { burst: 5, perSecond: 2 },
  frequentWrites: { burst: 100, perSecond: 5 },
  tags: { burst: 100, perSecond: 10 },
} as const satisfies Readonly<Record<string, Rate>>

/** The actions that have other buckets than all reads, or all writes. */
const rateByAction: Readonly<Partial<Record<Action, Rate>>> = {
  RunInstances: rates.launches,
  StartInstances: rates.launches,
  TerminateInstances: rates.frequentWrites,
  CreateVolume: rates.frequentWrites,
  DeleteVolume: rates.frequentWrites,
  CreateSnapshot: rates.frequentWrites,
  DeleteSnapshot: rates.frequentWrites,
  CreateLaunchTemplateVersion: rates.frequentWrites,
  CreateTags: rates.tags,
  DeleteTags: rates.tags,
}

/** Buckets of instances beside those of calls (the same page, "Resource token bucket"). */
const resourceRates: Readonly<Partial<Record<Action, Rate>>> = {
  RunInstances: { burst: 1000, perSecond: 2 },
  StartInstances: { burst: 1000, perSecond: 2 },
  TerminateInstances: { burst: 1000, perSecond: 20 },
  StopInstances: { burst: 1000, perSecond: 20 },
}

export function rateOf(action: Action): Rate {
  return rateByAction[action] ?? (actions[action].lane === 'read' ? rates.reads : rates.writes)
}

/** The rate at which instances, not calls, may be named; undefined where only calls count. */
export function resourceRateOf(action: Action): Rate | undefined {
  return resourceRates[action]
}
