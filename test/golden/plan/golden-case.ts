import type { LiveStack } from '../../../src/model/live-stack.js'
import type { PlanOptions } from '../../../src/planner/make-plan.js'

/** One golden case: a directory with this name holds stack.yaml, the world that this makes of it, and the plan. */
export interface GoldenCase {
  /** What is live, made from the text of the case's stack.yaml. */
  readonly world: (text: string) => LiveStack
  readonly options?: PlanOptions
  /** `with-file` and `without-file` plan the destruction. */
  readonly destroy?: 'with-file' | 'without-file'
  readonly verbose?: boolean
}
