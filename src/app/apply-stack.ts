import { PlanError } from '../core/errors.js'
import { applyPlan, type ApplyOptions } from '../executor/apply-plan.js'
import { thisHolder } from '../executor/lock/process-facts.js'
import type { ApplyResult } from '../executor/outcome.js'
import type { Plan } from '../model/plan.js'
import { sameWishes } from '../model/ledger/wish.js'
import type { Session } from './session.js'
import { withLock } from './lock/with-lock.js'

export interface ApplyStackOptions extends Pick<ApplyOptions, 'events' | 'signal' | 'concurrency'> {
  /** Asked before the first step, when there are any; left out: yes. */
  readonly confirm?: (plan: Plan) => Promise<boolean>
}

/**
 * Asks, and carries a plan out, whichever it is: of an apply, a destroy, a restore, one rule. Undefined: somebody said no,
 * and nothing was done. Rejects with a PlanError when the plan has problems that come first. A session takes one plan.
 *
 * The stack's lock comes before the question, and is taken where it is not held: nobody says yes to what another run is
 * changing. `withLock` around planning and this one plans, too, what nobody else changes meanwhile.
 */
export async function applyStack(
  session: Session,
  plan: Plan,
  { confirm, ...options }: ApplyStackOptions = {},
): Promise<ApplyResult | undefined> {
  if (!plan.applyable) throw notApplyable(plan)
  return withLock(session, { ...(options.signal && { signal: options.signal }) }, async () => {
    if (session.lock.left && !plan.ledger.epoch) throw plannedBefore(session)
    const secrets = await session.secrets.neededBy(plan)
    if (confirm && plan.steps.length > 0 && !(await confirm(plan))) return undefined
    session.begin()
    const { run, ownRun, lock, ports, clock } = session
    const { lost, epoch } = lock
    const { user, host } = thisHolder()
    const own = { run, ownRun, by: `${user}@${host}`, clock, secrets, ...(epoch && { epoch }), ...(lost && { lost }) }
    const result = await applyPlan(plan, ports, { ...options, ...own })
    lock.note(result)
    return result
  })
}

/** Notes that nothing is left of a run that ended without a word, where a plan of everything found nothing to do. */
export async function settleEpoch({ ports, spec }: Session, { ledger, complete, isPart }: Plan): Promise<void> {
  if (!ledger.epoch || !complete || isPart) return
  const { id, before, wishes } = ledger
  await ports.cloud.writeLedger({ stack: spec.stack, id, addresses: before, ...(wishes && { wishes: wishes.before }) })
}

/** Whether carrying the plan out would change nothing: no step, and the same ledger. */
export function isNothingToDo({ steps, ledger }: Plan): boolean {
  const { before, after, wishes } = ledger
  if (wishes && !sameWishes(wishes.before, wishes.open)) return false
  if (steps.length > 0 || before.length !== after.length) return false
  const stays = new Set(after)
  return before.every((address) => stays.has(address))
}

/**
 * What may be left after a plan was carried out that could not see everything, e.g. into a server that had not been entered
 * yet: the plan made again, or undefined when nothing is.
 */
export async function leftAfter(plan: Plan, replan: () => Promise<Plan>): Promise<Plan | undefined> {
  if (plan.complete) return undefined
  const again = await replan()
  return again.complete && again.steps.length === 0 ? undefined : again
}

/** The lock was taken over after the plan was made: what the run before has made may not be in it. */
function plannedBefore({ spec }: Session): PlanError {
  return new PlanError('PLAN_STALE', `a run of ${spec.stack} was cut off, and the plan does not know of it`, [], {
    hint: 'plan again: what that run has made is seen then',
  })
}

function notApplyable(plan: Plan): PlanError {
  const errors = plan.problems.filter(({ severity }) => severity === 'error')
  const addresses = errors.flatMap(({ address }) => (address === undefined ? [] : [address]))
  const names = addresses.length > 0 ? ` (${addresses.join(', ')})` : ''
  return new PlanError(
    'PLAN_NOT_APPLYABLE',
    `nothing was done: the plan has problems that come first${names}`,
    addresses,
    {
      hint: 'they are told under the plan, each with what to do',
    },
  )
}
