import { SpecError, type EvenkeelError } from '../../core/errors.js'
import type { CheckResult } from '../../model/checks/check-result.js'
import type { DriftReport } from '../../model/drift-report.js'
import type { Locate } from '../../model/file-location.js'
import type { Plan } from '../../model/plan.js'
import { driftJson } from '../../report/drift/drift-json.js'
import { driftMarkdown } from '../../report/drift/drift-markdown.js'
import { driftText } from '../../report/drift/drift-text.js'
import {
  findingOfFailure,
  findingsOfChecks,
  findingsOfDrift,
  findingsOfMistakes,
  findingsOfPlan,
  type FindingsOf,
} from '../../report/findings/finding.js'
import { junitXml } from '../../report/findings/junit.js'
import { sarifJson } from '../../report/findings/sarif.js'
import type { RunningLock } from '../../report/lock-text.js'
import { placeOfHeading, placeText, type PlanHeading } from '../../report/plan/plan-heading.js'
import { planJson } from '../../report/plan/plan-json.js'
import { planMarkdown } from '../../report/plan/plan-markdown.js'
import { planText } from '../../report/plan/plan-text.js'
import { version } from './version.js'
import { isForFindings, type ReportFormat } from './report-format.js'
import { repositoryPath } from './repository-path.js'

/** Whose result it is, and how it is shown. */
export interface Shown {
  readonly format: ReportFormat
  readonly color: boolean
  readonly locate: Locate
  readonly heading: PlanHeading
  /** The stack file. */
  readonly file: string
}

/** A plan in the form that was asked for. */
export function renderPlan(
  plan: Plan,
  shown: Shown,
  options: {
    readonly verbose?: boolean | undefined
    readonly steps?: boolean | undefined
    /** Who changes the stack meanwhile. */
    readonly lock?: RunningLock | undefined
    /** What goes against the policy; undefined: none was asked for. */
    readonly checks?: readonly CheckResult[] | undefined
  } = {},
): string {
  const { format, color, locate, heading } = shown
  const { checks } = options
  switch (format) {
    case 'json':
      return planJson(plan, { locate, place: placeOfHeading(heading), lock: options.lock, checks })
    case 'markdown':
      return planMarkdown(plan, { locate, heading, checks })
    case 'junit':
    case 'sarif':
      return renderFindings(format, [planFindings(plan, shown, checks)])
    case 'text':
      return planText(plan, { color, verbose: options.verbose === true, steps: options.steps, locate, heading, checks })
  }
}

/** A drift report in the form that was asked for. */
export function renderDrift(report: DriftReport, shown: Shown): string {
  const { format, color, locate, heading } = shown
  switch (format) {
    case 'json':
      return driftJson(report, { locate, place: placeOfHeading(heading) })
    case 'markdown':
      return driftMarkdown(report, { locate, heading })
    case 'junit':
    case 'sarif':
      return renderFindings(format, [driftFindings(report, shown)])
    case 'text':
      return driftText(report, { color, locate, heading })
  }
}

/** What a plan says as findings; those of the policy first. */
export function planFindings(plan: Plan, shown: Shown, checks: readonly CheckResult[] = []): FindingsOf {
  const locate = located(shown.locate)
  return {
    ...namesOf('plan', shown),
    findings: [...findingsOfChecks(checks, locate), ...findingsOfPlan(plan, locate)],
  }
}

/** What a drift report says as findings. */
export function driftFindings(report: DriftReport, shown: Shown): FindingsOf {
  return { ...namesOf('drift', shown), findings: findingsOfDrift(report, located(shown.locate)) }
}

/**
 * Runs `work`; mistakes of the stack file are written out in the form that was asked for too, if that is one of findings, before they
 * are thrown on. Those of one of many stacks stand in the report of all.
 */
export async function tellingMistakes<Result>(
  {
    command,
    format,
    file,
    isOneOfMany = false,
  }: {
    readonly command: FindingsOf['command']
    readonly format: ReportFormat
    readonly file: string | undefined
    readonly isOneOfMany?: boolean | undefined
  },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SpecError && isForFindings(format) && !isOneOfMany) {
      const path = file ?? error.diagnostics[0]?.file ?? ''
      process.stdout.write(renderFindings(format, [failureFindings(command, error, path)]))
    }
    throw error
  }
}

/** Why there is no report of a stack: the mistakes of its file, or what went wrong. */
export function failureFindings(command: FindingsOf['command'], error: EvenkeelError, file: string): FindingsOf {
  const name = repositoryPath(file)
  if (!(error instanceof SpecError)) return { command, name, file: name, findings: [findingOfFailure(error, name)] }
  const mistakes = error.diagnostics.map((mistake) => ({
    ...mistake,
    file: mistake.frame === undefined ? mistake.file : repositoryPath(mistake.file),
  }))
  return { command, name, file: name, findings: findingsOfMistakes(mistakes) }
}

/** Findings in one of the forms for them, a part for each stack. */
export function renderFindings(format: ReportFormat, reports: readonly FindingsOf[]): string {
  return format === 'junit' ? junitXml(reports) : sarifJson(reports, version())
}

function namesOf(command: FindingsOf['command'], { heading, file }: Shown): Omit<FindingsOf, 'findings'> {
  return { command, name: heading.stack, place: placeText(heading), file: repositoryPath(file) }
}

/** Places by their files' paths in the repository, which is where such reports are shown. */
function located(locate: Locate): Locate {
  return (address, path) => {
    const place = locate(address, path)
    return place && { ...place, file: repositoryPath(place.file) }
  }
}
