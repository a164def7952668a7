import { PlanError } from '../../core/errors.js'
import type { Change, ChangeKind } from '../../model/change.js'
import type { Plan } from '../../model/plan.js'
import { movedLines } from '../../planner/saved/moved-lines.js'
import { movedSince } from '../../planner/saved/moved-since.js'
import { planBasis } from '../../planner/saved/plan-basis.js'
import { observeAndPlan } from '../plan-stack.js'
import type { Session } from '../session.js'
import { assertSecretsHere } from './carry-out-saved.js'
import { readLocalSources } from './local-sources.js'
import type { PlanFile } from './plan-file.js'

/** What is left of a change that a run was cut off in may be one of these. */
const mayBeLeft: Readonly<Record<ChangeKind, readonly ChangeKind[]>> = {
  create: ['create', 'update'],
  update: ['update'],
  replace: ['replace', 'create', 'update', 'remove'],
  remove: ['remove'],
  adopt: ['adopt', 'update'],
  none: [],
}

/**
 * What is left to do of a saved plan whose run was cut off: the world has moved by that run's own hand, so it is planned again, under
 * the lock and with the run's epoch. Throws a PlanError where the file, what it copies or a secret is another than it was, and
 * where something is to be done that the saved plan, which somebody may have looked at, did not say.
 */
export async function restOfSaved(session: Session, saved: PlanFile): Promise<Plan> {
  await assertSecretsHere(session, saved)
  const { hosts, checkpoint } = saved.options
  const [{ plan, live }, sources] = await Promise.all([
    observeAndPlan(session, { hosts, checkpoint }),
    readLocalSources(session),
  ])
  const here = planBasis(session.spec, live, sources)
  const moved = movedSince(saved.basis, here).filter(({ where }) => where !== 'live')
  if (moved.length > 0) throw stale(saved, [...new Set(moved.map(({ what }) => what))], movedLines(moved))
  const beyond = beyondSaved(saved.plan, plan)
  if (beyond.length > 0) {
    const lines = beyond.map(
      ({ address, kind, impact }) => `${address}: ${kind}${impact === 'none' ? '' : ` (${impact})`}`,
    )
    throw stale(
      saved,
      beyond.map(({ address }) => address),
      lines,
    )
  }
  return plan
}

/**
 * The changes of a plan that are not what can be left of the saved one.
 *
 * @internal exported for its test
 */
export function beyondSaved(saved: Pick<Plan, 'changes'>, rest: Pick<Plan, 'changes'>): readonly Change[] {
  const said = new Map(saved.changes.map((change) => [change.address, change]))
  return rest.changes.filter((change) => {
    if (change.kind === 'none') return false
    const before = said.get(change.address)
    if (!before || !mayBeLeft[before.kind].includes(change.kind)) return true
    return change.impact === 'data-loss' && before.impact !== 'data-loss'
  })
}

function stale({ madeAt }: PlanFile, addresses: readonly string[], details: readonly string[]): PlanError {
  const message = `a run of the plan (${madeAt}) was cut off, and what is left to do is not what it says: nothing was done`
  return new PlanError('PLAN_STALE', message, addresses, {
    details,
    hint: 'make a new plan, and read it: it goes on where that run ended',
  })
}
