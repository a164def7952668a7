import { compareText } from '../../../model/address-order.js'
import type { AppliedRecord } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import {
  everywhereRule,
  everywhereRuleV6,
  sidedRules,
  type LiveRule,
  type LiveSecurityGroup,
  type RuleSide,
  type SecurityGroupSpec,
} from '../../../model/kinds/security-group.js'
import type { PlannedRule } from '../../../model/steps/step.js'
import { causeOf, itemChanges } from '../../compare/comparison.js'
import type { World } from '../../world.js'
import { rulesWord } from './group-words.js'
import { liveRules, operatorCidrOf, wantedRules, type NamedRule } from './named-rules.js'

/** What is added to the rules of one side of a group, and taken from them. */
export interface RuleWork {
  readonly authorizes: readonly PlannedRule[]
  readonly revokes: readonly PlannedRule[]
}

export const noRuleWork: RuleWork = { authorizes: [], revokes: [] }

interface RuleChanges extends RuleWork {
  readonly diffs: readonly Diff<'securityGroup'>[]
}

/** What a group that is to be made is given: EC2 makes it with ways out to everywhere, and none in. */
export function newGroupRules(
  world: World,
  spec: SecurityGroupSpec,
  side: RuleSide,
  cause: Diff['cause'],
): RuleChanges {
  const made = side === 'egress' && spec.egress ? liveRules(world, side, [everywhereRule, everywhereRuleV6]) : []
  const wanted = wantedOf(world, spec, side)
  const isWanted = ({ text }: NamedRule) => wanted.some((rule) => rule.text === text)
  const closed = made.filter((rule) => !isWanted(rule))
  const opened = side === 'egress' && !spec.egress ? [] : wanted.filter(({ text }) => text !== made[0]?.text)
  const shown = side === 'egress' && !spec.egress ? [] : wanted
  return {
    authorizes: sortedRules(opened),
    revokes: sortedRules(closed),
    diffs:
      closed.length > 0 && shown.length === 0
        ? [{ path: side, before: null, after: [], cause }]
        : shown.map((rule) => ({ path: side, before: null, after: shownRule(rule), cause })),
  }
}

/** How the rules of a live group differ. `isBlind`: nobody knows where the operator is, and nobody may be locked out. */
export function groupRuleChanges(
  world: World,
  spec: SecurityGroupSpec,
  live: LiveSecurityGroup,
  side: RuleSide,
  known: { readonly applied: AppliedRecord | undefined; readonly isBlind: boolean },
): RuleChanges {
  const { applied, isBlind } = known
  const wanted = wantedOf(world, spec, side)
  const present = liveRules(world, side, presentOf(live, side), applied).filter(
    (rule) => !(isBlind && isLeftBlind(rule, applied)) && !isMadeByEc2(spec, side, rule),
  )
  const { removed, added } = itemChanges(present.map(textOf), wanted.map(textOf))
  const missing = rulesNamed(wanted, added)
  const extra = rulesNamed(present, removed)
  return {
    authorizes: sortedRules(missing),
    revokes: sortedRules(extra),
    diffs: diffsOfRules(world, spec, side, applied, missing, extra),
  }
}

/** The rules of a live group that name groups which go too: these must let go of one another first. */
export function mutualRules(
  world: World,
  live: LiveSecurityGroup,
  side: RuleSide,
  going: ReadonlySet<string>,
): RuleWork {
  const mutual = liveRules(world, side, presentOf(live, side)).filter(
    ({ rule: { source } }) =>
      source.kind === 'security-group' && source.address !== live.address && going.has(source.address),
  )
  return { authorizes: [], revokes: sortedRules(mutual) }
}

/** What lets out is asked for where the file says nothing of it. */
function wantedOf(world: World, spec: SecurityGroupSpec, side: RuleSide): readonly NamedRule[] {
  if (side === 'egress' && !spec.egress) return liveRules(world, side, [everywhereRule])
  return wantedRules(
    world,
    sidedRules(spec).filter((rule) => rule.side === side),
  )
}

function presentOf(live: LiveSecurityGroup, side: RuleSide): readonly LiveRule[] {
  return side === 'ingress' ? live.ingress : (live.egress ?? [everywhereRule])
}

/** In a network with IPv6 addresses EC2 lets a group out over these too. */
function isMadeByEc2(spec: SecurityGroupSpec, side: RuleSide, { rule }: NamedRule): boolean {
  const isAll = rule.protocol === '-1' && rule.source.kind === 'cidr' && rule.source.cidr === '::/0'
  return side === 'egress' && !spec.egress && isAll
}

/** While nobody knows where the operator is, nobody may be locked out: what may be the operator's stays, if only by its word. */
function isLeftBlind({ rule, isMyIp, isOneAddress }: NamedRule, applied: AppliedRecord | undefined): boolean {
  return isMyIp || (applied?.operator === undefined && rule.description === 'my-ip' && isOneAddress)
}

/**
 * A door that the file opens to my-ip and that stands open where the operator was is a pending change: the operator has
 * moved, nobody touched the group. Whatever else stands open was opened by hand.
 */
function diffsOfRules(
  world: World,
  spec: SecurityGroupSpec,
  side: RuleSide,
  applied: AppliedRecord | undefined,
  missing: readonly NamedRule[],
  extra: readonly NamedRule[],
): readonly Diff<'securityGroup'>[] {
  const cause = causeOf(world.digest, applied, side, rulesWord(spec, side))
  const operatorCidr = operatorCidrOf(world)
  const hasMoved =
    applied?.operator !== undefined && operatorCidr !== undefined && applied.operator !== world.digest(operatorCidr)
  const doors = new Set(wantedOf(world, spec, side).flatMap(({ isMyIp, door }) => (isMyIp ? [door] : [])))
  const causeFor = ({ isMyIp, door }: NamedRule) => (hasMoved && isMyIp && doors.has(door) ? 'pending' : cause)
  return [
    ...extra.map((rule) => ({ path: side, before: shownRule(rule), after: null, cause: causeFor(rule) }) as const),
    ...missing.map((rule) => ({ path: side, before: null, after: shownRule(rule), cause: causeFor(rule) }) as const),
  ]
}

function textOf({ text }: NamedRule): string {
  return text
}

function rulesNamed(rules: readonly NamedRule[], texts: readonly string[]): readonly NamedRule[] {
  const named = new Set(texts)
  return rules.filter(({ text }) => named.has(text))
}

function shownRule({ text, isMyIp }: NamedRule): string {
  return isMyIp ? `${text} (my-ip)` : text
}

function sortedRules(rules: readonly NamedRule[]): readonly PlannedRule[] {
  return [...rules].sort((left, right) => compareText(left.text, right.text)).map(({ rule }) => rule)
}
