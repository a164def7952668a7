import type { Address } from '../../../model/address.js'
import { formatApplied, parseApplied } from '../../../model/applied.js'
import { knownAfterApply, type Diff } from '../../../model/change.js'
import {
  balancingName,
  type LiveBalancer,
  type LiveLoadBalancer,
  type LiveTargetGroup,
  type LoadBalancerSpec,
} from '../../../model/kinds/load-balancer.js'
import { networkOf } from '../../../model/kinds/network.js'
import type { PlannedBalancing } from '../../../model/steps/step.js'
import { tagKeys } from '../../../model/tags.js'
import {
  compareProperties,
  createDiffs,
  existsDiff,
  recordOf,
  removedDiff,
  sortedDiffs,
} from '../../compare/comparison.js'
import { creationTags, lastingTags, tagWork } from '../../compare/desired-tags.js'
import { reasonFor, reasonForCreate, reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { leave, refuse, refused } from '../decided.js'
import { existingGroupProblems } from '../existing.js'
import { existingIds, groupsShown, groupsWord } from '../servers/server-properties.js'
import { balancerProperties, balancerWishes, balancerWords, wearsAny } from './balancer-properties.js'
import { carriedTargets, formerTargets, targetDiffs, targetsOf, type Asked } from './balancer-targets.js'
import type { BalancerParts, LoadBalancerDecision } from './load-balancer-decision.js'
import { placeOf } from './network-place.js'

/** Decides what becomes of every load balancer, in the file and live. `held` are addresses that are out of the plan already. */
export function decideLoadBalancers(
  asked: Asked,
  held: ReadonlySet<Address>,
): ReadonlyMap<Address, LoadBalancerDecision> {
  const { world } = asked
  const decisions = new Map<Address, LoadBalancerDecision>()
  for (const spec of world.spec.loadBalancers ?? []) {
    if (!held.has(spec.address)) decisions.set(spec.address, decideNamed(asked, spec, held))
  }
  for (const [address, live] of world.live.loadBalancers) {
    if (decisions.has(address) || held.has(address)) continue
    decisions.set(address, decideRemoval(world, address, live))
  }
  return decisions
}

/** A protected one goes only where the file, which names it still, says that it is not protected any more. */
function decideRemoval(world: World, address: Address, live: LiveLoadBalancer): LoadBalancerDecision {
  const spec = world.going.loadBalancers.get(address)
  const guarded = guardedOf(live, spec)
  if (guarded) return refuseGuarded(address, guarded)
  const reason = reasonForRemoval(world.destroying !== undefined)
  const change = { address, kind: 'remove', reason, diffs: [removedDiff] } as const
  return { kind: 'remove', address, ends: partsOf(live), change, problems: [] }
}

function guardedOf(live: LiveLoadBalancer, spec: LoadBalancerSpec | undefined): LiveBalancer | undefined {
  return spec?.protect === false ? undefined : live.balancers.find(({ protect }) => protect)
}

function refuseGuarded(address: Address, { name }: LiveBalancer): LoadBalancerDecision {
  return refuse(
    address,
    'PLAN_PROTECTED',
    `${address} (${name}) is protected from deletion`,
    'apply it with protect: false first',
  )
}

function decideNamed(asked: Asked, spec: LoadBalancerSpec, held: ReadonlySet<Address>): LoadBalancerDecision {
  const { world, servers } = asked
  const { address } = spec
  const subnets = (spec.subnets ?? []).flatMap((subnet) =>
    subnet.kind === 'network' ? [subnet.address, networkOf(subnet.address)] : [],
  )
  const out = [...spec.securityGroups, ...subnets].find((part) => held.has(part))
  if (out !== undefined) return leave(address, `${out} cannot be planned`)
  const unusable = existingGroupProblems(world, spec)
  if (unusable.length > 0) return refused(address, unusable)
  const live = world.live.loadBalancers.get(address)
  const place = placeOf(world, spec, live, servers)
  if ('problem' in place) return refused(address, [place.problem])
  const { vpcId } = place
  const current = live?.balancers.find((balancer) => isSame(spec, vpcId, balancer))
  const group = current && groupOf(spec, vpcId, live, current)
  const fixed = [spec.kind, spec.internal, vpcId, hasFixedGroups(spec)]
  const groupFixed = [...fixed, spec.targets.port, spec.targets.protocol]
  const { stack } = world.spec
  const wish: PlannedBalancing = {
    name: current?.name ?? balancingName(stack, address, fixed),
    groupName: group?.name ?? balancingName(stack, address, groupFixed),
    balancerKind: spec.kind,
    internal: spec.internal,
    vpcId,
    subnetIds: place.subnets.map(({ id }) => id),
    securityGroups: spec.securityGroups,
    ...existingIds(world, spec),
    listeners: spec.listeners,
    port: spec.targets.port,
    protocol: spec.targets.protocol,
    health: spec.targets.health,
    drainSeconds: spec.targets.drainSeconds,
    stickySeconds: spec.targets.stickySeconds,
    protect: spec.protect,
  }
  return current && live
    ? decideExisting(asked, spec, wish, live, current, group)
    : decideNew(asked, spec, wish, live, vpcId)
}

/** Groups of a network load balancer are chosen once: none, or some (ELB API, SetSecurityGroups). */
function hasFixedGroups(spec: LoadBalancerSpec): boolean {
  return spec.kind === 'network' && wearsAny(spec)
}

function isSame(spec: LoadBalancerSpec, vpcId: string, live: LiveBalancer): boolean {
  const fixedGroups = live.kind === 'network' && live.securityGroupIds.length > 0
  return (
    live.kind === spec.kind &&
    live.internal === spec.internal &&
    live.vpcId === vpcId &&
    fixedGroups === hasFixedGroups(spec)
  )
}

/** The target group that fits the file; of several the one in use. */
function groupOf(
  { targets }: LoadBalancerSpec,
  vpcId: string,
  live: LiveLoadBalancer | undefined,
  { listeners }: LiveBalancer,
): LiveTargetGroup | undefined {
  const fitting = (live?.targetGroups ?? []).filter(
    ({ port, protocol, vpcId: its }) => port === targets.port && protocol === targets.protocol && its === vpcId,
  )
  const isUsed = ({ id }: LiveTargetGroup) => listeners.some(({ targetGroupId }) => targetGroupId === id)
  return fitting.find(isUsed) ?? fitting[0]
}

function decideNew(
  asked: Asked,
  spec: LoadBalancerSpec,
  wish: PlannedBalancing,
  live: LiveLoadBalancer | undefined,
  vpcId: string,
): LoadBalancerDecision {
  const { world, servers } = asked
  const { address } = spec
  const before = live?.balancers[0]
  const wasThere = world.live.ledger.has(address)
  const record = recordOf(world.digest, balancerWords(spec))
  // That its servers are behind it is not so yet when it is made.
  const first = recordOf(
    world.digest,
    balancerWords(spec).filter(({ key }) => key !== 'servers'),
  )
  const members = spec.targets.servers.filter((server) => servers.get(server)?.runsAfter === true)
  const balancing = {
    address,
    wish,
    tags: creationTags(world, lastingTags(world, address, spec.tags), first),
    tagging: { tags: { [tagKeys.applied]: formatApplied(record) }, removeTags: [] },
    members,
    registers: members,
    awaits: [],
    deregisters: live ? formerTargets(asked, spec, live, wish.groupName) : [],
    problems: [],
  }
  if (live && before) {
    const guarded = guardedOf(live, spec)
    if (guarded) return refuseGuarded(address, guarded)
    const diffs = replacementDiffs(world, spec, before, vpcId)
    const reason = reasonFor(diffs)
    return {
      ...balancing,
      kind: 'replace',
      ends: partsOf(live),
      change: { address, kind: 'replace', reason, diffs, impact: 'downtime' },
    }
  }
  const wishes = createDiffs<'loadBalancer'>(
    { ...balancerWishes(world, spec, wish), dnsName: knownAfterApply },
    wasThere ? 'drift' : 'pending',
  )
  const diffs = sortedDiffs<'loadBalancer'>([...(wasThere ? [existsDiff] : []), ...wishes])
  const others = (live?.targetGroups ?? []).filter(({ name }) => name !== wish.groupName)
  return {
    ...balancing,
    kind: 'create',
    ends: { loadBalancerIds: [], targetGroupIds: others.map(({ id }) => id) },
    change: { address, kind: 'create', reason: reasonForCreate(wasThere), diffs },
  }
}

/** What makes another one necessary; its name changes with it. */
function replacementDiffs(
  world: World,
  spec: LoadBalancerSpec,
  before: LiveBalancer,
  vpcId: string,
): readonly Diff<'loadBalancer'>[] {
  const applied = parseApplied(before.tags[tagKeys.applied])
  const groups = before.securityGroupIds.map((id) => world.live.groupsById.get(id)?.address ?? id)
  const own = compareProperties<'loadBalancer'>(world.digest, applied, [
    { path: 'kind', key: 'kind', word: spec.kind, before: before.kind, after: spec.kind },
    { path: 'internal', key: 'internal', word: spec.internal, before: before.internal, after: spec.internal },
    { path: 'network', key: 'subnets', word: spec.subnets, before: before.vpcId, after: vpcId },
    {
      path: 'securityGroups',
      key: 'groups',
      word: wearsAny(spec) ? groupsWord(spec) : undefined,
      before: groups,
      after: groupsShown(world, spec),
    },
  ])
  const name = {
    path: 'dnsName',
    before: before.dnsName,
    after: knownAfterApply,
    cause: own[0]?.cause ?? 'pending',
  } as const
  return sortedDiffs<'loadBalancer'>([...own, name])
}

function decideExisting(
  asked: Asked,
  spec: LoadBalancerSpec,
  wish: PlannedBalancing,
  live: LiveLoadBalancer,
  current: LiveBalancer,
  group: LiveTargetGroup | undefined,
): LoadBalancerDecision {
  const { world } = asked
  const { address } = spec
  const applied = parseApplied(current.tags[tagKeys.applied])
  const ownGroups = new Set(live.targetGroups.map(({ id }) => id))
  // Another that is in use is told from: none fits yet, or a run that was cut off has made the one that does and led nothing there.
  const used = live.targetGroups.find(
    ({ id }) => id !== group?.id && current.listeners.some(({ targetGroupId }) => targetGroupId === id),
  )
  const properties = balancerProperties(world, spec, wish, current, { group: used ?? group, ownGroups })
  const own = compareProperties<'loadBalancer'>(world.digest, applied, properties)
  const targets = targetsOf(asked, spec, { live, group, applied })
  const moved = targetDiffs(world, spec, applied, targets)
  const ends = {
    loadBalancerIds: live.balancers.filter(({ id }) => id !== current.id).map(({ id }) => id),
    targetGroupIds: live.targetGroups.filter(({ id }) => id !== group?.id).map(({ id }) => id),
  }
  const leftovers = [...ends.loadBalancerIds, ...(own.length > 0 ? [] : ends.targetGroupIds)]
  const left = leftovers.map((id) => ({ path: 'exists', before: id, after: null, cause: 'drift' }) as const)
  const swaps = group === undefined || used !== undefined
  const first = sortedDiffs<'loadBalancer'>([...own, ...moved])
  const record = recordOf(world.digest, balancerWords(spec))
  const lasting = lastingTags(world, address, spec.tags)
  const tagging = tagWork(world, current.tags, spec.tags, lasting, record, { alone: first.length + left.length === 0 })
  const diffs = sortedDiffs<'loadBalancer'>([...first, ...(left as readonly Diff<never>[]), ...tagging.diffs])
  const kind = diffs.length > 0 ? 'update' : 'keep'
  return {
    kind,
    address,
    live: { ...live, id: current.id },
    wish,
    modifies: own.length > 0 || swaps,
    carried: carriedTargets(world, spec, live),
    tags: creationTags(world, lasting, record),
    tagging,
    ...targets,
    ends,
    change: {
      address,
      kind: kind === 'keep' ? 'none' : 'update',
      reason: reasonFor(diffs),
      diffs,
      ...(swaps && { impact: 'downtime' }),
    },
    problems: [],
  }
}

function partsOf({ balancers, targetGroups }: LiveLoadBalancer): BalancerParts {
  return { loadBalancerIds: balancers.map(({ id }) => id), targetGroupIds: targetGroups.map(({ id }) => id) }
}
