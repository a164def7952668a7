import type { Step, StepId } from '../../model/steps/step.js'

/**
 * The needs of each step as people read them: what a need needs itself goes without saying, one level deep. Order and
 * repeats are those of the step. Steps carry their full needs, and only these are ever executed.
 */
export function shortNeeds(steps: readonly Step[]): (step: Step) => readonly StepId[] {
  const needsOf = new Map(steps.map(({ id, needs }) => [id, needs]))
  return ({ needs }) => {
    if (needs.length < 2) return needs
    const implied = new Set(needs.flatMap((need) => needsOf.get(need) ?? []))
    return implied.size === 0 ? needs : needs.filter((need) => !implied.has(need))
  }
}
