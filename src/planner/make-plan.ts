import type { Address } from '../model/address.js'
import type { StackSpec } from '../model/stack-spec.js'
import { sortedByAddress, sortedAddresses, compareText } from '../model/address-order.js'
import type { Decisions } from './decide/decisions.js'
import { plannedVersions } from './decide/archives/archive-decision.js'
import { decideArchives } from './decide/archives/archive-decisions.js'
import { decideBlocks } from './decide/copies/block-decisions.js'
import { decideClones } from './decide/copies/clone-decisions.js'
import { decideFiles } from './decide/copies/file-decisions.js'
import { volumeCopiesOf } from './decide/copies/volume-copies.js'
import { decideHeld } from './decide/held.js'
import { decideKeyPairs } from './decide/keys/key-pair-decisions.js'
import { decideSecurityGroups } from './decide/network/security-group-decisions.js'
import { decideSchedules } from './decide/snapshots/schedule-decisions.js'
import { withScheduled } from './decide/snapshots/scheduled-work.js'
import { decideServers, isPlanned, settleServers } from './decide/servers/server-decisions.js'
import { decideVolumes } from './decide/volumes/volume-decisions.js'
import { serversStoppedFor } from './decide/volumes/volume-decision.js'
import { volumeOutlooksOf } from './decide/volumes/volume-outlook.js'
import { lowerArchives } from './lower/archives.js'
import { copiesOfVolume, lowerBlocks } from './lower/copies/blocks.js'
import { lowerClones } from './lower/copies/clones.js'
import { lowerFiles } from './lower/copies/files.js'
import { lowerKeyPairs } from './lower/key-pairs.js'
import { lowerSchedules } from './lower/snapshots.js'
import type { Lowering } from './lower/lowering.js'
import { lowerSecurityGroups } from './lower/security-groups.js'
import { lowerServers } from './lower/servers.js'
import { lowerVolumes } from './lower/volumes.js'
import { bindingsOf } from './bindings.js'
import { impacts, type Change, type Impact } from '../model/change.js'
import { plannedLedger } from './ledger.js'
import type { LiveStack } from '../model/live-stack.js'
import { documentDigest, normalizedLive, normalizedSpec } from './compare/normalize.js'
import type { Plan } from '../model/plan.js'
import type { Problem } from '../model/plan-problem.js'
import { accept, newPlanning, warn, type Planning } from './planning.js'
import { worldOf, type PlanOptions, type World } from './world.js'
import type { Step } from '../model/step.js'

export type { PlanOptions } from './world.js'

/**
 * Returns what is to be done so that the live stack becomes what the file says. Pure: the same inputs, their lists in any
 * order, give the byte-identical plan. What cannot be planned safely stands in `problems`. Throws a PlanError when the
 * file's references and orders go round in a circle.
 */
export function makePlan(spec: StackSpec, live: LiveStack, options: PlanOptions = {}): Plan {
  return planFor(normalizedSpec(spec), live, options, undefined)
}

/**
 * Returns the plan that removes everything of the stack, volumes by their `onRemove` rule. It goes by the tags on what
 * is live, so it works without the file; where there is one, its rules and protections count before those in tags.
 */
export function makeDestroyPlan(spec: StackSpec | undefined, live: LiveStack, options: PlanOptions = {}): Plan {
  const nothing: StackSpec = {
    stack: live.stack,
    target: spec?.target ?? {
      kind: 'ec2',
      region: live.region,
      profile: undefined,
      account: undefined,
      endpoint: undefined,
    },
    keyPairs: [],
    securityGroups: [],
    servers: [],
    volumes: [],
    syncs: [],
    archives: [],
  }
  return planFor(nothing, live, options, spec ? normalizedSpec(spec) : nothing)
}

function planFor(spec: StackSpec, observed: LiveStack, options: PlanOptions, destroying: StackSpec | undefined): Plan {
  const live = normalizedLive(observed)
  const planning = newPlanning(worldOf(spec, live, options, destroying))
  const world: World = planning
  const held = decideHeld(world)
  accept(planning, held.values())
  const heldAddresses = new Set(held.keys())
  const first = decideServers(world, heldAddresses)
  accept(planning, first.values())
  for (const decision of first.values()) if (isPlanned(decision)) planning.fates.set(decision.address, decision.outlook)
  const keyPairs = decideKeyPairs(world, heldAddresses)
  accept(planning, keyPairs.values())
  const securityGroups = decideSecurityGroups(world, heldAddresses)
  accept(planning, securityGroups.values())
  const archives = decideArchives(world, planning.blocked)
  accept(planning, archives.values())
  const blocks = decideBlocks(world, planning.fates, planning.blocked)
  accept(planning, blocks.values())
  const clones = decideClones(world, planning.fates, planning.blocked)
  accept(planning, clones.values())
  const copies = volumeCopiesOf(blocks.values(), clones.values())
  const versions = plannedVersions(archives.values())
  const volumes = decideVolumes({ world, servers: planning.fates, copies, versions }, planning.blocked)
  accept(planning, volumes.values())
  const outlooks = volumeOutlooksOf(volumes.values())
  const schedules = decideSchedules(world, planning.fates, outlooks)
  for (const { address, change } of volumes.values()) {
    planning.changes.set(address, withScheduled(change, schedules.get(address)))
  }
  const files = decideFiles(world, planning.fates, outlooks)
  accept(planning, files.values())
  const servers = settleServers(first, serversStoppedFor(volumes.values()))
  for (const { address, change } of servers.values()) planning.changes.set(address, change)
  const decisions: Decisions = {
    held,
    servers,
    keyPairs,
    securityGroups,
    volumes,
    blocks,
    clones,
    files,
    schedules,
    archives,
  }
  const resting = (volume: Address) => copiesOfVolume(copies, volume)
  const lowering: Lowering = { world, decisions, graph: planning.steps, resting }
  lowerKeyPairs(lowering)
  lowerSecurityGroups(lowering)
  lowerArchives(lowering)
  lowerBlocks(lowering)
  lowerClones(lowering)
  lowerVolumes(lowering)
  lowerSchedules(lowering)
  lowerFiles(lowering)
  lowerServers(lowering, planning.steps.serversEntered())
  return finish(planning, live, options)
}

function finish(planning: Planning, live: LiveStack, options: PlanOptions): Plan {
  const groups = groupsOf(planning)
  const { steps, impossible } = planning.steps.finish(
    (step) => groups.get(step.address) ?? step.address,
    live.hostsImpossible,
  )
  const changes = finishChanges(planning, steps, groups)
  noteUnreadServers(planning)
  const unread = new Map([...planning.live.unreadable, ...planning.unread])
  const unreadable = sortedAddresses(unread.keys()).map((address) => ({ address, reason: unread.get(address) ?? '' }))
  const problems = sortedProblems(planning.problems)
  return {
    formatVersion: 1,
    stack: planning.spec.stack,
    specDigest: options.specDigest ?? documentDigest(planning.destroying ?? planning.spec),
    liveDigest: documentDigest(live),
    complete: unreadable.length === 0,
    applyable: problems.every(({ severity, scope }) => severity !== 'error' || scope === 'address'),
    changes,
    steps,
    problems,
    unreadable,
    impossible,
    bindings: bindingsOf(planning),
    ledger: plannedLedger(planning, changes),
  }
}

function noteUnreadServers(planning: Planning): void {
  for (const [address, reason] of planning.unread) {
    const { facts } = planning.fates.get(address) ?? {}
    if (facts?.kind === 'unreadable') {
      warn(planning, address, 'PLAN_UNREADABLE', `the inside of ${address} could not be read: ${reason}`)
    }
  }
}

/** With which address a step stands in reports: what lies on a server stands with the server. */
function groupsOf(planning: Planning): ReadonlyMap<Address, Address> {
  const groups = new Map<Address, Address>()
  for (const [address, live] of planning.live.volumes) {
    const holder = live.attachment && planning.live.serversById.get(live.attachment.instanceId)
    if (holder) groups.set(address, holder.address)
  }
  for (const { address, server } of planning.spec.volumes) {
    if (server !== undefined) groups.set(address, server)
  }
  for (const { address, to } of planning.spec.syncs) {
    const group = to.kind === 'server' ? to.server : to.kind === 'volume' ? groups.get(to.volume) : undefined
    if (group !== undefined) groups.set(address, group)
  }
  return groups
}

function finishChanges(
  planning: Planning,
  steps: readonly Step[],
  groups: ReadonlyMap<Address, Address>,
): readonly Change[] {
  const worst = new Map<Address, Impact>()
  for (const { address, impact } of steps) {
    if (impact !== 'none') worst.set(address, worse(worst.get(address), impact))
  }
  return sortedByAddress([...planning.changes.values()]).map(({ address, kind, reason, diffs, impact }) => {
    const server = groups.get(address)
    return {
      address,
      kind,
      ...(server === undefined ? {} : { server }),
      reason,
      impact: worse(impact, worst.get(address) ?? 'none'),
      diffs,
    }
  })
}

function worse(left: Impact | undefined, right: Impact): Impact {
  return left !== undefined && impacts.indexOf(left) > impacts.indexOf(right) ? left : right
}

function sortedProblems(problems: readonly Problem[]): readonly Problem[] {
  const keyOf = ({ severity, address, code, message }: Problem) => `${severity} ${address ?? ''} ${code} ${message}`
  return problems
    .map((problem) => ({ problem, key: keyOf(problem) }))
    .sort((left, right) => compareText(left.key, right.key))
    .map(({ problem }) => problem)
}
