import { secretsIn } from '../template.js'
import type { Step } from './step.js'

/** The names of the sensitive variables whose values the steps need, sorted. */
export function secretsInSteps(steps: readonly Step[]): readonly string[] {
  return [...new Set(steps.flatMap((step) => templatesOf(step).flatMap(secretsIn)))].sort()
}

function templatesOf(step: Step) {
  switch (step.kind) {
    case 'create-server':
      return step.userData ? [step.userData] : []
    case 'run-setup':
      return step.commands
    case 'run-on-change':
    case 'check-health':
      return [step.command]
    default:
      return []
  }
}
