import { createColors } from 'picocolors'
import type { ServerCheck, ServerStatus } from '../../executor/ports.js'
import type { Address } from '../../model/address.js'
import type { Colors } from '../colors.js'
import { legibleData, legibleJson } from '../legible.js'
import { momentText, tableLines } from '../tables/table.js'

/** A server with what EC2 says of it; `wanted` is what the stack file says. */
interface Shown {
  readonly address: Address
  readonly wanted?: 'running' | 'stopped'
  readonly status?: ServerStatus
}

/** Rises when a member changes its meaning or goes. */
const statusFormatVersion = 1

/** A line a server, by address, and below the lines what is to be known of some: events, impairments, and what the stack file says. */
export function statusText(stack: string, seen: readonly Shown[], color: boolean): string {
  if (seen.length === 0) return `The stack ${stack} has no servers.\n`
  const colors = createColors(color)
  const servers = legibleData(seen)
  const [head = '', ...rows] = tableLines([
    ['SERVER', 'STATE', 'SINCE', 'SYSTEM', 'INSTANCE', 'VOLUMES', 'ID'],
    ...servers.map(({ address, status }) => {
      if (!status) return [address, 'absent', '-', '-', '-', '-', '-']
      const { state, since, system, instance, volumes, id } = status
      return [
        address,
        state,
        since === undefined ? '-' : momentText(since),
        ...[system, instance, volumes].map(checkText),
        id,
      ]
    }),
  ])
  const notes = servers.flatMap((server) => notesOf(server, colors))
  return `${[colors.bold(head), ...rows, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')}\n`
}

function checkText({ status }: ServerCheck): string {
  return status === 'not-applicable' ? '-' : status
}

function notesOf({ address, wanted, status }: Shown, colors: Colors): readonly string[] {
  const state = status?.state ?? 'absent'
  const runs = state === 'running' || state === 'pending'
  const notes: string[] = []
  if (wanted !== undefined && runs !== (wanted === 'running')) {
    const reason = status?.reason === undefined ? '' : ` (${status.reason})`
    notes.push(colors.yellow(`${address} is ${state}${reason}; the stack file says ${wanted}`))
  }
  for (const [what, check] of Object.entries(checksOf(status))) {
    if (check.status !== 'impaired' && check.status !== 'insufficient-data') continue
    const since = check.impairedSince === undefined ? '' : ` since ${momentText(check.impairedSince)}`
    notes.push(colors.red(`${address}: the check of ${what} says ${check.status}${since}`))
  }
  for (const { code, description, notBefore, notAfter } of status?.events ?? []) {
    const from = notBefore === undefined ? '' : ` from ${momentText(notBefore)}`
    const to = notAfter === undefined ? '' : ` to ${momentText(notAfter)}`
    notes.push(colors.yellow(`${address}: ${code}${from}${to}: ${description}`))
  }
  return notes
}

function checksOf(status: ServerStatus | undefined): Readonly<Record<string, ServerCheck>> {
  if (!status) return {}
  const { system, instance, volumes } = status
  return { 'the machine that it runs on': system, 'the instance': instance, 'its volumes': volumes }
}

/** As `status --json` prints it (schema/status.schema.json), with a line break at the end. */
export function statusJson(stack: string, seen: readonly Shown[]): string {
  const servers = seen.map(({ address, wanted, status }) => ({
    address,
    wanted: wanted ?? null,
    id: status?.id ?? null,
    state: status?.state ?? null,
    since: status?.since ?? null,
    reason: status?.reason ?? null,
    checks: status
      ? { system: checkJson(status.system), instance: checkJson(status.instance), volumes: checkJson(status.volumes) }
      : null,
    events: (status?.events ?? []).map(({ code, description, notBefore, notAfter, notBeforeDeadline }) => ({
      code,
      description,
      notBefore: notBefore ?? null,
      notAfter: notAfter ?? null,
      notBeforeDeadline: notBeforeDeadline ?? null,
    })),
  }))
  return `${legibleJson({ formatVersion: statusFormatVersion, stack, servers }, 2)}\n`
}

function checkJson({ status, impairedSince }: ServerCheck): object {
  return { status, impairedSince: impairedSince ?? null }
}
