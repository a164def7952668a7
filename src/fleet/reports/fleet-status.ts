import { createColors } from 'picocolors'
import { count } from '../../core/units.js'
import { legible, legibleJson } from '../../report/legible.js'
import { agoText, tableLines } from '../../report/tables/table.js'
import { reportMembers, stackMembers, wordsOf } from './fleet-report.js'
import { accountOf, countsOf, environmentOf, type Standing } from './standing.js'

/** Raised when a member changes its meaning or goes. */
const statusFormatVersion = 1

/** What was last seen of each stack, and when, by account and environment; EC2 is not asked. */
export function fleetStatusText(fleet: string, standings: readonly Standing[], nowMs: number, color: boolean): string {
  const colors = createColors(color)
  const accounts = new Map<string, Standing[]>()
  for (const standing of standings) {
    const account = accountOf(standing.stack)
    accounts.set(account, [...(accounts.get(account) ?? []), standing])
  }
  const sections = [...accounts].map(([account, own]) => {
    const sorted = own.toSorted((left, right) => compare(environmentOf(left.stack.id), environmentOf(right.stack.id)))
    const lines = tableLines(sorted.map((standing) => rowOf(standing, nowMs)))
    return [colors.bold(account === '' ? 'of files with mistakes' : legible(account)), ...lines].join('\n')
  })
  const counts = [...countsOf(standings)].flatMap(([state, amount]) => (amount === 0 ? [] : `${amount} ${state}`))
  const sum = `${fleet}: ${count(standings.length, 'stack')}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`
  return `${[...sections, colors.bold(sum)].join('\n\n')}\n`
}

function rowOf({ stack, last, plan }: Standing, nowMs: number): readonly string[] {
  const environment = environmentOf(stack.id)
  const where = [`  ${legible(environment === '' ? '-' : environment)}`, legible(stack.id)]
  if (!last) return [...where, 'unseen', '', legible(stack.problem ?? 'nobody has looked yet')]
  const waits = plan === undefined ? '' : '; a saved plan waits'
  return [...where, last.state, agoText(last.endedAt, nowMs), legible(`${wordsOf(last)}${waits}`)]
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** The same as data (schema/fleet-status.schema.json), with a line break at the end. */
export function fleetStatusJson(fleet: string, standings: readonly Standing[]): string {
  const stacks = standings.map(({ stack, last, reports, plan }) => ({
    ...stackMembers(stack),
    environment: environmentOf(stack.id),
    apply: stack.settings.apply,
    problem: stack.problem ?? null,
    state: last?.state ?? null,
    seenAt: last?.endedAt ?? null,
    savedPlan: plan ?? null,
    last: {
      plan: reportMembers(reports.plan),
      drift: reportMembers(reports.drift),
      apply: reportMembers(reports.apply),
    },
  }))
  return `${legibleJson({ formatVersion: statusFormatVersion, fleet, stacks }, 2)}\n`
}
