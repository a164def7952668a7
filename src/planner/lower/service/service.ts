import type { Address } from '../../../model/address.js'
import type { StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { Decisions } from '../../decide/decisions.js'
import { isSucceeded, stopNow, successorReady, terminationOf } from '../connection.js'
import type { Leaving } from '../leaving.js'
import type { BalancedServers } from './balanced-servers.js'

/**
 * The way of a server out of service and back. Each names steps, whether they are planned or not. A kind of resource that has a
 * part in it (what sends traffic to servers) adds the names of its own steps to `left` and `back`, and nothing anywhere else.
 */
export interface Service {
  /** The steps after which the roll of its count has come to a server: what takes it out of service begins after them. */
  readonly turn: (server: Address) => readonly StepId[]
  /**
   * The steps after which an instance may be taken out of what sends traffic to it: its turn has come, and its successor
   * serves, or is ready at least where that one waits for its volumes or its interfaces.
   */
  readonly mayLeave: (server: Address, instanceId: string) => readonly StepId[]
  /**
   * The steps after which an instance serves nobody any more: what stops or ends it, or takes its volumes from it, waits for
   * them. They wait for no more than `mayLeave`.
   */
  readonly left: (server: Address, instanceId: string) => readonly StepId[]
  /** The steps after which what has the address serves: the end of the instance before it, and the rest of the roll, wait for them. */
  readonly back: (server: Address) => readonly StepId[]
}

/** Behind the id of the step that notes on an instance that it is to leave service. */
export const leavesService = 'leaves-service'
/** Behind the id of the step that takes that note away, once it is seen to serve. */
export const inService = 'in-service'

export function serviceSteps(decisions: Decisions, leaving: Leaving, balanced: BalancedServers): Service {
  const turn = (server: Address) => [stepId('tag-resource', server, leavesService)]
  const givesInterfaces = interfaceGivers(decisions)
  const back = (server: Address) => [stepId('check-health', server), ...balanced.back(server)]
  return {
    turn,
    mayLeave: (server, instanceId) => {
      if (!isSucceeded({ decisions }, server, instanceId)) return turn(server)
      const isEmptied = leaving(instanceId).released.length > 0 || givesInterfaces.has(instanceId)
      return [...turn(server), ...(isEmptied ? successorReady({ decisions }, server) : back(server))]
    },
    left: (server, instanceId) => [...turn(server), ...balanced.left(instanceId)],
    back,
  }
}

/** The instances whose interfaces move to what takes their place. */
function interfaceGivers({ interfaces }: Pick<Decisions, 'interfaces'>): ReadonlySet<string> {
  return new Set([...interfaces.values()].flatMap((decision) => ('leaves' in decision ? (decision.leaves ?? []) : [])))
}

/** What the first step of each member of a roll waits for. */
export function waitsOfRolls(decisions: Decisions): ReadonlyMap<Address, readonly StepId[]> {
  const { rolls, servers } = decisions
  const over = (member: Address) => {
    const decision = servers.get(member)
    const ends = decision && 'ends' in decision ? decision.ends : []
    return [
      stepId('tag-resource', member, inService),
      // What is stopped takes no more room than what is gone, and a snapshot of its disk may take long.
      ...ends.map(({ live, rootSnapshot }) => (rootSnapshot ? stopNow : terminationOf)({ decisions }, member, live.id)),
    ]
  }
  const waits = new Map<Address, readonly StepId[]>()
  for (const { waves } of rolls) {
    for (const [index, [first, ...others]] of waves.entries()) {
      if (index === 0 || first === undefined) continue
      waits.set(first, (waves[index - 1] ?? []).flatMap(over))
      // Each for each would be too many in a large count.
      for (const other of others) waits.set(other, [stepId('tag-resource', first, leavesService)])
    }
  }
  return waits
}
