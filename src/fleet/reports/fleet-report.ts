import { createColors } from 'picocolors'
import { count } from '../../core/units.js'
import { legible, legibleJson } from '../../report/legible.js'
import { tableLines } from '../../report/tables/table.js'
import type { FleetJob, FleetStack, JobReport, StackState } from '../types.js'

/** Raised when a member changes its meaning or goes. */
const reportFormatVersion = 1

/** A stack, also one that the fleet has no more. */
type ReportedStack = Pick<FleetStack, 'id' | 'place' | 'commit'>

/** What one command of a fleet came to. */
export interface FleetReport {
  readonly fleet: string
  readonly command: FleetJob['kind']
  readonly round: string
  /** In the order of the fleet, with what came of each; undefined: it was not begun. */
  readonly stacks: readonly (readonly [ReportedStack, JobReport | undefined])[]
}

const paints: Readonly<Record<StackState, (colors: ReturnType<typeof createColors>, text: string) => string>> = {
  'in-sync': (_, text) => text,
  pending: (colors, text) => colors.yellow(text),
  drift: (colors, text) => colors.magenta(text),
  unknown: (colors, text) => colors.yellow(text),
  failed: (colors, text) => colors.red(text),
  locked: (colors, text) => colors.yellow(text),
}

/** For people: a section for each stack of which there is something to say, then a line for each. */
export function fleetText({ fleet, command, stacks }: FleetReport, color: boolean): string {
  const colors = createColors(color)
  const sections = stacks.flatMap(([{ id }, report]) =>
    report === undefined || (report.state === 'in-sync' && command !== 'apply')
      ? []
      : `${colors.bold(`── ${legible(id)} ──`)}\n\n${legible(textOf(report).trimEnd())}`,
  )
  const rows = tableLines(
    stacks.map(([{ id, place }, report]) => [
      `  ${legible(id)}`,
      legible(place?.stack ?? '-'),
      report?.state ?? '-',
      legible(report === undefined ? 'not begun' : wordsOf(report)),
    ]),
  )
  const lines = rows.map((row, at) => {
    const state = stacks[at]?.[1]?.state
    return state === undefined ? colors.dim(row) : paints[state](colors, row)
  })
  const head = colors.bold(`${fleet}: ${count(stacks.length, 'stack')}`)
  return `${[...sections, [head, ...lines].join('\n')].join('\n\n')}\n`
}

/** A saved plan was shown before it was carried out. */
function textOf({ text, outcome, plan }: JobReport): string {
  return plan === undefined ? text : (outcome ?? text)
}

/** `drift: 1 drifted`, and by whom the stack is locked. */
export function wordsOf({ words, lockedBy }: JobReport): string {
  return lockedBy === undefined ? words : `${words} (locked by ${lockedBy})`
}

/** The same as data (schema/fleet-report.schema.json), with a line break at the end. */
export function fleetJson({ fleet, command, round, stacks }: FleetReport): string {
  const members = stacks.map(([stack, report]) => ({ ...stackMembers(stack), report: reportMembers(report) }))
  return `${legibleJson({ formatVersion: reportFormatVersion, fleet, command, round, stacks: members }, 2)}\n`
}

/** What identifies a stack in JSON. */
export function stackMembers({ id, place, commit }: ReportedStack): object {
  return {
    id,
    stack: place?.stack ?? null,
    account: place?.account ?? null,
    region: place?.region ?? null,
    commit: commit ?? null,
  }
}

/** A report as members of JSON; null: there is none. */
export function reportMembers(report: JobReport | undefined): object | null {
  if (!report) return null
  const { state, words, text, exitCode, errorCode, lockedBy, plan, round, beganAt, endedAt } = report
  return {
    state,
    words,
    exitCode,
    errorCode: errorCode ?? null,
    lockedBy: lockedBy ?? null,
    plan: plan ?? null,
    round,
    beganAt,
    endedAt,
    text,
  }
}
