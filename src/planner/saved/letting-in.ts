import type { Moved } from '../../model/moved.js'
import type { Plan } from '../../model/plan.js'
import { serversEntered } from '../../model/steps/step-kinds.js'
import { operatorCidr } from './bound-here.js'
import type { PlanBasis } from './plan-basis.js'

/**
 * `my-ip` as something that moved: where the plan enters servers whose doors are open to the address of the machine that made
 * it, and neither the plan nor what is live opens them to this one.
 */
export function lettingIn(plan: Plan, saved: PlanBasis, here: PlanBasis): readonly Moved[] {
  const [before, after] = [operatorCidr(saved), operatorCidr(here)]
  if (before === undefined || after === undefined || before === after) return []
  const isEntered = plan.steps.some((step) => serversEntered(step).length > 0)
  const opened = plan.steps.some(
    (step) => step.kind === 'authorize-ingress' && step.rules.some(({ source }) => isBlock(source, after)),
  )
  const isOpen = here.live.securityGroups.some(({ ingress }) => ingress.some(({ source }) => isBlock(source, after)))
  return isEntered && !opened && !isOpen ? [{ where: 'live', what: 'my-ip', path: 'address', before, after }] : []
}

function isBlock(source: { readonly kind: string; readonly cidr?: string }, cidr: string): boolean {
  return source.kind === 'cidr' && source.cidr === cidr
}
