import type { DriftReport } from '../../model/drift-report.js'

/** A drift report as `drift --json` prints it (schema/drift.schema.json), with a line break at the end. */
export function driftJson(report: DriftReport): string {
  const { stack, status, drifted, pending, unreadable } = report
  return `${JSON.stringify({ formatVersion: 1, stack, status, drifted, pending, unreadable }, null, 2)}\n`
}
