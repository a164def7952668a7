import pLimit from 'p-limit'
import { EvenkeelError, messageOf } from '../../core/errors.js'
import type { Address } from '../../model/address.js'
import type { HostVitals } from '../../model/inside/host-vitals.js'
import type { LiveServer } from '../../model/kinds/server.js'
import type { LiveStack } from '../../model/live-stack.js'
import type { StackSpec } from '../../model/stack-spec.js'
import type { Ports } from '../ports.js'
import { liveHostAccess } from './live-host-access.js'

/** How a server fares inside, or why nobody knows; `volumes`: addresses by volume id. */
export type ServerInside =
  | { readonly kind: 'read'; readonly vitals: HostVitals; readonly volumes: Readonly<Record<string, Address>> }
  | { readonly kind: 'unread'; readonly reason: string; readonly hint?: string }

/** Chosen, as for a plan: enough to hide the round trips, few enough for a small machine. */
const hostsAtOnce = 16

/** The insides of those of the servers that run, by instance. One that cannot be entered keeps nobody waiting for the others. */
export async function readInsides(
  {
    spec,
    ports,
    hostsImpossible,
  }: { readonly spec: StackSpec; readonly ports: Ports; readonly hostsImpossible: string | undefined },
  live: LiveStack,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ServerInside>> {
  const running = live.servers.filter(({ id, state }) => ids.has(id) && state === 'running')
  const volumes = Object.fromEntries(live.volumes.map(({ id, address }) => [id, address]))
  const accessOf = liveHostAccess(spec, live, ports)
  const read = async (server: LiveServer): Promise<ServerInside> => {
    if (hostsImpossible !== undefined) return { kind: 'unread', reason: hostsImpossible }
    try {
      return { kind: 'read', vitals: await ports.hosts.vitals(await accessOf(server)), volumes }
    } catch (error) {
      const { hint } = error instanceof EvenkeelError ? error : {}
      return { kind: 'unread', reason: messageOf(error), ...(hint !== undefined && { hint }) }
    }
  }
  return new Map(await pLimit(hostsAtOnce).map(running, async (server) => [server.id, await read(server)] as const))
}
