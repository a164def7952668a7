import { messageOf } from '../../core/errors.js'
import { liveHostAccess } from '../../executor/observe/live-host-access.js'
import type { Address } from '../../model/address.js'
import { liveServerOf } from '../../model/kinds/live-named.js'
import type { LiveStack } from '../../model/live-stack.js'
import type { Plan } from '../../model/plan.js'
import { makeServerActPlan, type KnownBoot, type ServerAct } from '../../planner/server-act-plan.js'
import type { PlanningOptions } from '../plan-stack.js'
import { observedWithFacts, type Session } from '../session.js'
import { serversByPattern } from './named-by-pattern.js'

export interface ActOptions extends PlanningOptions {
  /** `left-out`: what is started or rebooted is not waited for inside. */
  readonly hosts: true | 'left-out'
}

/** Observes, and plans to start, stop or reboot the servers that patterns name, and nothing else. */
export async function planServerAct(
  session: Session,
  act: ServerAct,
  patterns: readonly string[],
  { hosts, ...options }: ActOptions,
): Promise<Plan> {
  const { spec } = session
  const servers = serversByPattern(patterns, spec)
  const looks = { hosts: hosts === true ? false : hosts, forNew: false }
  const [live, facts] = await observedWithFacts(session, session.observe(looks), options)
  const boots = act === 'reboot' ? await bootsOf(session, live, servers) : undefined
  return makeServerActPlan(spec, live, { act, servers, ...(boots && { boots }) }, facts)
}

/** The boots of those that run. */
async function bootsOf(
  { spec, ports }: Session,
  live: LiveStack,
  servers: readonly Address[],
): Promise<ReadonlyMap<Address, KnownBoot>> {
  const accessOf = liveHostAccess(spec, live, ports)
  const bootOf = async (address: Address): Promise<KnownBoot> => {
    const server = liveServerOf(live.servers, address)
    if (live.hostsImpossible !== undefined) return { reason: live.hostsImpossible }
    if (server?.state !== 'running') return { reason: 'it does not run' }
    try {
      return { bootId: await ports.hosts.bootId(await accessOf(server)) }
    } catch (error) {
      return { reason: messageOf(error) }
    }
  }
  return new Map(await Promise.all(servers.map(async (address) => [address, await bootOf(address)] as const)))
}
