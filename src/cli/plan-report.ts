import type { Locate } from '../model/file-location.js'
import type { Plan } from '../model/plan.js'
import type { PlanHeading } from '../report/plan/plan-heading.js'
import type { RunningLock } from '../report/lock-text.js'
import { planJson } from '../report/plan/plan-json.js'
import { planMarkdown } from '../report/plan/plan-markdown.js'
import { planText } from '../report/plan/plan-text.js'

/** A plan in the form that was asked for. */
export function renderPlan(
  plan: Plan,
  options: {
    readonly json?: boolean
    readonly markdown?: boolean
    readonly verbose?: boolean
    readonly steps?: boolean
    /** Who changes the stack meanwhile. */
    readonly lock?: RunningLock | undefined
  },
  { color, locate, heading }: { readonly color: boolean; readonly locate: Locate; readonly heading: PlanHeading },
): string {
  if (options.json === true) return planJson(plan, locate, options.lock)
  if (options.markdown === true) return planMarkdown(plan, { locate, heading })
  return planText(plan, { color, verbose: options.verbose === true, steps: options.steps, locate, heading })
}
