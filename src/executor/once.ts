import { digestOf } from '../core/digest.js'
import type { StepId } from '../model/steps/step.js'

/**
 * The text that makes a create call happen once: the same for the same step of the same run, also when it is tried
 * again. EC2 takes ClientTokens of at most 64 ASCII characters; this has 43.
 */
export function onceOf(run: string, stepId: StepId): string {
  return `ek-${digestOf([run, stepId], 40)}`
}
