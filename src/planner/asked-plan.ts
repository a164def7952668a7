import { sortedAddresses, sortedByAddress } from '../model/address-order.js'
import type { Change } from '../model/change.js'
import type { Plan } from '../model/plan.js'
import type { Problem } from '../model/plan-problem.js'
import { documentDigest } from './compare/normalize.js'
import { liveBindings } from './document/live-bindings.js'
import type { StepGraph } from './graph/step-graph.js'
import type { World } from './world.js'

/** What somebody asked for of one address: `update` without differences, where nothing else is said. */
export type AskedChange = Pick<Change, 'address' | 'reason'> & Partial<Pick<Change, 'kind' | 'diffs'>>

/** A plan of what was asked for alone: what else the file wants waits for an apply, and the ledger stays. */
export function askedPlan(
  world: World,
  graph: StepGraph,
  problems: readonly Problem[],
  asked: readonly AskedChange[],
): Plan {
  const live = world.live.stack
  const { steps, impossible } = graph.finish(({ address }) => address, live.hostsImpossible)
  const impacts = new Map(steps.flatMap(({ address, impact }) => (impact === 'none' ? [] : [[address, impact]])))
  const changes = asked.map(({ address, kind = 'update', reason, diffs = [] }): Change => {
    return { address, kind, reason, impact: impacts.get(address) ?? 'none', diffs }
  })
  const wishes = live.ledger?.wishes
  const ledger = sortedAddresses(live.ledger?.addresses ?? [])
  return {
    formatVersion: 1,
    stack: live.stack,
    specDigest: documentDigest(world.file),
    liveDigest: documentDigest(live),
    complete: true,
    applyable: problems.every(({ severity }) => severity !== 'error'),
    changes: sortedByAddress(changes),
    steps,
    problems,
    unreadable: [],
    impossible,
    isPart: true,
    ...(live.renamed && { renamed: live.renamed }),
    bindings: liveBindings(world, { servers: new Map(), volumes: new Map(), loadBalancers: new Map() }),
    ledger: {
      id: live.ledger?.id,
      before: ledger,
      after: ledger,
      ...(wishes && { wishes: { before: wishes, open: wishes } }),
      ...(live.ledger?.epoch && { epoch: live.ledger.epoch }),
    },
  }
}
