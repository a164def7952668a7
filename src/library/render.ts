import type { DriftReport } from '../model/drift-report.js'
import type { LiveStack } from '../model/live-stack.js'
import type { Plan } from '../model/plan.js'
import { driftJson } from '../report/drift/drift-json.js'
import { driftText } from '../report/drift/drift-text.js'
import { planJson } from '../report/plan/plan-json.js'
import { planMarkdown } from '../report/plan/plan-markdown.js'
import { planText } from '../report/plan/plan-text.js'
import { showJson } from '../report/show/show-json.js'
import { showText } from '../report/show/show-text.js'
import type { StackFile } from '../app/stack-file.js'

/** How something is to be told. */
export interface RenderOptions<Format extends string> {
  /** Default `text`. `json` is what the command prints, in the shape of the published schema. */
  readonly format?: Format
  /** Of `text`: with the escapes of a terminal. Default false. */
  readonly color?: boolean
  /** The stack's file: problems are told with their positions in it. */
  readonly file?: Pick<StackFile, 'locate'>
}

/** A plan as `evenkeel plan` prints it. `steps`: of `text`, each step too. Ends with a line break. */
export function renderPlan(
  plan: Plan,
  {
    format = 'text',
    color = false,
    steps = false,
    file,
  }: RenderOptions<'text' | 'json' | 'markdown'> & { readonly steps?: boolean } = {},
): string {
  if (format === 'json') return planJson(plan, { locate: file?.locate })
  if (format === 'markdown') return planMarkdown(plan, { locate: file?.locate })
  return planText(plan, { color, verbose: false, steps, locate: file?.locate })
}

/** A drift report as `evenkeel drift` prints it. Ends with a line break. */
export function renderDrift(
  report: DriftReport,
  { format = 'text', color = false, file }: RenderOptions<'text' | 'json'> = {},
): string {
  if (format === 'json') return driftJson(report, { locate: file?.locate })
  return driftText(report, { color, ...(file && { locate: file.locate }) })
}

/** A live stack as `evenkeel show` prints it. Ends with a line break. */
export function renderLive(
  live: LiveStack,
  { format = 'text', color = false }: Omit<RenderOptions<'text' | 'json'>, 'file'> = {},
): string {
  return format === 'json' ? showJson(live) : showText(live, { color })
}
