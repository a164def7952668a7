import { isAddress, type Address } from '../../../model/address.js'
import { compareText } from '../../../model/address-order.js'
import { parseApplied, pickApplied, type AppliedRecord } from '../../../model/applied.js'
import type { LiveSecurityGroup } from '../../../model/kinds/security-group.js'
import { mutabilityOf } from '../../../model/mutability.js'
import { freeEc2Name } from '../../../model/names.js'
import type { Problem } from '../../../model/plan-problem.js'
import { ruleSides, sidedRules, type RuleSide, type SecurityGroupSpec } from '../../../model/kinds/security-group.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import { createDiffs, keepApplied, existsDiff, recordOf, removedDiff, sortedDiffs } from '../../compare/comparison.js'
import { ignoredKeys, ignoredPaths } from '../../../model/kinds/ignored-changes.js'
import { creationTags, lastingTags, tagWork, type TagWork } from '../../compare/desired-tags.js'
import { reasonFor, reasonForCreate, reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { errorOf, inEntry, leave, refused, warningOf, type Decided, type Leave, type Refuse } from '../decided.js'
import { adopting, adoptionRefusal } from '../adoption.js'
import { existingRuleProblems } from '../existing.js'
import { defaultNetwork } from '../servers/placement.js'
import { groupRuleChanges, mutualRules, newGroupRules, noRuleWork, type RuleWork } from './group-rules.js'
import { groupElsewhere } from '../networks/groups-elsewhere.js'
import { subnetFor } from '../networks/network-subnets.js'
import { groupWords, rulesWord } from './group-words.js'
import { operatorCidrOf } from './named-rules.js'

/** What becomes of a security group. */
export type SecurityGroupDecision = CreateGroupDecision | StandingGroupDecision | RemoveGroupDecision | Refuse | Leave

export interface CreateGroupDecision extends Decided {
  readonly kind: 'create'
  readonly groupName: string
  readonly description: string
  /** Undefined: the default VPC. */
  readonly vpcId: string | undefined
  /** The network, where that is made in this plan. */
  readonly network?: Address
  readonly tags: Tags
  readonly ingress: RuleWork
  /** Narrower than what EC2 makes it with, where the file says so. */
  readonly egress: RuleWork
  /** What is recorded once the rules are in; nothing is owed where there are none. */
  readonly tagging: TagWork
}

export interface StandingGroupDecision extends Decided {
  readonly kind: 'keep' | 'update'
  readonly live: LiveSecurityGroup
  readonly ingress: RuleWork
  readonly egress: RuleWork
  readonly tagging: TagWork
}

export interface RemoveGroupDecision extends Decided {
  readonly kind: 'remove'
  readonly live: LiveSecurityGroup
  /** Rules that name groups which go too: these must let go of one another first. */
  readonly ingress: RuleWork
  readonly egress: RuleWork
}

/** Decides what becomes of every security group, in the file and live. `worn`: by id those that something wears which stays. */
export function decideSecurityGroups(
  world: World,
  held: ReadonlySet<Address>,
  worn: ReadonlyMap<string, Address> = new Map(),
): ReadonlyMap<Address, SecurityGroupDecision> {
  const decisions = new Map<Address, SecurityGroupDecision>()
  const networks = networksByGroup(world)
  const homeless = withoutDefaultNetwork(world)
  for (const spec of world.spec.securityGroups) {
    if (held.has(spec.address)) continue
    const live = world.live.securityGroups.get(spec.address)
    const refusal = adoptionRefusal(world, spec.address, 'groupId', spec.groupId, live)
    decisions.set(
      spec.address,
      refusal ??
        (live
          ? adopting(live, 'groupId', spec.groupId, decideExisting(world, spec, live))
          : decideNew(world, spec, networks.get(spec.address), homeless(spec.address))),
    )
  }
  const unnamed = [...world.live.securityGroups.values()].filter(
    ({ address }) => !decisions.has(address) && !held.has(address),
  )
  for (const { id, address } of unnamed) {
    const wearer = worn.get(id)
    if (wearer !== undefined) decisions.set(address, leave(address, `${wearer} has it, and stays`))
  }
  const removed = unnamed.filter(({ id }) => !worn.has(id))
  const going = new Set(removed.map(({ address }) => address))
  for (const live of removed) decisions.set(live.address, decideRemoval(world, live, going))
  return decisions
}

function decideNew(
  world: World,
  spec: SecurityGroupSpec,
  worn: ReadonlySet<string> | undefined,
  isHomeless: boolean,
): SecurityGroupDecision {
  const { address } = spec
  const networks = [...(worn ?? [])].sort(compareText)
  const problems: Problem[] = []
  if (networks.length > 1) {
    const message = `${address} is worn by servers of several networks: ${networks.join(', ')}`
    problems.push(errorOf(address, 'PLAN_GROUP_IN_TWO_NETWORKS', message, 'name one security group for each network'))
  }
  if (networks.length === 0 && isHomeless) {
    const message = `${address} is worn by no server that names a subnet, and ${world.live.stack.region} has no default subnet, so its network is not known`
    const hint = 'let a server that names a `subnet` wear it, or leave it out'
    problems.push(errorOf(address, 'PLAN_SUBNET_NOT_FOUND', message, hint))
  }
  if (needsOperatorIp(world, spec)) {
    const message = `${address} has rules for my-ip, and ${operatorUnread(world)}`
    const hint = 'name the address in the file in place of my-ip'
    problems.push(inEntry(errorOf(address, 'PLAN_OPERATOR_IP_UNKNOWN', message, hint), myIpSide(spec)))
  }
  problems.push(...existingRuleProblems(world, spec))
  if (problems.length > 0) return refused(address, problems)
  const wasThere = world.live.ledger.has(address)
  const cause = wasThere ? 'drift' : 'pending'
  const ingress = newGroupRules(world, spec, 'ingress', cause)
  const egress = newGroupRules(world, spec, 'egress', cause)
  const created = groupWords(spec).filter(({ key }) => key !== 'ingress' && key !== 'egress')
  const record = { ...recordOf(world.digest, groupWords(spec)), ...operatorRecord(world, spec) }
  const work = tagWork(world, {}, spec.tags, {}, record, { alone: false })
  const owed = spec.ingress.length > 0 || spec.egress ? { [tagKeys.applied]: work.tags[tagKeys.applied] ?? '' } : {}
  return {
    kind: 'create',
    address,
    groupName: freeEc2Name(
      world.spec.stack,
      address,
      new Set(world.live.stack.securityGroups.map((group) => group.groupName)),
    ),
    description: spec.description,
    ...placeOf(networks[0]),
    tags: creationTags(world, lastingTags(world, address, spec.tags), recordOf(world.digest, created)),
    ingress,
    egress,
    tagging: { tags: owed, removeTags: [], diffs: [] },
    change: {
      address,
      kind: 'create',
      reason: reasonForCreate(wasThere),
      diffs: sortedDiffs<'securityGroup'>([
        ...(wasThere ? [existsDiff] : []),
        ...createDiffs<'securityGroup'>({ description: spec.description }, cause),
        ...ingress.diffs,
        ...egress.diffs,
      ]),
    },
    problems: [],
  }
}

function decideExisting(world: World, spec: SecurityGroupSpec, live: LiveSecurityGroup): SecurityGroupDecision {
  const { address } = spec
  const elsewhere = spec.network && groupElsewhere(world, address, address, spec.network)
  if (elsewhere) return refused(address, [inEntry(elsewhere, 'network')])
  if (spec.description !== live.description) {
    const message = `${address}: ${mutabilityOf('securityGroup', 'description').because}`
    const hint = `write description: ${JSON.stringify(live.description)}, or give the group another name`
    return refused(address, [inEntry(errorOf(address, 'PLAN_GROUP_DESCRIPTION_FIXED', message, hint), 'description')])
  }
  const missing = existingRuleProblems(world, spec)
  if (missing.length > 0) return refused(address, missing)
  const isBlind = needsOperatorIp(world, spec)
  const applied = parseApplied(live.tags[tagKeys.applied])
  const ignored = ignoredPaths('securityGroup', spec)
  const changesOf = (side: RuleSide) =>
    ignored.has(side) ? { ...noRuleWork, diffs: [] } : groupRuleChanges(world, spec, live, side, { applied, isBlind })
  const [ingress, egress] = [changesOf('ingress'), changesOf('egress')]
  const ruleDiffs = [...ingress.diffs, ...egress.diffs]
  // What an older evenkeel made has no record of the operator; it gets one with the next change of its rules.
  const isApplied =
    ruleDiffs.length === 0 && ruleSides.every((side) => applied?.[side] === world.digest(rulesWord(spec, side)))
  const operator = isApplied || isBlind ? pickApplied(applied, ['operator']) : operatorRecord(world, spec)
  const kept = new Set(ignoredKeys('securityGroup', spec))
  const record = keepApplied({ ...recordOf(world.digest, groupWords(spec)), ...operator }, applied, kept)
  const lasting = lastingTags(world, address, spec.tags)
  const tagging = tagWork(world, live.tags, spec.tags, lasting, record, { alone: ruleDiffs.length === 0, ignored })
  const diffs = sortedDiffs([...ruleDiffs, ...tagging.diffs])
  const isSame = diffs.length === 0
  return {
    kind: isSame ? 'keep' : 'update',
    address,
    live,
    ingress,
    egress,
    tagging,
    change: { address, kind: isSame ? 'none' : 'update', reason: reasonFor(diffs), diffs },
    problems: isBlind ? [rulesLeft(address)] : [],
    ...(isBlind && { unread: new Map([[address, operatorUnread(world)]]) }),
  }
}

/** Whether a group would be made in the default network where there is none; of a server that is launched into it, that one tells. */
function withoutDefaultNetwork({ spec, live }: World): (group: Address) => boolean {
  if (live.stack.offers?.defaultSubnets?.length !== 0) return () => false
  const launched = spec.servers.filter(({ address }) => !live.servers.has(address))
  const worn = new Set(launched.flatMap(({ securityGroups }) => securityGroups))
  return (group) => !worn.has(group)
}

/** What proves at the next plan that a rule is the operator's, wherever that is by then. */
function operatorRecord(world: World, spec: SecurityGroupSpec): AppliedRecord {
  const isNamed = sidedRules(spec).some(({ peer }) => peer.kind === 'my-ip')
  return recordOf(world.digest, [{ key: 'operator', word: isNamed ? operatorCidrOf(world) : undefined }])
}

function rulesLeft(address: Address): Problem {
  const message = `${address}: the rules from my-ip are left as they are, because this machine's address as EC2 sees it is not known`
  return warningOf(address, 'PLAN_OPERATOR_IP_UNKNOWN', message)
}

function decideRemoval(world: World, live: LiveSecurityGroup, going: ReadonlySet<Address>): SecurityGroupDecision {
  const { address } = live
  const reason = reasonForRemoval(world.destroying !== undefined)
  const change = { address, kind: 'remove', reason, diffs: [removedDiff] } as const
  return {
    kind: 'remove',
    address,
    live,
    ingress: mutualRules(world, live, 'ingress', going),
    egress: mutualRules(world, live, 'egress', going),
    change,
    problems: [],
  }
}

function operatorUnread({ live }: World): string {
  return live.stack.operatorIpUnread ?? "this machine's address as EC2 sees it is not known"
}

function myIpSide(spec: SecurityGroupSpec): RuleSide {
  return sidedRules(spec).find(({ peer }) => peer.kind === 'my-ip')?.side ?? 'ingress'
}

function needsOperatorIp(world: World, spec: SecurityGroupSpec): boolean {
  return world.live.stack.operatorIp === undefined && sidedRules(spec).some(({ peer }) => peer.kind === 'my-ip')
}

/** A network that is made in this plan is named by its address. */
function placeOf(network: string | undefined): Pick<CreateGroupDecision, 'vpcId' | 'network'> {
  return network !== undefined && isAddress(network) ? { vpcId: undefined, network } : { vpcId: network }
}

/**
 * By group the networks of its servers, where any of them names a subnet; a group that is not there has the default one, which
 * is nobody's business but EC2's.
 */
function networksByGroup(world: World): ReadonlyMap<Address, ReadonlySet<string>> {
  const networks = new Map<Address, Set<string>>()
  for (const { address, network } of world.spec.securityGroups) {
    if (network) networks.set(address, new Set([world.live.networks.get(network)?.id ?? network]))
  }
  for (const part of world.spec.networks) {
    if (part.part !== 'endpoint') continue
    const network = world.live.networks.get(part.network)?.id ?? part.network
    for (const group of part.securityGroups) networks.set(group, (networks.get(group) ?? new Set()).add(network))
  }
  for (const wearer of [...world.spec.servers, ...(world.spec.interfaces ?? [])]) {
    const subnet = wearer.subnet && subnetFor(world, wearer.subnet)
    if (!subnet) continue
    for (const group of wearer.securityGroups) {
      const known = networks.get(group)
      if (known) known.add(subnet.vpcId)
      else networks.set(group, new Set([subnet.vpcId]))
    }
  }
  for (const many of [...(world.spec.loadBalancers ?? []), ...(world.spec.scalingGroups ?? [])]) {
    for (const subnet of many.subnets ?? []) {
      const network = subnetFor(world, subnet)?.vpcId
      if (network === undefined) continue
      for (const group of many.securityGroups) networks.set(group, (networks.get(group) ?? new Set()).add(network))
    }
  }
  for (const server of world.spec.servers) {
    if (server.subnet || !server.securityGroups.some((group) => networks.has(group))) continue
    const network = world.live.servers.get(server.address)?.vpcId ?? defaultNetwork(world)
    if (network !== undefined) for (const group of server.securityGroups) networks.get(group)?.add(network)
  }
  return networks
}
