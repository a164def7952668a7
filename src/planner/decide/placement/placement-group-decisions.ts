import type { Address } from '../../../model/address.js'
import type { Diff } from '../../../model/change.js'
import {
  spreadPerZoneMax,
  type LivePlacementGroup,
  type PlacementGroupSpec,
} from '../../../model/kinds/placement-group.js'
import { freeEc2Name } from '../../../model/names.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { Tags } from '../../../model/tags.js'
import {
  compareProperties,
  createDiffs,
  existsDiff,
  recordOf,
  removedDiff,
  sortedDiffs,
  type Property,
} from '../../compare/comparison.js'
import { appliedOf } from '../../../model/applied.js'
import { creationTags, lastingTags, tagWork, userTagsWord, type TagWork } from '../../compare/desired-tags.js'
import { reasonFor, reasonForCreate, reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { errorOf, inEntry, refused, type Decided, type Refuse } from '../decided.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'

/** What becomes of a placement group. */
export type PlacementGroupDecision =
  | CreatePlacementGroupDecision
  | StandingPlacementGroupDecision
  | RemovePlacementGroupDecision
  | Refuse

export interface CreatePlacementGroupDecision extends Decided {
  readonly kind: 'create'
  readonly spec: PlacementGroupSpec
  readonly groupName: string
  readonly tags: Tags
}

export interface StandingPlacementGroupDecision extends Decided {
  readonly kind: 'keep' | 'update'
  readonly live: LivePlacementGroup
  readonly tagging: TagWork
}

export interface RemovePlacementGroupDecision extends Decided {
  readonly kind: 'remove'
  readonly live: LivePlacementGroup
}

/** Decides what becomes of every placement group, in the file and live. `held` are addresses that are out of the plan already. */
export function decidePlacementGroups(
  world: World,
  servers: ServerOutlooks,
  held: ReadonlySet<Address>,
): ReadonlyMap<Address, PlacementGroupDecision> {
  const decisions = new Map<Address, PlacementGroupDecision>()
  for (const spec of world.spec.placementGroups) {
    if (held.has(spec.address)) continue
    const live = world.live.placementGroups.get(spec.address)
    const decision = live ? decideExisting(world, spec, live) : decideNew(world, spec)
    const problems = memberProblems(spec, servers)
    decisions.set(spec.address, problems.length > 0 ? refused(spec.address, problems) : decision)
  }
  for (const [address, live] of world.live.placementGroups) {
    if (decisions.has(address) || held.has(address)) continue
    const reason = reasonForRemoval(world.destroying !== undefined)
    const change = { address, kind: 'remove', reason, diffs: [removedDiff] } as const
    decisions.set(address, { kind: 'remove', address, live, change, problems: [] })
  }
  return decisions
}

function decideNew(world: World, spec: PlacementGroupSpec): PlacementGroupDecision {
  const { address, strategy, partitions, spreadLevel, tags } = spec
  const wasThere = world.live.ledger.has(address)
  const taken = new Set([...world.live.placementGroups.values()].map(({ groupName }) => groupName))
  const wishes = createDiffs<'placementGroup'>(
    { strategy, partitions, spreadLevel, ...tagPaths(tags) },
    wasThere ? 'drift' : 'pending',
  )
  const diffs = sortedDiffs<'placementGroup'>([...(wasThere ? [existsDiff] : []), ...wishes])
  return {
    kind: 'create',
    address,
    spec,
    groupName: freeEc2Name(world.spec.stack, address, taken),
    tags: creationTags(world, lastingTags(world, address, tags), recordOf(world.digest, placementGroupWords(spec))),
    change: { address, kind: 'create', reason: reasonForCreate(wasThere), diffs },
    problems: [],
  }
}

function decideExisting(world: World, spec: PlacementGroupSpec, live: LivePlacementGroup): PlacementGroupDecision {
  const { address, tags } = spec
  const applied = appliedOf(live.tags)
  const changed = compareProperties(world.digest, applied, properties(spec, live))
  if (changed.length > 0) return fixedRefusal(spec, live, changed)
  const record = recordOf(world.digest, placementGroupWords(spec))
  const lasting = lastingTags(world, address, tags)
  const tagging = tagWork(world, live.tags, tags, lasting, record, { alone: true })
  const kind = tagging.diffs.length > 0 ? 'update' : 'keep'
  const reason = reasonFor(tagging.diffs)
  const change = {
    address,
    kind: kind === 'keep' ? 'none' : 'update',
    reason,
    diffs: sortedDiffs(tagging.diffs),
  } as const
  return { kind, address, live, tagging, change, problems: [] }
}

function properties(spec: PlacementGroupSpec, live: LivePlacementGroup): readonly Property<'placementGroup'>[] {
  const word = strategyWord(spec)
  const one = (path: 'strategy' | 'partitions' | 'spreadLevel'): readonly Property<'placementGroup'>[] => {
    const after = spec[path]
    return after === undefined ? [] : [{ path, key: 'strategy', word, before: live[path] ?? null, after }]
  }
  return [...one('strategy'), ...one('partitions'), ...one('spreadLevel')]
}

/** EC2 never changes a group, and none goes while servers are in it: they move to another entry first. */
function fixedRefusal(
  { address }: PlacementGroupSpec,
  { id }: LivePlacementGroup,
  diffs: readonly Diff<'placementGroup'>[],
): Refuse {
  const [first] = diffs
  const message = `${address} (${id}) has ${first?.path}: ${String(first?.before)}, and EC2 never changes a placement group`
  const hint = 'write a new entry beside it, let the servers name that one, and take the old one out'
  const refusal = refused(address, [
    inEntry(errorOf(address, 'PLAN_PLACEMENT_GROUP_FIXED', message, hint), first?.path ?? ''),
  ])
  return { ...refusal, change: { ...refusal.change, diffs: sortedDiffs(diffs) } }
}

/** What EC2 would refuse of the servers that the file places in a group. */
function memberProblems(
  { address, strategy, partitions = 2 }: PlacementGroupSpec,
  servers: ServerOutlooks,
): readonly Problem[] {
  const members = [...servers.values()].filter(({ spec }) => spec?.options?.placement?.group === address)
  const byZone = new Map<string, number>()
  for (const { zone, runsAfter } of members) {
    if (zone !== undefined && runsAfter) byZone.set(zone, (byZone.get(zone) ?? 0) + 1)
  }
  const zones = [...byZone.keys()].sort()
  const problem = (message: string, hint: string) => errorOf(address, 'PLAN_PLACEMENT_IMPOSSIBLE', message, hint)
  const problems: Problem[] = []
  if (strategy === 'cluster' && zones.length > 1) {
    const message = `${address} lies in one zone, and its servers in ${zones.join(', ')}`
    problems.push(problem(message, 'name one `zone` for all of them'))
  }
  for (const [zone, count] of strategy === 'spread' ? byZone : []) {
    if (count <= spreadPerZoneMax) continue
    const message = `${address} spreads ${count} servers in ${zone}; EC2 takes ${spreadPerZoneMax} in a zone`
    problems.push(problem(message, 'put some into another zone, or use `strategy: partition`'))
  }
  for (const { address: server, spec } of members) {
    const number = spec?.options?.placement?.partition
    if (number === undefined) continue
    if (strategy === 'partition' && number <= partitions) continue
    const has = strategy === 'partition' ? `has ${partitions} partitions` : 'has no partitions'
    problems.push(problem(`${server} asks for partition ${number}, and ${address} ${has}`, 'correct `placement`'))
  }
  return problems
}

/** What the file says of a placement group, as it is digested into the applied tag. */
function placementGroupWords(spec: PlacementGroupSpec): readonly Pick<Property, 'key' | 'word'>[] {
  return [
    { key: 'strategy', word: strategyWord(spec) },
    { key: 'tags', word: userTagsWord(spec.tags) },
  ]
}

function strategyWord({ strategy, partitions, spreadLevel }: PlacementGroupSpec): unknown {
  return {
    strategy,
    ...(partitions !== undefined && { partitions }),
    ...(spreadLevel !== undefined && { spreadLevel }),
  }
}

function tagPaths(tags: Tags): Readonly<Record<`tags.${string}`, string>> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tags.${key}`, value]))
}
