import type { Address } from '../../../model/address.js'
import type { HostFacts } from '../../../model/inside/host-facts.js'
import type { LiveServer } from '../../../model/kinds/server.js'
import type { ReplaceOrder, ServerSpec } from '../../../model/kinds/server.js'
import type { World } from '../../world.js'

/**
 * What can be known of a server's inside, and done there, once the plan's EC2 part is done.
 * `known`: probed, and it keeps running. `unread`: running, but the probe failed. `unasked`: running, not probed.
 * `new`: made in this plan. `started`: stopped now. `closed`: it is to be stopped, so nothing is done inside.
 * `impossible`: this target has no hosts.
 */
export type Inside = 'known' | 'unread' | 'unasked' | 'new' | 'started' | 'closed' | 'impossible'

/** What becomes of one server, as far as what stands on it must know. */
export interface ServerOutlook {
  readonly address: Address
  /** Undefined: the file no longer names it. */
  readonly spec: ServerSpec | undefined
  readonly live: LiveServer | undefined
  readonly action: 'create' | 'keep' | 'replace' | 'remove'
  /** Of a replacement. */
  readonly order?: ReplaceOrder
  /** Instances that go in the plan once what they hold has moved over to the one that has the address by then. */
  readonly handsOver: readonly LeavingServer[]
  readonly facts: HostFacts
  readonly inside: Inside
  readonly runsNow: boolean
  readonly runsAfter: boolean
  /** Where it is, or will be; undefined when that cannot be found out. */
  readonly zone: string | undefined
}

/** An instance that goes although its address stays. */
export interface LeavingServer {
  readonly live: LiveServer
  readonly facts: HostFacts
  readonly runsNow: boolean
}

/** The outlooks of all servers for which something is planned, in the file or live. */
export type ServerOutlooks = ReadonlyMap<Address, ServerOutlook>

export function isRunning(server: LiveServer | undefined): boolean {
  return server?.state === 'running' || server?.state === 'pending'
}

/** What a probe of an instance said, or that nobody asked; undefined: there is none. */
export function factsOf({ live }: World, server: LiveServer | undefined): HostFacts {
  const notAsked = { kind: 'not-probed', because: 'not-asked' } as const
  if (!server) return notAsked
  const { address, id } = server
  return live.stack.hosts[live.superseded.has(address) ? id : address] ?? notAsked
}

/** How an instance looks that goes although its address stays. */
export function leavingServer(world: World, live: LiveServer): LeavingServer {
  return { live, facts: factsOf(world, live), runsNow: isRunning(live) }
}

/** What can be known of the inside of a server that the file names and that is live, and stays. */
export function insideOf(world: World, spec: ServerSpec, live: LiveServer, facts: HostFacts): Inside {
  if (world.live.stack.hostsImpossible !== undefined) return 'impossible'
  if (spec.state === 'stopped') return 'closed'
  if (!isRunning(live)) return 'started'
  if (facts.kind === 'read') return 'known'
  return facts.kind === 'unreadable' ? 'unread' : 'unasked'
}
