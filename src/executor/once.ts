import { digestOf } from '../core/digest.js'
import type { StepId } from '../model/steps/step.js'

/**
 * The text that makes a create call happen once: the same for the same step of the same run, also when it is tried
 * again. `takesPlaceOf` is what the plan knew at that address: what is made in its place is another operation than what made
 * it, also where the run is the same. EC2 takes ClientTokens of at most 64 ASCII characters; this has 43.
 */
export function onceOf(run: string, stepId: StepId, takesPlaceOf?: string): string {
  return `ek-${digestOf(takesPlaceOf === undefined ? [run, stepId] : [run, stepId, takesPlaceOf], 40)}`
}
