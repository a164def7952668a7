import type { RunStepView } from './run-view.js'

/** A step without which the run would have ended sooner. */
export interface CriticalStep {
  readonly step: RunStepView
  /** Between the end of what it waited for (or the beginning of the run) and its own beginning: it waited for its turn. */
  readonly idleMs: number
}

/**
 * The chain of steps that the length of a run comes from, the first one first: from the step that ended last back along that one
 * of its needs that ended last. Needs are those of the journal, else of `needsOf`; undefined: neither says what steps wait for.
 */
export function criticalPath(
  steps: readonly RunStepView[],
  needsOf: (id: string) => readonly string[] | undefined,
): readonly CriticalStep[] | undefined {
  const ran = steps.filter(({ startMs, endMs }) => startMs !== undefined && endMs !== undefined)
  if (ran.every(({ id, needs }) => (needs ?? needsOf(id)) === undefined)) return undefined
  const byId = new Map(ran.map((step) => [step.id, step]))
  const path: CriticalStep[] = []
  const seen = new Set<string>()
  for (let step = latest(ran); step !== undefined && !seen.has(step.id);) {
    seen.add(step.id)
    const needs: readonly string[] = step.needs ?? needsOf(step.id) ?? []
    const before = latest(needs.flatMap((need) => byId.get(need) ?? []))
    path.unshift({ step, idleMs: Math.max(0, (step.startMs ?? 0) - (before?.endMs ?? 0)) })
    step = before
  }
  return path
}

/** The one that ended last; of several the first. */
function latest(steps: readonly RunStepView[]): RunStepView | undefined {
  let found: RunStepView | undefined
  for (const step of steps) if (found === undefined || (step.endMs ?? 0) > (found.endMs ?? 0)) found = step
  return found
}
