import type { EvenkeelError } from '../core/errors.js'
import { shownOutput } from '../model/outputs/stack-output.js'
import type { Plan } from '../model/plan.js'
import { canConverge } from '../model/plan-verdict.js'
import type { ApplyResult, Outcome } from './outcome.js'
import type { RunBindings } from './run-bindings.js'
import type { Schedule } from './schedule.js'

/** How a run ended, from how its steps did; `error` is what went wrong beside them. What has not ended counts as cancelled. */
export function resultOf(
  plan: Plan,
  schedule: Schedule,
  bindings: RunBindings,
  error: EvenkeelError | undefined,
): ApplyResult {
  const outcomes = plan.steps.map(({ id }) => ({
    stepId: id,
    outcome: schedule.outcomeOf(id) ?? ({ kind: 'cancelled' } as const),
  }))
  const kinds = new Set(outcomes.map(({ outcome }) => outcome.kind))
  const made = bindings.made().map(([address, { id, publicIp, privateIp, alternative }]) => ({
    address,
    id,
    ...(publicIp !== undefined && { publicIp }),
    ...(privateIp !== undefined && { privateIp }),
    ...(alternative !== undefined && { alternative }),
  }))
  const ended = statusOf(kinds, error)
  // Every step may be done, and something of the file not come about, because the plan had no step for it.
  const status = ended === 'converged' && !canConverge(plan) ? 'partial' : ended
  const outputs = plan.outputs?.map((output) =>
    shownOutput(output, (source) => bindings.get(source.address)?.[source.property]),
  )
  return { status, outcomes, made, ...(outputs && { outputs }), ...(error && { error }) }
}

function statusOf(kinds: ReadonlySet<Outcome['kind']>, error: EvenkeelError | undefined): ApplyResult['status'] {
  const failed = kinds.has('failed') || error !== undefined
  if (kinds.has('cancelled') && error === undefined) return 'cancelled'
  if (!failed && !kinds.has('blocked')) return 'converged'
  return kinds.has('done') ? 'partial' : 'failed'
}
