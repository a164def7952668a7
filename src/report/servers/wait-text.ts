import { formatDuration } from '../../core/units.js'
import { legible, legibleJson } from '../legible.js'

/** How a server stands to what it is waited for. */
interface Shown {
  readonly address: string
  readonly id: string
  readonly state?: string
  readonly standing: { readonly kind: 'reached' } | { readonly kind: 'waiting' | 'hopeless'; readonly because: string }
}

interface ShownWait {
  readonly goal: string
  readonly sinceMs: number
  readonly servers: readonly Shown[]
}

/** Rises when a member changes its meaning or goes. */
const waitFormatVersion = 1

/** A line for each that has got there. */
export function waitText({ goal, servers }: ShownWait): string {
  const there = servers.filter(({ standing }) => standing.kind === 'reached')
  return legible(there.map(({ address, id }) => `${address} (${id}) is ${goal}.\n`).join(''))
}

/** Chosen: what fits into a line or two. */
const namedMax = 3

/** Who is waited for, and why: `Waiting for 2 of 3 servers to be running since 20.0s: server.web[0]: it is pending; …`. */
export function waitingText({ goal, sinceMs, servers }: ShownWait): string {
  const late = servers.flatMap(({ address, standing }) =>
    standing.kind === 'reached' ? [] : [`${address}: ${standing.because}`],
  )
  const named = late.slice(0, namedMax).join('; ')
  const more = late.length > namedMax ? `; and ${late.length - namedMax} more` : ''
  const whom = servers.length === 1 ? 'a server' : `${late.length} of ${servers.length} servers`
  return legible(`Waiting for ${whom} to be ${goal} since ${formatDuration(sinceMs)}: ${named}${more}`)
}

/** As `wait --json` prints it (schema/wait.schema.json), with a line break at the end. */
export function waitJson(
  stack: string,
  { goal, outcome, sinceMs, servers }: ShownWait & { readonly outcome: string },
): string {
  const shown = servers.map(({ address, id, state, standing }) => ({
    address,
    id,
    state: state ?? null,
    reached: standing.kind === 'reached',
    because: standing.kind === 'reached' ? null : standing.because,
  }))
  const seconds = Math.round(sinceMs / 100) / 10
  return `${legibleJson({ formatVersion: waitFormatVersion, stack, for: goal, outcome, seconds, servers: shown }, 2)}\n`
}
