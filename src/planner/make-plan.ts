import { PlanError } from '../core/errors.js'
import { createDigester } from '../model/applied.js'
import type { LiveStack } from '../model/live-stack.js'
import type { Plan } from '../model/plan.js'
import { emptyStack, type StackSpec } from '../model/stack-spec.js'
import { documentDigest, normalizedLive, normalizedSpec } from './compare/normalize.js'
import { decide } from './decide/decide.js'
import { allDecided } from './decide/decisions.js'
import { chooseServers } from './decide/servers/choose-servers.js'
import { liveBindings } from './document/live-bindings.js'
import { groupsOf, plannedChanges } from './document/planned-changes.js'
import { plannedImpossible } from './document/planned-impossible.js'
import { plannedLedger } from './document/planned-ledger.js'
import { plannedProblems, unreadableIn } from './document/planned-problems.js'
import { lower } from './lower/lower.js'
import { withRenames } from './moves/plan-renames.js'
import { renamedLive } from './moves/renamed-live.js'
import { settledSpec } from './moves/settled-spec.js'
import { worldOf, type PlanOptions, type World } from './world.js'

export type { PlanOptions } from './world.js'

/**
 * Returns what is to be done so that the live stack becomes what the file says. Pure: the same inputs, their lists in any
 * order, give the byte-identical plan. What cannot be planned safely stands in `problems`. Throws a PlanError when the
 * file's references and orders go round in a circle.
 */
export function makePlan(spec: StackSpec, live: LiveStack, options: PlanOptions = {}): Plan {
  const wanted = normalizedSpec(spec)
  const observed = normalizedLive(live)
  const { live: renamed, retags } = renamedLive(wanted, observed, createDigester())
  const settled = settledSpec(wanted, renamed)
  const found = renamed === observed ? observed : normalizedLive(renamed)
  const plan = planWithoutCircles(chooseServers(worldOf(settled, found, options, undefined, wanted)))
  return withRenames(plan, observed, retags)
}

/**
 * Returns the plan that removes everything of the stack, volumes by their `onRemove` rule. It goes by the tags on what
 * is live, so it works without the file; where there is one, its rules and protections count before those in tags.
 */
export function makeDestroyPlan(spec: StackSpec | undefined, live: LiveStack, options: PlanOptions = {}): Plan {
  const nothing = emptySpec(live, spec)
  return planOf(worldOf(nothing, normalizedLive(live), options, spec ? normalizedSpec(spec) : nothing))
}

/**
 * Plans, and where a roll and a copy to one of its members wait for one another, plans again with such copies beside the roll;
 * where a launch and the end of the instance whose place it takes do, with that end first.
 */
function planWithoutCircles(world: World): Plan {
  try {
    return planOf(world)
  } catch (error) {
    if (!(error instanceof PlanError) || error.code !== 'PLAN_CYCLE') throw error
    const copied = world.spec.servers.flatMap(({ address, rolling }) =>
      rolling && error.addresses.includes(address) && !world.copiedLater.has(address) ? [address] : [],
    )
    if (copied.length > 0) {
      return planWithoutCircles({ ...world, copiedLater: new Set([...world.copiedLater, ...copied]) })
    }
    const waiting = world.spec.servers.filter(
      ({ address, replace }) =>
        error.addresses.includes(address) &&
        replace === undefined &&
        world.live.servers.has(address) &&
        !world.endsFirst.has(address),
    )
    if (waiting.length === 0) throw error
    const endsFirst = new Set([...world.endsFirst, ...waiting.map(({ address }) => address)])
    return planWithoutCircles({ ...world, endsFirst })
  }
}

/** The whole way: what becomes of each address, the steps to it, and what people read of both. */
function planOf(world: World): Plan {
  const decisions = decide(world)
  const groups = groupsOf(world)
  const { steps, impossible: leftOut } = lower(world, decisions, ({ address }) => groups.get(address) ?? address)
  const decided = allDecided(decisions)
  const ledger = plannedLedger(world, decided, steps)
  const problems = plannedProblems(world, decided, ledger)
  const unreadable = unreadableIn(world, decided)
  return {
    formatVersion: 1,
    stack: world.spec.stack,
    // Worked out by whoever reads them: a plan that is only shown needs neither, and they are a tenth of what it takes.
    get specDigest() {
      return documentDigest(world.file)
    },
    get liveDigest() {
      return documentDigest(world.live.stack)
    },
    complete: unreadable.length === 0,
    applyable: problems.every(({ severity, scope }) => severity !== 'error' || scope === 'address'),
    changes: plannedChanges(decided, steps, groups),
    steps,
    problems,
    unreadable,
    impossible: plannedImpossible(world, decided, leftOut),
    bindings: liveBindings(world, decisions),
    ledger,
    ...(world.live.stack.renamed && { renamed: world.live.stack.renamed }),
    ...(decisions.rolls.length > 0 && { rolls: decisions.rolls }),
    ...(world.spec.outputs && { outputs: world.spec.outputs }),
  }
}

/** A file that names nothing, for this stack. */
function emptySpec({ stack, region }: LiveStack, spec: StackSpec | undefined): StackSpec {
  const ec2 = { kind: 'ec2', region, profile: undefined, account: undefined, endpoint: undefined } as const
  return emptyStack(stack, spec?.target ?? ec2)
}
