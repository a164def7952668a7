import type { Code } from '../core/codes.js'
import type { Address } from '../model/address.js'
import type { Problem } from '../model/plan-problem.js'
import type { Decided, DraftChange } from './decide/decided.js'
import type { ServerOutlook } from './decide/servers/server-outlook.js'
import { StepGraph } from './graph/step-graph.js'
import type { World } from './world.js'

/** One planning under way: the inputs, and what has been decided so far. */
export interface Planning extends World {
  readonly steps: StepGraph
  readonly problems: Problem[]
  readonly changes: Map<Address, DraftChange>
  /** By server address: those of the file and those that are live. */
  readonly fates: Map<Address, ServerOutlook>
  /** Addresses that hold an error: nothing is planned for them, nor for what stands on them. */
  readonly blocked: Set<Address>
  /** Servers whose inside the plan wanted to know and could not, with the reason. */
  readonly unread: Map<Address, string>
}

export function newPlanning(world: World): Planning {
  return {
    ...world,
    steps: new StepGraph(),
    problems: [],
    changes: new Map(),
    fates: new Map(),
    blocked: new Set(),
    unread: new Map(),
  }
}

/** Takes decisions over. */
export function accept(planning: Planning, decisions: Iterable<Decided>): void {
  for (const { kind, address, change, problems, unread } of decisions) {
    planning.changes.set(address, change)
    planning.problems.push(...problems)
    if (kind === 'refuse' || kind === 'leave') planning.blocked.add(address)
    for (const [other, reason] of unread ?? []) planning.unread.set(other, reason)
  }
}

export function recordChange(planning: Planning, change: DraftChange): void {
  planning.changes.set(change.address, change)
}

export function warn(
  planning: Planning,
  address: Address | undefined,
  code: Code,
  message: string,
  hint?: string,
): void {
  planning.problems.push({ severity: 'warning', scope: 'address', code, address, message, hint })
}
