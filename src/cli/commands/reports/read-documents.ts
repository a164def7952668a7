import { statSync } from 'node:fs'
import { readPlanFile } from '../../../app/saved-plan/plan-file.js'
import { readText } from '../../../app/input/read-text.js'
import { EvenkeelError, SpecError, UsageError, type Diagnostic } from '../../../core/errors.js'
import type { Plan } from '../../../model/plan.js'
import { readDocument, type Document } from '../../../report/documents/read-document.js'
import type { PlanView } from '../../../report/documents/plan-view.js'
import { planJson } from '../../../report/plan/plan-json.js'

/** A plan of 10,000 servers, or the longest journal, fits. */
const bytesMax = 256 * 1024 * 1024

/**
 * What these files hold: a plan as `plan --json` or `plan --out` has it, a drift report, the journal of a run. Throws a
 * SpecError with what is wrong with any of them.
 */
export function readDocuments(paths: readonly string[]): readonly Document[] {
  const diagnostics: Diagnostic[] = []
  const documents = paths.flatMap((file) => {
    const place = { file, line: 1, column: 1 } as const
    try {
      const read = readDocument(planViewText(file))
      if ('document' in read) return read.document
      const hint = 'make one with `evenkeel plan --json`, `plan --out`, `drift --json` or `apply --json`'
      read.mistakes.forEach((message, index) => {
        diagnostics.push({ ...place, code: 'REPORT_INPUT_UNUSABLE', message, ...(index === 0 && { hint }) })
      })
    } catch (error) {
      if (!(error instanceof EvenkeelError)) throw error
      const { code, message, hint } = error
      diagnostics.push({ ...place, code, message, ...(hint !== undefined && { hint }) })
    }
    return []
  })
  if (diagnostics.length > 0) throw new SpecError(diagnostics)
  return documents
}

/** Throws a UsageError where what is to be written would go over one of the files that it is made from, whatever each is called. */
export function assertNotOver(output: string, inputs: readonly string[]): void {
  const goal = statSync(output, { throwIfNoEntry: false })
  if (!goal?.isFile()) return
  const over = inputs.find((input) => {
    const found = statSync(input, { throwIfNoEntry: false })
    return found?.dev === goal.dev && found.ino === goal.ino
  })
  if (over !== undefined)
    throw new UsageError('FILE_UNWRITABLE', `${output} is what is to be shown: nothing is written over it`)
}

/** A plan as reports see it. */
export function viewOf(plan: Plan): PlanView {
  const read = readDocument(planJson(plan))
  if ('document' in read && read.document.kind === 'plan') return read.document.plan
  throw new Error('a plan that evenkeel made cannot be read')
}

/** A file's text; of a plan that was saved for `apply`, the view of it: all else in it is nobody's business. */
function planViewText(path: string): string {
  const text = readText(path, bytesMax)
  if (!/^\s*\{\s*"kind"\s*:\s*"plan-file"/.test(text)) return text
  const { plan, place } = readPlanFile(path)
  return planJson(plan, { place })
}
