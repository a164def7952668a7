import { codes } from '../../core/codes.js'
import type { CheckResult } from '../../model/checks/check-result.js'
import type { Diagnostic, EvenkeelError } from '../../core/errors.js'
import type { Change } from '../../model/change.js'
import type { DriftDiff, DriftEntry, DriftReport } from '../../model/drift-report.js'
import { nowhere, type FileLocation, type Locate } from '../../model/file-location.js'
import { isLeft } from '../../model/plan-verdict.js'
import type { Plan } from '../../model/plan.js'
import type { Problem } from '../../model/plan-problem.js'
import { shortText } from '../diff-value.js'

/** What stands in a report for programs that know tests or findings, and nothing of plans. */
export interface Finding {
  /** Stable: a code of docs/errors.md, or one of the table below. */
  readonly rule: string
  /** `failed`: somebody has to do something; `unknown`: nobody could look; `waits`: an apply does it; `passed`: told for completeness. */
  readonly verdict: 'failed' | 'unknown' | 'waits' | 'passed'
  /** How much harm it tells of, whatever its verdict. */
  readonly level: 'error' | 'warning' | 'note'
  /** What it is about: an address, or a file. */
  readonly subject: string
  readonly message: string
  readonly hint?: string | undefined
  readonly location?: Pick<FileLocation, 'file' | 'line' | 'column'> | undefined
}

/** Rules beside the error codes: what a plan and a drift report say of an address. */
const findingRules: Readonly<Record<string, string>> = {
  CHANGE_CREATE: 'an apply creates it',
  CHANGE_UPDATE: 'an apply changes it',
  CHANGE_REPLACE: 'an apply puts another one in its place',
  CHANGE_REMOVE: 'an apply removes it',
  CHANGE_ADOPT: 'an apply takes it over into the stack',
  CHANGE_LEFT: 'it differs, and no apply changes that',
  DRIFT_CHANGED: 'it is not as it was last applied',
  DRIFT_PENDING: 'the file asks for something that was not applied yet',
  NOT_READ: 'it could not be looked at',
}

/** What a rule says, in a sentence; its own name for one that is not ours. */
export function ruleText(rule: string): string {
  return findingRules[rule] ?? (codes as Readonly<Record<string, string>>)[rule] ?? rule
}

/** Each change, what stays different, each problem, and what could not be read. */
export function findingsOfPlan(plan: Plan, locate: Locate = nowhere): readonly Finding[] {
  return [
    ...problemFindings(plan.problems, locate),
    ...unreadableFindings(plan.unreadable, locate),
    ...plan.changes.flatMap((change) => changeFindings(change, locate)),
  ]
}

/** What moved, what waits, each problem, and what could not be read. */
export function findingsOfDrift(report: DriftReport, locate: Locate = nowhere): readonly Finding[] {
  const entry = (rule: string, verdict: Finding['verdict'], level: Finding['level']) => {
    return ({ address, diffs, reason = '' }: DriftEntry): Finding => {
      const message = `${address}: ${diffs.map(diffText).join('; ') || reason}`
      return { rule, verdict, level, subject: address, message, location: locate(address) }
    }
  }
  return [
    ...problemFindings(report.problems, locate),
    ...unreadableFindings(report.unreadable, locate),
    ...report.drifted.map(entry('DRIFT_CHANGED', 'failed', 'error')),
    ...report.pending.map(entry('DRIFT_PENDING', 'waits', 'note')),
  ]
}

/** Each change, or plan, that goes against a policy. */
export function findingsOfChecks(checks: readonly CheckResult[], locate: Locate = nowhere): readonly Finding[] {
  return checks.map(({ rule, severity, address, message }) => ({
    rule: `check/${rule}`,
    verdict: severity === 'deny' ? 'failed' : 'passed',
    level: severity === 'deny' ? 'error' : 'warning',
    subject: address ?? 'stack',
    message: address === null ? message : `${address}: ${message}`,
    location: address === null ? undefined : locate(address),
  }))
}

/** Each mistake of a stack file. */
export function findingsOfMistakes(diagnostics: readonly Diagnostic[]): readonly Finding[] {
  return diagnostics.map(({ code, message, hint, file, line, column, frame }) => {
    const location = frame === undefined ? undefined : { file, line, column }
    return { rule: code, verdict: 'failed', level: 'error', subject: file, message, hint, location }
  })
}

/** Why nothing can be said of a stack. */
export function findingOfFailure({ code, message, hint }: EvenkeelError, file: string): Finding {
  return { rule: code, verdict: 'unknown', level: 'error', subject: file, message, hint }
}

function problemFindings(problems: readonly Problem[], locate: Locate): readonly Finding[] {
  return problems.map(({ severity, code, address, path, message, hint }) => ({
    rule: code,
    verdict: severity === 'error' ? 'failed' : 'passed',
    level: severity,
    subject: address ?? 'stack',
    message,
    hint,
    location: address && locate(address, path),
  }))
}

function unreadableFindings(unreadable: Plan['unreadable'], locate: Locate): readonly Finding[] {
  return unreadable.map(({ address, reason }) => ({
    rule: 'NOT_READ',
    verdict: 'unknown',
    level: 'warning',
    subject: address,
    message: `${address}: ${reason}`,
    location: locate(address),
  }))
}

function changeFindings(change: Change, locate: Locate): readonly Finding[] {
  const { address, kind, reason, impact, diffs } = change
  const location = locate(address)
  const left = diffs.filter(isLeft)
  const stays: readonly Finding[] =
    left.length === 0
      ? []
      : [
          {
            rule: 'CHANGE_LEFT',
            verdict: 'failed',
            level: 'warning',
            subject: address,
            message: `${address}: ${left.map((diff) => `${diffText(diff)} stays: ${diff.left}`).join('; ')}`,
            location,
          },
        ]
  if (kind === 'none') return stays
  const harm = impact === 'none' ? '' : impact === 'data-loss' ? ' (DATA LOSS)' : ` (${impact})`
  const what = kind === 'update' ? diffs.map(diffText).join('; ') : ''
  const message = [`${address}: ${kind}${harm}`, reason, what].filter((part) => part !== '').join('. ')
  const level = impact === 'data-loss' ? 'warning' : 'note'
  const rule = `CHANGE_${kind.toUpperCase()}`
  return [{ rule, verdict: 'passed', level, subject: address, message, location }, ...stays]
}

function diffText({ path, before, after }: Pick<DriftDiff, 'path' | 'before' | 'after'>): string {
  return `${path}: ${shortText(path, before)} -> ${shortText(path, after)}`
}

/** What a report of findings is of. */
export interface FindingsOf {
  readonly command: 'validate' | 'plan' | 'drift'
  /** The stack, or the file where it has no name yet. */
  readonly name: string
  /** Whose it is, in a phrase; left out: that is not known. */
  readonly place?: string | undefined
  /** The address of a stack file, relative to the root of its repository, for what stands nowhere in it. */
  readonly file: string
  readonly findings: readonly Finding[]
}
