import type { DriftReport } from '../../model/drift-report.js'
import { nowhere, type Locate } from '../../model/file-location.js'
import type { PlanPlace } from '../../model/stacks/plan-place.js'
import { problemMembers } from '../plan/plan-json.js'
import { legibleJson } from '../legible.js'

/** A drift report as `drift --json` prints it (schema/drift.schema.json), with a line break at the end. */
export function driftJson(
  report: DriftReport,
  { locate = nowhere, place }: { readonly locate?: Locate | undefined; readonly place?: PlanPlace | undefined } = {},
): string {
  const { stack, status, drifted, pending, unreadable, impossible } = report
  const problems = report.problems.map((problem) => problemMembers(problem, locate))
  const document = {
    formatVersion: 1,
    stack,
    ...(place && { place }),
    status,
    drifted,
    pending,
    unreadable,
    problems,
    impossible,
  }
  return `${legibleJson(document, 2)}\n`
}
