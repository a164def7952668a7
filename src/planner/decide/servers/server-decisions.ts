import type { Address } from '../../../model/address.js'
import type { LiveServer, ServerSpec } from '../../../model/kinds/server.js'
import { adopting, adoptionRefusal } from '../adoption.js'
import type { World } from '../../world.js'
import { stopsNow, type PlannedServer, type ServerDecision } from './server-decision.js'
import { decideNewServer } from './new-server.js'
import { lostAddress } from './placement.js'
import { decideRequestRemoval, decideServerRemoval } from './server-removal.js'
import { decideStandingServer } from './standing-server.js'

/** Decides what becomes of every server, in the file and live. `held` are addresses that are out of the plan already. */
export function decideServers(world: World, held: ReadonlySet<Address>): ReadonlyMap<Address, ServerDecision> {
  const decisions = new Map<Address, ServerDecision>()
  for (const spec of world.spec.servers) {
    if (held.has(spec.address)) continue
    const live = world.live.servers.get(spec.address)
    decisions.set(spec.address, decideNamed(world, spec, live))
  }
  for (const [address, live] of world.live.servers) {
    if (!decisions.has(address) && !held.has(address)) decisions.set(address, decideServerRemoval(world, address, live))
  }
  for (const address of world.live.spotRequests.keys()) {
    if (decisions.has(address) || held.has(address)) continue
    const removal = decideRequestRemoval(world, address)
    if (removal.requests.length + removal.problems.length > 0) decisions.set(address, removal)
  }
  return decisions
}

function decideNamed(world: World, spec: ServerSpec, live: LiveServer | undefined): ServerDecision {
  const refusal = adoptionRefusal(world, spec.address, 'instanceId', spec.instanceId, live)
  if (refusal) return refusal
  if (!live) return decideNewServer(world, spec, undefined)
  return adopting(live, 'instanceId', spec.instanceId, withLostAddress(world, decideStandingServer(world, spec, live)))
}

function withLostAddress(world: World, decision: ServerDecision): ServerDecision {
  if (!('modification' in decision)) return decision
  const { spec, live, outlook } = decision
  if (!outlook.runsAfter || (outlook.runsNow && !stopsNow(decision))) return decision
  return { ...decision, problems: [...decision.problems, ...lostAddress(world, spec, live)] }
}

/**
 * The same decisions once it is known which instances that end hold volumes and cannot be entered: these are stopped
 * first, which unmounts as cleanly.
 */
export function settleServers(
  decisions: ReadonlyMap<Address, ServerDecision>,
  stoppedForRelease: ReadonlySet<string>,
): ReadonlyMap<Address, ServerDecision> {
  if (stoppedForRelease.size === 0) return decisions
  return new Map([...decisions].map(([address, decision]) => [address, settled(decision, stoppedForRelease)]))
}

function settled(decision: ServerDecision, stopped: ReadonlySet<string>): ServerDecision {
  if (!isPlanned(decision) || !decision.ends.some(({ live }) => stopped.has(live.id))) return decision
  const ends = decision.ends.map((end) => ({ ...end, stopsForRelease: stopped.has(end.live.id) }))
  return { ...decision, ends }
}

export function isPlanned(decision: ServerDecision): decision is PlannedServer {
  return decision.kind !== 'refuse'
}
