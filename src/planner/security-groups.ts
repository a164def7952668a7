import type { Address } from '../model/address.js'
import type { IngressRuleSpec, SecurityGroupSpec } from '../model/stack-spec.js'
import { compareText } from '../model/address-order.js'
import { parseApplied, type AppliedRecord } from '../model/applied.js'
import type { Diff } from '../model/change.js'
import { causeOf, createDiffs, existsDiff, recordOf, removedDiff, sortedDiffs } from './compare/comparison.js'
import { creationTags, lastingTags, tagWork, userTagsWord } from './compare/desired-tags.js'
import { liveRules, wantedRules, type NamedRule } from './ingress.js'
import type { LiveSecurityGroup } from '../model/live-stack.js'
import { mutabilityOf } from '../model/mutability.js'
import { ec2Name } from '../model/names.js'
import { recordChange, refuse, warn, type Planning } from './planning.js'
import { reasonFor, reasonForCreate, reasonForRemoval } from './compare/reasons.js'
import { subnetOf } from './server-properties.js'
import { stepId } from './graph/step-graph.js'
import type { PlannedRule, StepId } from '../model/step.js'
import { tagKeys } from '../model/tags.js'

/** Plans every security group, in the file and live. */
export function planSecurityGroups(planning: Planning): void {
  for (const spec of planning.spec.securityGroups) {
    if (planning.blocked.has(spec.address)) continue
    const live = planning.live.securityGroups.get(spec.address)
    if (live) planExisting(planning, spec, live)
    else planNew(planning, spec)
  }
  const removed = [...planning.live.securityGroups.values()].filter(({ address }) => !planning.changes.has(address))
  if (removed.length === 0) return
  const uses = usesOfGroups(planning, new Set(removed.map(({ address }) => address)))
  for (const live of removed) planRemoval(planning, live, uses)
}

function planNew(planning: Planning, spec: SecurityGroupSpec): void {
  const { address } = spec
  const { steps } = planning
  const wasThere = planning.live.ledger.has(address)
  const rules = wantedRules(planning, spec.ingress)
  const created = recordOf(
    planning.digest,
    words(spec).filter(({ key }) => key !== 'ingress'),
  )
  const lasting = lastingTags(planning, address, spec.tags)
  steps.add('create-security-group', address, {
    groupName: ec2Name(planning.spec.stack, address),
    description: spec.description,
    vpcId: vpcOf(planning, spec),
    tags: creationTags(planning, lasting, created),
  })
  if (needsOperatorIp(planning, spec)) {
    refuse(
      planning,
      address,
      'PLAN_OPERATOR_IP_UNKNOWN',
      `${address} lets my-ip in, and this machine's address as EC2 sees it is not known`,
      'name the address in the file in place of my-ip',
    )
  }
  addRules(planning, spec, rules)
  if (spec.ingress.length > 0) {
    const work = tagWork(planning, {}, spec.tags, {}, recordOf(planning.digest, words(spec)), { alone: false })
    const tags = { [tagKeys.applied]: work.tags[tagKeys.applied] ?? '' }
    steps.add(
      'tag-resource',
      address,
      { target: address, tags, removeTags: [] },
      { needs: [stepId('create-security-group', address), stepId('authorize-ingress', address)] },
    )
  }
  const cause = wasThere ? 'drift' : 'pending'
  recordChange(planning, {
    address,
    kind: 'create',
    reason: reasonForCreate(wasThere),
    diffs: sortedDiffs([
      ...(wasThere ? [existsDiff] : []),
      ...createDiffs({ description: spec.description }, cause),
      ...rules.map((rule): Diff => ({ path: 'ingress', before: null, after: shownRule(rule), cause })),
    ]),
  })
}

function planExisting(planning: Planning, spec: SecurityGroupSpec, live: LiveSecurityGroup): void {
  const { address } = spec
  const { steps } = planning
  const applied = parseApplied(live.tags[tagKeys.applied])
  if (spec.description !== live.description) {
    const message = `${address}: ${mutabilityOf('securityGroup', 'description').because}`
    const hint = `write description: ${JSON.stringify(live.description)}, or give the group another name`
    refuse(planning, address, 'PLAN_GROUP_DESCRIPTION_FIXED', message, hint)
  }
  const isBlind = needsOperatorIp(planning, spec)
  if (isBlind) {
    warn(
      planning,
      address,
      'PLAN_OPERATOR_IP_UNKNOWN',
      `${address}: the rules from my-ip are left as they are, because this machine's address as EC2 sees it is not known`,
    )
  }
  const wanted = wantedRules(planning, spec.ingress)
  const present = liveRules(planning, live.ingress).filter((rule) => !(isBlind && rule.isMyIp))
  const wantedTexts = new Set(wanted.map(({ text }) => text))
  const presentTexts = new Set(present.map(({ text }) => text))
  const missing = wanted.filter(({ text }) => !presentTexts.has(text))
  const extra = present.filter(({ text }) => !wantedTexts.has(text))
  if (extra.length > 0) {
    steps.add('revoke-ingress', address, { groupId: live.id, rules: sortedRules(extra) })
  }
  addRules(planning, spec, missing)
  const ruleDiffs = diffsOfRules(planning, spec, applied, missing, extra)
  const record = recordOf(planning.digest, words(spec))
  const lasting = lastingTags(planning, address, spec.tags)
  const work = tagWork(planning, live.tags, spec.tags, lasting, record, { alone: ruleDiffs.length === 0 })
  if (Object.keys(work.tags).length > 0 || work.removeTags.length > 0) {
    steps.add(
      'tag-resource',
      address,
      { target: address, tags: work.tags, removeTags: work.removeTags },
      { needs: [stepId('authorize-ingress', address), stepId('revoke-ingress', address)] },
    )
  }
  const diffs = sortedDiffs([...ruleDiffs, ...work.diffs])
  recordChange(planning, { address, kind: diffs.length > 0 ? 'update' : 'none', reason: reasonFor(diffs), diffs })
}

/** A door that my-ip opens at another address is a pending change: the operator has moved, nobody touched the group. */
function diffsOfRules(
  planning: Planning,
  spec: SecurityGroupSpec,
  applied: AppliedRecord | undefined,
  missing: readonly NamedRule[],
  extra: readonly NamedRule[],
): readonly Diff[] {
  const cause = causeOf(planning.digest, applied, 'ingress', ingressWord(spec.ingress))
  const moved = (rule: NamedRule, others: readonly NamedRule[]) =>
    rule.isMyIp && others.some((other) => other.isMyIp && other.door === rule.door)
  return [
    ...extra.map((rule): Diff => ({
      path: 'ingress',
      before: shownRule(rule),
      after: null,
      cause: moved(rule, missing) ? 'pending' : cause,
    })),
    ...missing.map((rule): Diff => ({
      path: 'ingress',
      before: null,
      after: shownRule(rule),
      cause: moved(rule, extra) ? 'pending' : cause,
    })),
  ]
}

function addRules(planning: Planning, spec: SecurityGroupSpec, rules: readonly NamedRule[]): void {
  if (rules.length === 0) return
  const peers = rules.flatMap(({ rule }): StepId[] =>
    rule.source.kind === 'security-group' ? [stepId('create-security-group', rule.source.address)] : [],
  )
  planning.steps.add(
    'authorize-ingress',
    spec.address,
    { rules: sortedRules(rules) },
    { needs: [stepId('create-security-group', spec.address), ...peers] },
  )
}

/** What must be over before a group can go: EC2 answers DependencyViolation before. */
interface UsesOfGroups {
  readonly removed: ReadonlySet<Address>
  /** By group id: steps of the servers that wear it and of the groups whose rules name it. */
  readonly endings: ReadonlyMap<string, readonly StepId[]>
}

function usesOfGroups(planning: Planning, removed: ReadonlySet<Address>): UsesOfGroups {
  const endings = new Map<string, StepId[]>()
  const note = (groupId: string, ...steps: readonly StepId[]) => {
    const known = endings.get(groupId)
    if (known) known.push(...steps)
    else endings.set(groupId, [...steps])
  }
  for (const { address, live } of planning.fates.values()) {
    for (const groupId of live?.securityGroupIds ?? []) {
      note(groupId, stepId('terminate-server', address), stepId('modify-server', address))
    }
  }
  for (const { address, ingress } of planning.live.securityGroups.values()) {
    for (const { source } of ingress) {
      if (source.kind === 'security-group') note(source.groupId, stepId('revoke-ingress', address))
    }
  }
  return { removed, endings }
}

/** Deletes a group after the servers that wear it and the rules that name it are gone. Groups that go together let go of one another first. */
function planRemoval(planning: Planning, live: LiveSecurityGroup, uses: UsesOfGroups): void {
  const { steps } = planning
  const { address } = live
  const mutual = liveRules(planning, live.ingress).filter(
    ({ rule: { source } }) =>
      source.kind === 'security-group' && source.address !== address && uses.removed.has(source.address),
  )
  if (mutual.length > 0) steps.add('revoke-ingress', address, { groupId: live.id, rules: sortedRules(mutual) })
  steps.add('delete-security-group', address, { groupId: live.id }, { needs: uses.endings.get(live.id) ?? [] })
  recordChange(planning, {
    address,
    kind: 'remove',
    reason: reasonForRemoval(planning.destroying !== undefined),
    diffs: [removedDiff],
  })
}

function words(spec: SecurityGroupSpec) {
  return [
    { key: 'description', word: spec.description },
    { key: 'ingress', word: ingressWord(spec.ingress) },
    { key: 'tags', word: userTagsWord(spec.tags) },
  ] as const
}

/** The rules as the file says them, `my-ip` as the word that it is; undefined without rules. */
function ingressWord(rules: readonly IngressRuleSpec[]): readonly string[] | undefined {
  const texts = rules.map(({ protocol, fromPort, toPort, from }) => {
    const source = from.kind === 'cidr' ? from.cidr : from.kind === 'my-ip' ? 'my-ip' : from.address
    return `${protocol} ${fromPort}-${toPort} ${source}`
  })
  return texts.length === 0 ? undefined : texts.sort(compareText)
}

function needsOperatorIp(planning: Planning, spec: SecurityGroupSpec): boolean {
  return planning.live.stack.operatorIp === undefined && spec.ingress.some(({ from }) => from.kind === 'my-ip')
}

function shownRule({ text, isMyIp }: NamedRule): string {
  return isMyIp ? `${text} (my-ip)` : text
}

function sortedRules(rules: readonly NamedRule[]): readonly PlannedRule[] {
  return [...rules].sort((left, right) => compareText(left.text, right.text)).map(({ rule }) => rule)
}

/** The network of the subnets that its servers name; undefined: the default one. */
function vpcOf(planning: Planning, spec: SecurityGroupSpec): string | undefined {
  const networks = new Set<string>()
  for (const server of planning.spec.servers) {
    const subnet =
      server.subnet && server.securityGroups.includes(spec.address) ? subnetOf(planning, server) : undefined
    if (subnet) networks.add(subnet.vpcId)
  }
  const [first] = [...networks].sort(compareText)
  if (networks.size > 1) {
    const message = `${spec.address} is worn by servers of several networks: ${[...networks].sort(compareText).join(', ')}`
    refuse(planning, spec.address, 'PLAN_GROUP_IN_TWO_NETWORKS', message, 'name one security group for each network')
  }
  return first
}
