import type { Address } from '../../../model/address.js'
import type { StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { Lowering } from '../lowering.js'

/** By these a scaling group that stays, or goes, leaves its load balancer, its subnets and its security groups. */
export function scalingSteps(address: Address): readonly StepId[] {
  return [
    stepId('modify-scaling-group', address),
    stepId('refresh-scaling-group', address),
    stepId('delete-launch-templates', address),
    stepId('delete-scaling-group', address),
  ]
}

/** The same of all. */
export function scalingChanges({ decisions }: Pick<Lowering, 'decisions'>): readonly StepId[] {
  return [...decisions.scalingGroups.keys()].flatMap(scalingSteps)
}
