import { UsageError } from '../../core/errors.js'
import type { ServerConsole, ServerStatus } from '../../executor/ports.js'
import type { VolumeTrouble } from '../../model/kinds/volume.js'
import { readInsides, type ServerInside } from '../../executor/observe/server-insides.js'
import { sortedAddresses } from '../../model/address-order.js'
import type { Address } from '../../model/address.js'
import { liveServerOf } from '../../model/kinds/live-named.js'
import type { LiveSpot } from '../../model/launch/spot.js'
import { coveredByReservations } from '../../model/launch/reserved.js'
import type { LiveStack } from '../../model/live-stack.js'
import type { ServerSpec } from '../../model/kinds/server.js'
import type { Session } from '../session.js'
import { membersIn, withStatuses, type MemberSeen } from './seen-members.js'
import { serverNamed, serversByPattern } from './named-by-pattern.js'

/** A server of a stack as EC2 sees it. */
export interface ServerSeen {
  readonly address: Address
  /** What the stack file says; absent where it does not name the server any more. */
  readonly wanted?: ServerSpec['state']
  /** Absent where it does not exist. */
  readonly status?: ServerStatus
  /** The ids of what the account has reserved and it can be billed under; absent: none, or EC2 does not say. */
  readonly reservations?: readonly string[]
  /** Absent where it is on demand. */
  readonly spot?: LiveSpot
  /** Those of its volumes with which EC2 finds something wrong, `address` absent for its root disk; absent: none, or EC2 does not say. */
  readonly troubles?: readonly (VolumeTrouble & { readonly address?: Address })[]
  /** Absent where it does not run, or nobody asked. */
  readonly inside?: ServerInside
}

/** The servers of a stack, and the members of its scaling groups; absent where it has no group. */
export interface StackSeen {
  readonly servers: readonly ServerSeen[]
  readonly members?: readonly MemberSeen[]
}

/**
 * The state, the checks, the scheduled events and the insides of the servers that patterns name, or of all: those of the file,
 * and those that are live. One that cannot be entered keeps nobody waiting for the others. Members of scaling groups are
 * entered by nobody; a group is named by its address.
 */
export async function readServers(
  session: Session,
  patterns: readonly string[],
  { hosts }: { readonly hosts: boolean },
): Promise<StackSeen> {
  const { spec, ports } = session
  const scaled = (spec.scalingGroups ?? []).map(({ address }) => address)
  const groups = scaled.filter((address) => patterns.includes(address))
  const others = patterns.filter((pattern) => !groups.some((address) => address === pattern))
  const named = patterns.length > 0 ? serversByPattern(others, spec) : undefined
  const live = await session.observe({ hosts: false, forNew: false })
  const { servers } = live
  const all = [...spec.servers, ...servers].map(({ address }) => address)
  const addresses = named ?? sortedAddresses(new Set(all))
  const ids = new Map(addresses.map((address) => [address, liveServerOf(servers, address)?.id]))
  const known = [...ids.values()].flatMap((id) => id ?? [])
  const disks = disksOf(live, new Set(known))
  const members = membersIn(live, patterns.length > 0 ? new Set(groups) : undefined)
  const asked = [...known, ...(members ?? []).map(({ instanceId }) => instanceId)]
  const [statuses, reserved = [], troubles = [], insides] = await Promise.all([
    ports.cloud.readServerStatuses(asked),
    known.length > 0 ? ports.cloud.readReservations() : undefined,
    disks.length > 0 ? ports.cloud.readVolumeTroubles(disks.map(({ id }) => id)) : undefined,
    hosts ? readInsides(session, live, new Set(known)) : new Map<string, ServerInside>(),
  ])
  const running = servers.filter(({ state }) => state === 'running' || state === 'pending')
  const covered = coveredByReservations(running, reserved)
  const seen = addresses.map((address): ServerSeen => {
    const wanted = spec.servers.find((server) => server.address === address)?.state
    const status = statuses.find(({ id }) => id === ids.get(address))
    const inside = insides.get(ids.get(address) ?? '')
    const spot = liveServerOf(servers, address)?.spot
    const own = disks.flatMap(({ id, server, ...disk }) => {
      const trouble = server === ids.get(address) && troubles.find((one) => one.id === id)
      return trouble ? [{ ...disk, ...trouble }] : []
    })
    const reservations = covered.get(ids.get(address) ?? '')
    return {
      address,
      ...(wanted !== undefined && { wanted }),
      ...(status && { status }),
      ...(reservations && { reservations }),
      ...(spot && { spot }),
      ...(own.length > 0 && { troubles: own }),
      ...(inside && { inside }),
    }
  })
  return { servers: seen, ...(members && { members: withStatuses(members, statuses) }) }
}

/** What these instances have of disks: volumes of the stack, and their root disks, which have no address. */
function disksOf(
  { servers, volumes }: LiveStack,
  asked: ReadonlySet<string>,
): readonly { readonly id: string; readonly server: string; readonly address?: Address }[] {
  const own = volumes.flatMap(({ id, address, attachment }) =>
    attachment && asked.has(attachment.instanceId) ? [{ id, address, server: attachment.instanceId }] : [],
  )
  const roots = servers.flatMap(({ id, rootVolume }) =>
    rootVolume && asked.has(id) ? [{ id: rootVolume.id, server: id }] : [],
  )
  return [...own, ...roots]
}

/** The console of one server. */
export interface ConsoleSeen extends ServerConsole {
  readonly address: Address
  readonly id: string
}

/** What a server wrote to its console, also of one that is stopped; rejects where it does not exist. */
export async function readConsole(session: Session, name: string): Promise<ConsoleSeen> {
  const { spec, ports } = session
  const address = serverNamed(name, spec)
  const { servers } = await session.observe({ hosts: false, forNew: false })
  const id = liveServerOf(servers, address)?.id
  if (id === undefined) {
    throw new UsageError('SERVER_UNKNOWN', `${address} does not exist`, { hint: '`evenkeel apply` makes it' })
  }
  return { address, id, ...(await ports.cloud.readConsole(id)) }
}

/** Chosen: a boot writes hundreds of lines in that time, and EC2 answers a hundred times as often. */
const followPauseMs = 3_000

/** Hands on what a server writes to its console from what was `seen` on, each time the whole of it; until it rejects, as when it is gone. */
export async function followConsole(
  { ports, clock }: Session,
  { id }: Pick<ConsoleSeen, 'id'>,
  onText: (text: string) => void,
): Promise<never> {
  for (;;) {
    await clock.sleep(followPauseMs)
    onText((await ports.cloud.readConsole(id)).text)
  }
}
