import type { Address } from './address.js'
import type { Change, Diff, DiffValue } from './change.js'
import type { Unreadable } from './live-stack.js'
import type { Plan } from './plan.js'

/** A value that is not what it was, or is not yet what it will be. */
export interface DriftDiff {
  readonly path: string
  readonly before: DiffValue
  readonly after: DiffValue
}

export interface DriftEntry {
  readonly address: Address
  /** Sorted by path. */
  readonly diffs: readonly DriftDiff[]
}

/** What has moved since the last apply, as against what the file asks for and nobody applied yet. */
export interface DriftReport {
  readonly stack: string
  /** `unknown`: no drift was seen, and not everything could be looked at. Drift comes first, then unknown, then pending. */
  readonly status: 'in-sync' | 'drift' | 'pending' | 'unknown'
  /** `before` is what was applied, `after` what is live now: told in the order in which it happened. */
  readonly drifted: readonly DriftEntry[]
  /** As in a plan: `before` is live, `after` what the file asks for. */
  readonly pending: readonly DriftEntry[]
  readonly unreadable: readonly Unreadable[]
}

/** The drift that a plan would heal, and what of the plan is new wishes. */
export function driftOf(plan: Plan): DriftReport {
  const drifted: DriftEntry[] = []
  const pending: DriftEntry[] = []
  for (const change of plan.changes) {
    const moved = driftedDiffs(change)
    if (moved.length > 0) {
      const diffs = moved.map(({ path, before, after }) => ({ path, before: after, after: before }))
      drifted.push({ address: change.address, diffs })
    }
    const wanted = change.diffs.filter(({ cause }) => cause === 'pending')
    if (wanted.length > 0) {
      const diffs = wanted.map(({ path, before, after }) => ({ path, before, after }))
      pending.push({ address: change.address, diffs })
    }
  }
  const { stack, unreadable } = plan
  return { stack, status: statusOf(plan, drifted, pending), drifted, pending, unreadable }
}

/** Of what is gone, that it is gone; of files, that they differ, without the figures of the copy. */
function driftedDiffs(change: Change): readonly Diff[] {
  const diffs = change.diffs.filter(({ cause }) => cause === 'drift')
  const exists = diffs.find(({ path }) => path === 'exists')
  return exists ? [exists] : diffs.filter(({ path }) => !path.startsWith('files.'))
}

function statusOf(plan: Plan, drifted: readonly DriftEntry[], pending: readonly DriftEntry[]): DriftReport['status'] {
  if (drifted.length > 0) return 'drift'
  if (!plan.complete) return 'unknown'
  return pending.length > 0 ? 'pending' : 'in-sync'
}
