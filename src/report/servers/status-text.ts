import { createColors } from 'picocolors'
import type { ServerCheck, ServerStatus } from '../../executor/ports.js'
import type { VolumeTrouble } from '../../model/kinds/volume.js'
import type { Address } from '../../model/address.js'
import type { LiveSpot } from '../../model/launch/spot.js'
import type { HostVitals } from '../../model/inside/host-vitals.js'
import { formatBytes, formatDuration } from '../../core/units.js'
import type { Colors } from '../colors.js'
import { legibleData, legibleJson } from '../legible.js'
import { checksJson, checkText } from './check-words.js'
import { asServer, memberJson, memberLines, type ShownMember } from './member-status.js'
import { momentText, tableLines } from '../tables/table.js'

/** A server with what EC2 says of it; `wanted` is what the stack file says. */
interface Shown {
  readonly address: Address
  readonly wanted?: 'running' | 'stopped'
  readonly status?: ServerStatus
  readonly reservations?: readonly string[]
  readonly spot?: LiveSpot
  readonly troubles?: readonly (VolumeTrouble & { readonly address?: Address })[]
  readonly inside?:
    | { readonly kind: 'read'; readonly vitals: HostVitals; readonly volumes: Readonly<Record<string, Address>> }
    | { readonly kind: 'unread'; readonly reason: string; readonly hint?: string }
}

interface ShownStack {
  readonly servers: readonly Shown[]
  readonly members?: readonly ShownMember[]
}

/** Rises when a member changes its meaning or goes. */
const statusFormatVersion = 1

/**
 * A line a server, by address; below what is to be known of some: events, impairments, what the stack file says; then what
 * they do with their CPUs, memory and disks.
 */
export function statusText(stack: string, { servers: seen, members = [] }: ShownStack, color: boolean): string {
  if (seen.length + members.length === 0) return `The stack ${stack} has no servers.\n`
  const colors = createColors(color)
  const servers = legibleData(seen)
  const head = seen.length === 0 ? [] : serverLines(servers, colors)
  const scaled = legibleData(members)
  const notes = [...servers, ...scaled.map(asServer)].flatMap((server) => notesOf(server, colors))
  const parts = [head, memberLines(scaled, colors), notes, ...insideTables(servers, colors)]
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function serverLines(servers: readonly Shown[], colors: Colors): readonly string[] {
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
  return [colors.bold(head), ...rows]
}

/** How the servers fare that were entered, and what their disks hold. */
function insideTables(servers: readonly Shown[], colors: Colors): readonly (readonly string[])[] {
  const read = servers.flatMap(({ address, inside }) => (inside?.kind === 'read' ? [{ address, ...inside }] : []))
  const unread = servers.flatMap(({ address, inside }) => {
    if (inside?.kind !== 'unread') return []
    const hint = inside.hint === undefined ? '' : ` (${inside.hint})`
    return [colors.red(`${address}: its inside is unknown: ${inside.reason}${hint}`)]
  })
  const table = (rows: readonly (readonly string[])[]): readonly string[] => {
    const [head = '', ...lines] = rows.length > 1 ? tableLines(rows) : []
    return rows.length > 1 ? [colors.bold(head), ...lines] : []
  }
  const vitals = read.map(({ address, vitals: { uptimeSeconds, load, cpus, memory } }) => [
    address,
    formatDuration(uptimeSeconds * 1000),
    load.map((average) => average.toFixed(2)).join(' '),
    String(cpus),
    useText(memory.totalBytes - memory.availableBytes, memory.totalBytes),
    memory.swapTotalBytes === 0 ? '-' : useText(memory.swapUsedBytes, memory.swapTotalBytes),
  ])
  const disks = read.flatMap(({ address, vitals: { filesystems }, volumes }) =>
    filesystems.map(({ path, fstype, usedBytes, totalBytes, availableBytes, volumeId }) => [
      address,
      path,
      (volumeId === undefined ? undefined : volumes[volumeId]) ?? (path === '/' ? 'root disk' : (volumeId ?? '-')),
      fstype,
      useText(usedBytes, totalBytes),
      formatBytes(availableBytes),
    ]),
  )
  return [
    table([['SERVER', 'UP', 'LOAD 1 5 15 MIN', 'CPUS', 'MEMORY USED', 'SWAP USED'], ...vitals]),
    table([['SERVER', 'DIRECTORY', 'VOLUME', 'TYPE', 'USED', 'FREE'], ...disks]),
    unread,
  ]
}

/** `1.2 GiB of 4 GiB (30 %)` */
function useText(usedBytes: number, totalBytes: number): string {
  const percent = totalBytes === 0 ? 0 : Math.round((usedBytes / totalBytes) * 100)
  return `${formatBytes(usedBytes)} of ${formatBytes(totalBytes)} (${percent} %)`
}

function notesOf(
  {
    address,
    wanted,
    status,
    reservations = [],
    troubles = [],
    spot,
  }: Omit<Shown, 'address'> & { readonly address: string },
  colors: Colors,
): readonly string[] {
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
  if (spot) notes.push(spotNote(address, spot, colors))
  for (const trouble of troubles) notes.push(colors.red(troubleText(address, trouble)))
  if (reservations.length > 0)
    notes.push(`${address} can be billed under what the account has reserved: ${reservations.join(' and ')}`)
  for (const { code, description, notBefore, notAfter } of status?.events ?? []) {
    const from = notBefore === undefined ? '' : ` from ${momentText(notBefore)}`
    const to = notAfter === undefined ? '' : ` to ${momentText(notAfter)}`
    notes.push(colors.yellow(`${address}: ${code}${from}${to}: ${description}`))
  }
  return notes
}

function spotNote(address: string, { requestId, state, status, interruption }: LiveSpot, colors: Colors): string {
  const request = `its request ${requestId} is ${state} (${status})`
  if (interruption === undefined) return `${address} is a spot instance: ${request}`
  return colors.yellow(
    interruption === 'stopped'
      ? `${address} is a spot instance that EC2 has stopped, and starts again when there is room: ${request}`
      : `${address} is a spot instance that EC2 is about to take back: ${request}`,
  )
}

/** What EC2 finds wrong with a volume, and whose word it waits for. */
function troubleText(
  server: string,
  { id, address, status, isIoDisabled, says, since }: NonNullable<Shown['troubles']>[number],
): string {
  const name = `${address ?? `the root disk of ${server}`} (${id})`
  const when = since === undefined ? '' : ` since ${momentText(since)}`
  const words = says === undefined ? '' : `: ${says}`
  if (!isIoDisabled) return `${name} is ${status}${when}${words}`
  const way = address === undefined ? `aws ec2 enable-volume-io --volume-id ${id}` : `evenkeel enable-io ${address}`
  return `${name} may hold inconsistent data, and EC2 has stopped I/O to it${when}${words}; \`${way}\` lets it go on`
}

function checksOf(status: ServerStatus | undefined): Readonly<Record<string, ServerCheck>> {
  if (!status) return {}
  const { system, instance, volumes } = status
  return { 'the machine that it runs on': system, 'the instance': instance, 'its volumes': volumes }
}

/** As `status --json` prints it (schema/status.schema.json), with a line break at the end. */
export function statusJson(stack: string, { servers: seen, members }: ShownStack): string {
  const servers = seen.map(({ address, wanted, status, reservations = [], troubles = [], spot, inside }) => ({
    address,
    wanted: wanted ?? null,
    id: status?.id ?? null,
    state: status?.state ?? null,
    since: status?.since ?? null,
    reason: status?.reason ?? null,
    ...checksJson(status),
    reservations,
    spot: spot
      ? { requestId: spot.requestId, state: spot.state, status: spot.status, interruption: spot.interruption ?? null }
      : null,
    impairedVolumes: troubles.map(({ id, address: volume, status: word, isIoDisabled, says, since }) => ({
      id,
      address: volume ?? null,
      status: word,
      ioDisabled: isIoDisabled,
      event: says ?? null,
      since: since ?? null,
    })),
    inside: inside?.kind === 'read' ? insideJson(inside) : null,
    insideUnknownBecause: inside?.kind === 'unread' ? inside.reason : null,
  }))
  const scaled = members && { members: members.map(memberJson) }
  return `${legibleJson({ formatVersion: statusFormatVersion, stack, servers, ...scaled }, 2)}\n`
}

function insideJson({ vitals, volumes }: Extract<Shown['inside'], { kind: 'read' }>): object {
  const { uptimeSeconds, cpus, load, memory, filesystems } = vitals
  return {
    uptimeSeconds,
    cpus,
    load: { '1min': load[0], '5min': load[1], '15min': load[2] },
    memory,
    filesystems: filesystems.map(({ volumeId, ...filesystem }) => ({
      ...filesystem,
      volumeId: volumeId ?? null,
      address: (volumeId === undefined ? undefined : volumes[volumeId]) ?? null,
    })),
  }
}
