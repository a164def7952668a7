import { assert, required } from '../core/assert.js'
import type { Step, StepId } from '../model/steps/step.js'
import { aloneIn, expectedSeconds } from '../model/steps/step-kinds.js'
import type { Outcome } from './outcome.js'
import { ReadyQueue, type Candidate } from './ready-queue.js'

/**
 * Decides what starts next: a step whose needs are all done (no level barriers), the one with the longest remaining
 * path first. Steps mostly wait: what they may have in flight is bounded where it is done (work-slots.ts), and many may be
 * started at once. It neither waits nor calls anything: whoever owns it starts what `next` returns and
 * says how it ended. A clean-up (`cleansAfter`) starts once all that it waits for has ended, however, and some of what it
 * cleans was begun; nothing but that gives it up.
 */
export interface Schedule {
  /** The most urgent step that may start now, which counts as running from now on; undefined when there is none. */
  next(): Step | undefined
  /** Seconds from the start of a step to the end of the longest chain of steps that need it. */
  urgencyOf(id: StepId): number
  /** Records how a running step ended. Returns the steps that are thereby blocked, in plan order. */
  finish(id: StepId, outcome: Outcome): readonly Step[]
  /** Gives up everything that has not started, but clean-ups of what has. Returns those steps, in plan order. */
  cancelRest(): readonly Step[]
  /** Ids of what is in flight, in the order in which they started. */
  inFlight(): readonly StepId[]
  outcomeOf(id: StepId): Outcome | undefined
}

interface Node extends Candidate {
  readonly step: Step
  readonly dependants: Node[]
  needsLeft: number
  state: 'waiting' | 'ready' | 'running' | 'settled'
  outcome: Outcome | undefined
}

/** A schedule over a plan's steps, which stand in an order that respects every need; so many run at once at most. */
export function createSchedule(steps: readonly Step[], stepsMax = Infinity): Schedule {
  const nodes = buildNodes(steps)
  const ready = new ReadyQueue<Node>()
  const running = new Map<StepId, Node>()
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
      if (node.server !== undefined) free(node.server)
      if (outcome.kind !== 'done' && outcome.kind !== 'unchanged') return giveUp(node, outcome)
      settle(node, outcome)
      for (const dependant of node.dependants) {
        dependant.needsLeft -= 1
        if (dependant.needsLeft === 0 && dependant.state === 'waiting') makeReady(dependant)
      }
      return []
    },
    cancelRest() {
      const left = [...nodes.values()].filter(({ state, step }) => isOpen(state) && !step.cleansAfter)
      for (const node of left) settle(node, { kind: 'cancelled' })
      ready.keep(({ step }) => step.cleansAfter !== undefined)
      for (const node of left) for (const cleanUp of cleanUpsOf(node)) cleanUp.needsLeft -= 1
      const idle = [...nodes.values()].filter((node) => node.state === 'waiting' && node.needsLeft === 0)
      return inPlanOrder([...left, ...idle.filter((node) => !startCleanUp(node, { kind: 'cancelled' }))])
    },
    urgencyOf: (id) => lookup(id).urgency,
    inFlight: () => [...running.keys()],
    outcomeOf: (id) => lookup(id).outcome,
  }

  function makeReady(node: Node): void {
    node.state = 'ready'
    ready.add(node)
  }

  /** The most urgent step that may start now, or undefined. */
  function mostUrgent(): Node | undefined {
    return running.size < stepsMax ? ready.first(occupied) : undefined
  }

  function start(node: Node): void {
    ready.takeFirst()
    node.state = 'running'
    running.set(node.step.id, node)
    if (node.server !== undefined) occupied.add(node.server)
  }

  function free(server: string): void {
    occupied.delete(server)
    ready.release(server)
  }

  /** Blocks everything that needs `failed`, also through other steps; names the one that failed, not the links between. */
  function giveUp(failed: Node, outcome: Outcome): readonly Step[] {
    const blocked: Node[] = []
    const because: Outcome = { kind: 'blocked', by: failed.step.id }
    const open = [failed]
    settle(failed, outcome)
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const dependant of node.dependants) {
        dependant.needsLeft -= 1
        if (dependant.state === 'settled' || startCleanUp(dependant, because)) continue
        settle(dependant, because)
        blocked.push(dependant)
        open.push(dependant)
      }
    }
    return inPlanOrder(blocked)
  }

  /** Whether the node is a clean-up that still waits, or starts now; false for any other, and for one without anything to clean. */
  function startCleanUp(node: Node, because: Outcome): boolean {
    const { cleansAfter } = node.step
    if (!cleansAfter) return false
    if (node.needsLeft > 0) return true
    const isBegun = cleansAfter.some((id) => begun.has(lookup(id).outcome?.kind))
    if (isBegun) makeReady(node)
    else settle(node, because)
    return isBegun
  }
}

/**
 * Seconds from the start of each step to the end of the longest chain of steps that need it, by step id.
 *
 * @internal exported for its test
 */
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

/** How a step ends that was started. */
const begun: ReadonlySet<Outcome['kind'] | undefined> = new Set(['done', 'unchanged', 'failed'] as const)

function isOpen(state: Node['state']): boolean {
  return state === 'waiting' || state === 'ready'
}

function cleanUpsOf({ dependants }: Node): readonly Node[] {
  return dependants.filter(({ step }) => step.cleansAfter)
}

function inPlanOrder(nodes: readonly Node[]): readonly Step[] {
  return nodes.toSorted((left, right) => left.index - right.index).map(({ step }) => step)
}

function settle(node: Node, outcome: Outcome): void {
  node.state = 'settled'
  node.outcome = outcome
}

function buildNodes(steps: readonly Step[]): ReadonlyMap<StepId, Node> {
  const urgency = remainingSeconds(steps)
  const nodes = new Map<StepId, Node>()
  for (const [index, step] of steps.entries()) {
    const waitedFor = new Set([...step.needs, ...(step.cleansAfter ?? [])])
    const node: Node = {
      step,
      index,
      urgency: urgency.get(step.id) ?? 0,
      server: aloneIn(step),
      dependants: [],
      needsLeft: waitedFor.size,
      state: 'waiting',
      outcome: undefined,
    }
    for (const need of waitedFor) required(nodes.get(need), `step ${need}, needed by ${step.id}`).dependants.push(node)
    assert(!nodes.has(step.id), `two steps are called ${step.id}`)
    nodes.set(step.id, node)
  }
  return nodes
}
