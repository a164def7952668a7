import type { Address } from './address.js'
import type { Change, Diff, DiffValue } from './change.js'
import type { Unreadable } from './live-stack.js'
import type { Plan } from './plan.js'
import type { Problem } from './plan-problem.js'
import { verdictOf } from './plan-verdict.js'
import type { StepKind } from './steps/step.js'

/** A value that is not what it was, or is not yet what it will be. */
export interface DriftDiff {
  readonly path: string
  readonly before: DiffValue
  readonly after: DiffValue
  /** No apply changes it: why, and what to do or to write in the file. */
  readonly left?: string
}

export interface DriftEntry {
  readonly address: Address
  /** Sorted by path. */
  readonly diffs: readonly DriftDiff[]
  /** What an apply that was cut off has still to do where no property differs; there are no diffs then. */
  readonly reason?: string
}

/** What has moved since the last apply, as against what the file asks for and nobody applied yet. */
export interface DriftReport {
  readonly stack: string
  /**
   * First match: `error`: a problem keeps something from being planned at all. `drift`. `unknown`: no drift was seen, and
   * not everything could be looked at. `pending`. `in-sync`: a plan has nothing to do, but for snapshots that are due.
   */
  readonly status: 'in-sync' | 'drift' | 'pending' | 'unknown' | 'error'
  /** `before` is what was applied, `after` what is live now: told in the order in which it happened. */
  readonly drifted: readonly DriftEntry[]
  /** As in a plan: `before` is live, `after` what the file asks for. */
  readonly pending: readonly DriftEntry[]
  readonly unreadable: readonly Unreadable[]
  /** Everything that the plan warns of, or refuses. */
  readonly problems: readonly Problem[]
  /** What the file asks for and this target cannot hold. */
  readonly impossible: Plan['impossible']
}

/** The drift that a plan would heal, and that which none can, and what of the plan is new wishes. */
export function driftOf(plan: Plan): DriftReport {
  const drifted: DriftEntry[] = []
  const pending: DriftEntry[] = []
  const working = new Set(plan.steps.filter(({ kind }) => !snapshotSteps.has(kind)).map(({ address }) => address))
  for (const change of plan.changes) {
    const { address, kind, reason } = change
    const moved = driftedDiffs(change)
    if (moved.length > 0) {
      drifted.push({ address, diffs: moved.map(({ before, after, ...diff }) => told(diff, after, before)) })
    }
    const wanted = change.diffs.filter(({ cause }) => cause === 'pending')
    if (wanted.length > 0) {
      pending.push({ address, diffs: wanted.map(({ before, after, ...diff }) => told(diff, before, after)) })
    } else if (moved.length === 0 && kind !== 'none' && working.has(address)) {
      pending.push({ address, diffs: [], reason })
    }
  }
  const { stack, unreadable, problems, impossible } = plan
  return { stack, status: statusOf(plan, drifted, pending), drifted, pending, unreadable, problems, impossible }
}

function told({ path, left }: Pick<Diff, 'path' | 'left'>, before: DiffValue, after: DiffValue): DriftDiff {
  return { path, before, after, ...(left !== undefined && { left }) }
}

/** Of what is gone, that it is gone; of files, that they differ, without the figures of the copy. */
function driftedDiffs(change: Change): readonly Diff[] {
  const diffs = change.diffs.filter(({ cause }) => cause === 'drift')
  const exists = diffs.find(({ path }) => path === 'exists')
  return exists ? [exists] : diffs.filter(({ path }) => !path.startsWith('files.'))
}

/** What a schedule asks for: work, and no difference between what is and what was. */
const snapshotSteps: ReadonlySet<StepKind> = new Set([
  'create-snapshot',
  'create-snapshots',
  'copy-snapshot',
  'delete-snapshot',
])

function statusOf(plan: Plan, drifted: readonly DriftEntry[], pending: readonly DriftEntry[]): DriftReport['status'] {
  const verdict = verdictOf(plan)
  if (verdict === 'error') return 'error'
  if (drifted.length > 0) return 'drift'
  if (verdict === 'unknown') return 'unknown'
  return pending.length > 0 ? 'pending' : 'in-sync'
}
