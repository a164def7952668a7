import type { Address } from '../../../model/address.js'
import { appliedOf, appliedTags, type AppliedRecord } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import {
  outdatedMembers,
  scalingGroupAppliedKeys,
  type LiveGroup,
  type LiveScalingGroup,
  type ScalingGroupSpec,
} from '../../../model/kinds/scaling-group.js'
import { networkOf } from '../../../model/kinds/network.js'
import { imageKey } from '../../../model/launch/image.js'
import type { PlannedScaling } from '../../../model/steps/step.js'
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
import type { LoadBalancerDecision } from '../load-balancers/load-balancer-decision.js'
import { readableUserData } from '../servers/new-server.js'
import { imageOf } from '../servers/server-properties.js'
import { launchDiffs, newerImage, wishOf } from './group-launch.js'
import { placeProblems } from './group-places.js'
import { groupProperties, scalingWishes, scalingWords } from './group-properties.js'
import type { ScalingGroupDecision } from './scaling-group-decision.js'

type Balancers = ReadonlyMap<Address, LoadBalancerDecision>

/** Decides what becomes of every scaling group, in the file and live. `held` are addresses that are out of the plan already. */
export function decideScalingGroups(
  world: World,
  balancers: Balancers,
  held: ReadonlySet<Address>,
): ReadonlyMap<Address, ScalingGroupDecision> {
  const decisions = new Map<Address, ScalingGroupDecision>()
  for (const spec of world.spec.scalingGroups ?? []) {
    if (!held.has(spec.address)) decisions.set(spec.address, decideNamed(world, spec, balancers, held))
  }
  for (const [address, live] of world.live.scalingGroups) {
    if (!decisions.has(address) && !held.has(address)) decisions.set(address, decideRemoval(world, address, live))
  }
  return decisions
}

/** A protected one goes only where the file, which names it still, says that it is not protected any more. */
function decideRemoval(world: World, address: Address, live: LiveScalingGroup): ScalingGroupDecision {
  if (live.group?.protect === true && world.going.scalingGroups.get(address)?.protect !== false) {
    const message = `${address} (${live.group.name}) is protected from deletion`
    return refuse(address, 'PLAN_PROTECTED', message, 'apply it with protect: false first')
  }
  const reason = reasonForRemoval(world.destroying !== undefined)
  return {
    kind: 'remove',
    address,
    live,
    change: { address, kind: 'remove', reason, diffs: [removedDiff] },
    problems: [],
  }
}

function decideNamed(
  world: World,
  spec: ScalingGroupSpec,
  balancers: Balancers,
  held: ReadonlySet<Address>,
): ScalingGroupDecision {
  const { address, image: selector, keyPair } = spec
  const out = namedBy(spec).find((other) => held.has(other))
  if (out !== undefined) return leave(address, `${out} cannot be planned`)
  const live = world.live.scalingGroups.get(address)
  const image = imageOf(world, spec)
  if (!image) {
    const message = `no image is ${imageKey(selector)}, which the file names for ${address}`
    return refuse(address, 'PLAN_IMAGE_NOT_FOUND', message)
  }
  const problems = placeProblems(world, spec, image, balancers)
  if (problems.length > 0) return refused(address, problems)
  const standing = live?.group?.isEnding === true ? undefined : live?.group
  const wish = wishOf(world, spec, image, standing)
  const scaling = {
    address,
    wish,
    image: image.madeBy,
    keyPair,
    leftovers: (live?.templateIds ?? []).filter((id) => id !== standing?.template?.id),
  }
  if (live && standing) return decideExisting(world, spec, { ...scaling, live }, standing, balancers)
  const wasThere = world.live.ledger.has(address)
  const wishes = createDiffs<'scalingGroup'>(scalingWishes(world, spec, wish), wasThere ? 'drift' : 'pending')
  const record = recordOf(world.digest, scalingWords(spec))
  // That as many as it wants are in service is not so yet when it is made.
  const first = recordOf(
    world.digest,
    scalingWords(spec).filter(({ key }) => key !== 'min'),
  )
  return {
    ...scaling,
    kind: 'create',
    tags: creationTags(world, lastingTags(world, address, spec.tags), first),
    tagging: { tags: appliedTags(record), removeTags: [] },
    change: {
      address,
      kind: 'create',
      reason: reasonForCreate(wasThere),
      diffs: sortedDiffs<'scalingGroup'>([...(wasThere ? [existsDiff] : []), ...wishes]),
    },
    problems: readableUserData(spec),
  }
}

/** All that a group cannot be planned without. */
function namedBy({ image, keyPair, loadBalancer, securityGroups, subnets = [] }: ScalingGroupSpec): readonly Address[] {
  return [
    ...(keyPair === undefined ? [] : [keyPair]),
    ...(loadBalancer === undefined ? [] : [loadBalancer]),
    ...(image.kind === 'built' ? [image.image] : []),
    ...securityGroups,
    ...subnets.flatMap((subnet) => (subnet.kind === 'network' ? [subnet.address, networkOf(subnet.address)] : [])),
  ]
}

function decideExisting(
  world: World,
  spec: ScalingGroupSpec,
  scaling: {
    readonly address: Address
    readonly wish: PlannedScaling
    readonly image: Address | undefined
    readonly keyPair: Address | undefined
    readonly leftovers: readonly string[]
    readonly live: LiveScalingGroup
  },
  group: LiveGroup,
  balancers: Balancers,
): ScalingGroupDecision {
  const { address, wish, live, leftovers } = scaling
  const applied = appliedOf(live.tags)
  const launched = launchDiffs(world, spec, wish, live, group)
  const others = launched.length > 0 ? undefined : otherMembers(group)
  const members: readonly Diff<'scalingGroup'>[] =
    others === undefined ? [] : [{ path: 'members', before: others, after: null, cause: 'drift' }]
  const balancer = balancerOf(world, spec, group, balancers)
  const own = compareProperties<'scalingGroup'>(world.digest, applied, groupProperties(spec, wish, group, balancer))
  const suspended: readonly Diff<'scalingGroup'>[] =
    group.suspended.length === 0 ? [] : [{ path: 'suspended', before: group.suspended, after: null, cause: 'drift' }]
  const left = leftovers.map((id) => ({ path: 'exists', before: id, after: null, cause: 'drift' }) as const)
  const first = sortedDiffs<'scalingGroup'>([...launched, ...members, ...own, ...suspended])
  const record = recordOf(world.digest, scalingWords(spec))
  const tagging = tagWork(world, live.tags, spec.tags, lastingTags(world, address, spec.tags), record, {
    alone: first.length + left.length === 0,
  })
  // What a refresh leaves behind is told where nothing else is to be done.
  const isRefreshed = launched.length + members.length > 0
  const told = isRefreshed ? [] : (left as readonly Diff<never>[])
  const diffs = sortedDiffs<'scalingGroup'>([...first, ...told, ...tagging.diffs])
  const kind = diffs.length > 0 ? 'update' : 'keep'
  const reason = `${reasonFor(diffs)}${isRefreshed ? '; its members are replaced, with what is on their disks' : ''}`
  return {
    ...scaling,
    kind,
    modifies: own.length + suspended.length > 0 || (launched.length === 0 && isUnfinished(record, applied)),
    refreshes: isRefreshed ? spec.refresh : undefined,
    leftovers: isRefreshed ? live.templateIds : leftovers,
    tagging,
    change: { address, kind: kind === 'keep' ? 'none' : 'update', reason, diffs },
    problems: [...newerImage(world, spec, group), ...(isRefreshed ? readableUserData(spec) : [])],
  }
}

/** What members are of, or are about to be of, beside the group's own template. */
function otherMembers(group: LiveGroup): string | undefined {
  const outdated = outdatedMembers(group).length
  if (outdated > 0) return `${outdated} of another template`
  const { refreshingTo: to, template } = group
  const isElsewhere = to !== undefined && (to.id !== template?.id || to.version !== template.version)
  return isElsewhere ? `being replaced by those of ${to.id} version ${to.version}` : undefined
}

/** A run that made it, or changed it, did not come to its end: nobody has waited for its members. */
function isUnfinished(record: AppliedRecord, applied: AppliedRecord = {}): boolean {
  return scalingGroupAppliedKeys.some((key) => key !== 'tags' && record[key] !== applied[key])
}

/** Who sends traffic to it now, and whether that is as the file says: its target group may be another by then. */
function balancerOf(
  world: World,
  { loadBalancer }: ScalingGroupSpec,
  { targetGroupIds }: LiveGroup,
  balancers: Balancers,
): { readonly before: string | null; readonly isSame: boolean } {
  const addressOfGroup = (id: string) =>
    [...world.live.loadBalancers.values()].find(({ targetGroups }) => targetGroups.some((group) => group.id === id))
      ?.address ?? id
  const before = targetGroupIds.map(addressOfGroup).join(', ')
  const decision = loadBalancer === undefined ? undefined : balancers.get(loadBalancer)
  const groupName = decision && 'wish' in decision ? decision.wish.groupName : undefined
  const live = loadBalancer === undefined ? undefined : world.live.loadBalancers.get(loadBalancer)
  const wanted = live?.targetGroups.find(({ name }) => name === groupName)?.id
  const isSame =
    loadBalancer === undefined
      ? targetGroupIds.length === 0
      : wanted !== undefined && targetGroupIds.length === 1 && targetGroupIds[0] === wanted
  return { before: before === '' ? null : before, isSame }
}
