import { assert, required } from '../core/assert.js'
import type { Step, StepId } from '../planner/step.js'
import type { Outcome } from './outcome.js'
import { aloneIn, categoryOf, expectedSeconds, type Category } from './step-costs.js'

/** How much may be in flight at once. */
export interface Limits {
  readonly total: number
  readonly perCategory: Readonly<Record<Category, number>>
}

/**
 * Decides what starts next: a step whose needs are all done (no level barriers), the one with the longest remaining
 * path first, within the limits. It neither waits nor calls anything: whoever owns it starts what `next` returns and
 * says how it ended.
 */
export interface Schedule {
  /** The most urgent step that may start now, which counts as running from now on; undefined when there is none. */
  next(): Step | undefined
  /** Records how a running step ended. Returns the steps that are thereby blocked, in plan order. */
  finish(id: StepId, outcome: Outcome): readonly Step[]
  /** Gives up everything that has not started. Returns those steps, in plan order. */
  cancelRest(): readonly Step[]
  /** Ids of what is in flight, in the order in which they started. */
  inFlight(): readonly StepId[]
  outcomeOf(id: StepId): Outcome | undefined
}

interface Node {
  readonly step: Step
  readonly index: number
  readonly urgency: number
  readonly dependants: Node[]
  needsLeft: number
  state: 'waiting' | 'ready' | 'running' | 'settled'
  outcome: Outcome | undefined
}

/** A schedule over a plan's steps, which stand in an order that respects every need. */
export function createSchedule(steps: readonly Step[], limits: Limits): Schedule {
  const nodes = buildNodes(steps)
  const ready: Record<Category, Node[]> = { cloud: [], host: [] }
  const running = new Map<StepId, Node>()
  const runningIn: Record<Category, number> = { cloud: 0, host: 0 }
  const occupied = new Set<string>()
  const lookup = (id: StepId) => required(nodes.get(id), `step ${id}`)

  for (const node of nodes.values()) if (node.needsLeft === 0) makeReady(node)

  return {
    next() {
      const node = mostUrgent()
      if (node) start(node)
      return node?.step
    },
    finish(id, outcome) {
      const node = lookup(id)
      assert(node.state === 'running', `step ${id} ended without having been started`)
      running.delete(id)
      runningIn[categoryOf(node.step)] -= 1
      const server = aloneIn(node.step)
      if (server !== undefined) occupied.delete(server)
      settle(node, outcome)
      if (outcome.kind !== 'done' && outcome.kind !== 'unchanged') return blockDependants(node)
      for (const dependant of node.dependants) {
        dependant.needsLeft -= 1
        if (dependant.needsLeft === 0 && dependant.state === 'waiting') makeReady(dependant)
      }
      return []
    },
    cancelRest() {
      const left = [...nodes.values()].filter(({ state }) => state === 'waiting' || state === 'ready')
      for (const node of left) settle(node, { kind: 'cancelled' })
      ready.cloud = []
      ready.host = []
      return left.map(({ step }) => step)
    },
    inFlight: () => [...running.keys()],
    outcomeOf: (id) => lookup(id).outcome,
  }

  function makeReady(node: Node): void {
    node.state = 'ready'
    const queue = ready[categoryOf(node.step)]
    const place = queue.findLastIndex((other) => compareUrgency(other, node) <= 0)
    queue.splice(place + 1, 0, node)
  }

  /** The most urgent step that may start now, or undefined. */
  function mostUrgent(): Node | undefined {
    if (running.size >= limits.total) return undefined
    const candidates = (['cloud', 'host'] as const)
      .filter((category) => runningIn[category] < limits.perCategory[category])
      .map((category) => ready[category].find(({ step }) => !occupied.has(aloneIn(step) ?? '')))
      .filter((node) => node !== undefined)
    return candidates.sort(compareUrgency)[0]
  }

  function start(node: Node): void {
    const category = categoryOf(node.step)
    const queue = ready[category]
    queue.splice(queue.indexOf(node), 1)
    node.state = 'running'
    running.set(node.step.id, node)
    runningIn[category] += 1
    const server = aloneIn(node.step)
    if (server !== undefined) occupied.add(server)
  }

  /** Blocks everything that needs `failed`, also through other steps; names the one that failed, not the links between. */
  function blockDependants(failed: Node): readonly Step[] {
    const blocked: Node[] = []
    const open = [...failed.dependants]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node.state === 'settled') continue
      settle(node, { kind: 'blocked', by: failed.step.id })
      blocked.push(node)
      open.push(...node.dependants)
    }
    return blocked.sort((left, right) => left.index - right.index).map(({ step }) => step)
  }
}

/** Seconds from the start of each step to the end of the longest chain of steps that need it, by step id. */
export function remainingSeconds(steps: readonly Step[]): ReadonlyMap<StepId, number> {
  const after = new Map<StepId, number>()
  const remaining = new Map<StepId, number>()
  for (const step of steps.toReversed()) {
    const seconds = expectedSeconds(step) + (after.get(step.id) ?? 0)
    remaining.set(step.id, seconds)
    for (const need of step.needs) after.set(need, Math.max(after.get(need) ?? 0, seconds))
  }
  return remaining
}

function settle(node: Node, outcome: Outcome): void {
  node.state = 'settled'
  node.outcome = outcome
}

function buildNodes(steps: readonly Step[]): ReadonlyMap<StepId, Node> {
  const urgency = remainingSeconds(steps)
  const nodes = new Map<StepId, Node>()
  for (const [index, step] of steps.entries()) {
    const node: Node = {
      step,
      index,
      urgency: urgency.get(step.id) ?? 0,
      dependants: [],
      needsLeft: step.needs.length,
      state: 'waiting',
      outcome: undefined,
    }
    for (const need of step.needs) required(nodes.get(need), `step ${need}, needed by ${step.id}`).dependants.push(node)
    assert(!nodes.has(step.id), `two steps are called ${step.id}`)
    nodes.set(step.id, node)
  }
  return nodes
}

function compareUrgency(left: Node, right: Node): number {
  return right.urgency - left.urgency || left.index - right.index
}
