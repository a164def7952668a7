import { join } from 'node:path'
import { isNothingToDo } from '../../app/apply-stack.js'
import { driftOfStack, observeAndPlan } from '../../app/plan-stack.js'
import { savePlan } from '../../app/saved-plan/save-plan.js'
import type { Session } from '../../app/session.js'
import { exitCodes } from '../../core/exit-codes.js'
import { headingOf } from '../../library/heading-of.js'
import { isDenied, type CheckResult } from '../../model/checks/check-result.js'
import type { Plan } from '../../model/plan.js'
import { verdictOf } from '../../model/plan-verdict.js'
import { driftText, driftWords } from '../../report/drift/drift-text.js'
import { placeOfHeading, type PlanHeading } from '../../report/plan/plan-heading.js'
import { summaryWords } from '../../report/plan/plan-json.js'
import { lossesText } from '../../report/plan/plan-question.js'
import { planText } from '../../report/plan/plan-text.js'
import type { FleetStack, StackSettings, StackState } from '../types.js'
import { planNameOf } from './job.js'
import { makePlansFolder, prunePlans } from './plans-folder.js'
import { holderOf, type JobEnd, type JobOptions } from './with-stack.js'

/** What a plan, and a drift report, say of a stack; the exit status of `plan` is that of `--detailed-exitcode`. */
export const planEnds = {
  error: { state: 'failed', exitCode: exitCodes.failure },
  unknown: { state: 'unknown', exitCode: exitCodes.unknown },
  changes: { state: 'pending', exitCode: exitCodes.changes },
  nothing: { state: 'in-sync', exitCode: exitCodes.success },
} as const satisfies Record<ReturnType<typeof verdictOf>, { state: StackState; exitCode: number }>

const driftEnds = {
  error: { state: 'failed', exitCode: exitCodes.failure },
  unknown: { state: 'unknown', exitCode: exitCodes.unknown },
  pending: { state: 'pending', exitCode: exitCodes.pending },
  drift: { state: 'drift', exitCode: exitCodes.drift },
  'in-sync': { state: 'in-sync', exitCode: exitCodes.success },
} as const

/** Plans, and saves the plan where it changes something and somebody may apply it. */
export async function planned(session: Session, stack: FleetStack, options: JobOptions): Promise<JobEnd> {
  const [observed, lockedBy] = await Promise.all([observeAndPlan(session, { hosts: true }), holderOf(session)])
  const { plan } = observed
  await session.secrets.neededBy(plan)
  const heading = await headingOf(session, {})
  const checks = await checksFor(session, plan, heading, stack.settings)
  const isForbidden = isDenied(checks)
  const isSaved = plan.applyable && !isNothingToDo(plan) && !isForbidden && stack.settings.apply !== 'never'
  const name = planNameOf(stack.id, session.run)
  if (isSaved) {
    makePlansFolder(options.plansFolder)
    await savePlan(join(options.plansFolder, `${name}.json`), session, observed, {
      hosts: true,
      target: stack.settings.target,
      place: placeOfHeading(heading),
    })
    prunePlans(options.plansFolder, stack.id)
  }
  return {
    ...planEnds[verdictOf(plan)],
    words: `${summaryWords(plan)}${lossesText(plan)}`,
    text: planText(plan, { color: false, verbose: false, locate: session.file.locate, heading, checks }),
    ...(isForbidden && {
      state: 'failed' as const,
      exitCode: exitCodes.failure,
      words: 'a policy forbids it',
      errorCode: 'CHECKS_DENIED',
    }),
    ...(lockedBy !== undefined && { lockedBy }),
    ...(isSaved && { plan: name }),
  }
}

/** Tells what moved since the last apply. */
export async function drifted(session: Session): Promise<JobEnd> {
  const drift = await driftOfStack(session, {})
  const heading = await headingOf(session, {})
  return {
    ...driftEnds[drift.status],
    words: driftWords(drift),
    text: driftText(drift, { color: false, locate: session.file.locate, heading }),
  }
}

/** What of a plan goes against the stack's policy. The language of policies is loaded where there is one. */
export async function checksFor(
  session: Session,
  plan: Plan,
  heading: PlanHeading,
  { checks }: StackSettings,
): Promise<readonly CheckResult[]> {
  if (checks === undefined) return []
  const { checksOf } = await import('../../library/checks.js')
  return checksOf(session, plan, heading, checks)
}
