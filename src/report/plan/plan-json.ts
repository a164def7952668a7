import { count } from '../../core/units.js'
import type { Change, ChangeKind } from '../../model/change.js'
import type { CheckResult } from '../../model/checks/check-result.js'
import { nowhere, type Locate } from '../../model/file-location.js'
import type { Plan } from '../../model/plan.js'
import type { PlanPlace } from '../../model/stacks/plan-place.js'
import type { Problem } from '../../model/plan-problem.js'
import { lockMembers, type RunningLock } from '../lock-text.js'
import { positionIn } from '../places.js'
import { shortNeeds } from './short-needs.js'
import { legibleJson } from '../legible.js'

/** How many changes of each kind a plan has. */
export type PlanSummary = Readonly<Record<ChangeKind, number>>

export function summaryOfPlan(changes: readonly Change[]): PlanSummary {
  const summary = { create: 0, update: 0, replace: 0, remove: 0, adopt: 0, none: 0 }
  for (const { kind } of changes) summary[kind] += 1
  return summary
}

/** The same in a few words: `2 to create, 1 to remove`. */
export function summaryWords({ changes, problems, complete }: Pick<Plan, 'changes' | 'problems' | 'complete'>): string {
  const { none: _none, ...kinds } = summaryOfPlan(changes)
  const parts = Object.entries(kinds).flatMap(([kind, amount]) => (amount === 0 ? [] : [`${amount} to ${kind}`]))
  const errors = problems.filter(({ severity }) => severity === 'error').length
  return [
    ...(errors === 0 ? [] : [count(errors, 'error')]),
    parts.join(', ') || 'no changes',
    ...(complete ? [] : ['not everything could be read']),
  ].join('; ')
}

/** A plan as `plan --json` prints it (schema/plan.schema.json), with a line break at the end. Without user data or tags: it can be shown in a log. */
export function planJson(
  plan: Plan,
  {
    locate = nowhere,
    place,
    lock,
    checks,
  }: {
    readonly locate?: Locate | undefined
    readonly place?: PlanPlace | undefined
    readonly lock?: RunningLock | undefined
    readonly checks?: readonly CheckResult[] | undefined
  } = {},
): string {
  const { formatVersion, stack, complete, applyable, specDigest, liveDigest, problems, impossible, unreadable } = plan
  const needsOf = shortNeeds(plan.steps)
  const document = {
    kind: 'plan-view',
    formatVersion,
    stack,
    ...(place && { place }),
    complete,
    applyable,
    summary: summaryOfPlan(plan.changes),
    changes: plan.changes,
    steps: plan.steps.map((step) => {
      const { id, kind, address, impact } = step
      const batch = 'batch' in step && step.batch !== undefined && { batch: step.batch }
      return { id, kind, address, ...batch, needs: needsOf(step), impact }
    }),
    problems: problems.map((problem) => problemMembers(problem, locate)),
    unreadable,
    impossible,
    specDigest,
    liveDigest,
    ...(plan.rolls && { rolls: plan.rolls }),
    ...(plan.only && { only: plan.only.asked, needed: plan.only.needed, leftOut: plan.only.leftOut }),
    ...(checks && { checks }),
    ...(lock && { lock: lockMembers(lock.sight, lock.liveness) }),
  }
  return `${legibleJson(document, 2)}\n`
}

/** A problem as JSON tells it. */
export function problemMembers(
  { severity, scope, code, address, path, message, hint }: Problem,
  locate: Locate,
): object {
  const location = address === undefined ? undefined : locate(address, path)
  return {
    severity,
    scope,
    code,
    address: address ?? null,
    message,
    hint: hint ?? null,
    location: location ? positionIn(location) : null,
  }
}
