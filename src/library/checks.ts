import { assertOutside, checkPlan } from '../app/checks/check-plan.js'
import { readPolicy } from '../app/checks/read-policy.js'
import type { Session } from '../app/session.js'
import type { CheckResult } from '../model/checks/check-result.js'
import type { Plan } from '../model/plan.js'
import type { PlanHeading } from '../report/plan/plan-heading.js'

/**
 * What of a plan goes against the policy at a path. Sensitive values are hidden from it. Throws for a policy with mistakes, and for one
 * that the stack itself has a hand in.
 */
export function checksOf(session: Session, plan: Plan, heading: PlanHeading, path: string): readonly CheckResult[] {
  assertOutside(path, session.file)
  return checkPlan(readPolicy(path), session.secrets.mask().data(plan), heading)
}

/** Tells the mistakes of a policy before EC2 is asked for anything; a stack file that is named as one is told when it is read. */
export function assertReadable(path: string | undefined, stackFile: string | undefined): void {
  if (path !== undefined && path !== stackFile) readPolicy(path)
}
