import type { Address } from '../../../model/address.js'
import { viaOf } from '../../../model/inside/way-in.js'
import type { LiveServer } from '../../../model/kinds/server.js'
import type { StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import { terminationOf } from '../connection.js'
import type { Lowering } from '../lowering.js'

/** The steps after which others can be entered through a server. */
export function wayIn(server: Address): readonly StepId[] {
  return [stepId('create-server', server), stepId('start-server', server), stepId('connect-host', server)]
}

/** The ends of those that are entered through a server that goes, by that one: it is there as long as they are. */
export function endsByWay(lowering: Lowering): ReadonlyMap<string, readonly StepId[]> {
  const { servers } = lowering.decisions
  const wayOf = (live: LiveServer) => viaOf(live, undefined, lowering.world.live.stack.renamed)
  const ways = new Map<string, string | undefined>()
  for (const decision of servers.values()) {
    if (decision.kind === 'remove') ways.set(decision.address, decision.ends[0] && wayOf(decision.ends[0].live))
  }
  const found = new Map<string, StepId[]>()
  for (const decision of servers.values()) {
    if (!('ends' in decision)) continue
    for (const { live } of decision.ends) {
      const way = wayOf(live)
      if (way === undefined || !ways.has(way) || leadsBack(ways, live.address, way)) continue
      const ends = [...detachments(lowering.leaving(live.id).released), terminationOf(lowering, live.address, live.id)]
      const known = found.get(way)
      if (known) known.push(...ends)
      else found.set(way, ends)
    }
  }
  return found
}

/** Whether the way to a server leads through itself: tags may have been written by anybody. */
function leadsBack(ways: ReadonlyMap<string, string | undefined>, server: string, first: string): boolean {
  const seen = new Set<string>([server])
  for (let way: string | undefined = first; way !== undefined; way = ways.get(way)) {
    if (seen.has(way)) return true
    seen.add(way)
  }
  return false
}

/** The steps that take volumes off the instance that they are on. */
export function detachments(volumes: readonly Address[]): readonly StepId[] {
  return volumes.map((volume) => stepId('detach-volume', volume))
}
