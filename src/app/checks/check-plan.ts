import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { relative, resolve } from 'node:path'
import { messageOf, PlanError, UsageError } from '../../core/errors.js'
import { parseAddress } from '../../model/address.js'
import type { Change, DiffValue } from '../../model/change.js'
import { isDenied, type CheckResult } from '../../model/checks/check-result.js'
import type { Plan } from '../../model/plan.js'
import { count } from '../../core/units.js'
import type { StackFile } from '../stack-file.js'
import type { Policy, Rule } from './read-policy.js'
import { RuleChange, RuleDiff, RulePlan } from './rule-language.js'

/** Whose a plan is, as rules see it. */
export interface PlanOwner {
  readonly target: 'sandbox' | 'ec2'
  readonly region: string | undefined
  readonly account: string | undefined
  readonly revision: string | undefined
}

/**
 * What of a plan goes against a policy: each rule with each change that it holds for, in the order of the rules and of the plan.
 * A rule that cannot be evaluated counts as violated. The plan has to be masked.
 */
export function checkPlan({ rules }: Pick<Policy, 'rules'>, plan: Plan, owner: PlanOwner): readonly CheckResult[] {
  const changes = plan.changes.filter(({ kind }) => kind !== 'none')
  const seen = changes.map((change) => [change, ruleChange(change)] as const)
  const { target, region = '', account = '', revision = '' } = owner
  const whole = new RulePlan({
    stack: plan.stack,
    target,
    region,
    account,
    revision,
    complete: plan.complete,
    changes: seen.map(([, change]) => change),
  })
  return rules.flatMap((rule) => {
    if (!rule.expression.isOfChange) return violations(rule, null, whole, undefined)
    return seen.flatMap(([{ address }, change]) => violations(rule, address, whole, change))
  })
}

function violations(
  { name, message, severity, expression }: Rule,
  address: CheckResult['address'],
  plan: RulePlan,
  change: RuleChange | undefined,
): readonly CheckResult[] {
  const violated = (why: string): readonly CheckResult[] => [
    { rule: name, severity, address, message: `${message}${why}` },
  ]
  try {
    const holds = expression.holds(plan, change)
    if (holds === false) return []
    return violated(holds === true ? '' : ' (the rule came to neither true nor false)')
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n')
    return violated(` (the rule could not be evaluated: ${reason})`)
  }
}

function ruleChange({ address, kind, impact, reason, server, diffs }: Change): RuleChange {
  const { kind: type = '', name = '' } = parseAddress(address) ?? {}
  const seen = diffs.map(
    ({ path, before, after, cause }) =>
      new RuleDiff({ path, before: ruleValue(before), after: ruleValue(after), cause }),
  )
  return new RuleChange({ address, type, name, kind, impact, reason, server: server ?? '', diffs: seen })
}

/** CEL has numbers of 64 bits, which are no floating-point numbers. */
function ruleValue(value: DiffValue): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}

/** Throws a PlanError that counts the rules which forbid a plan, where any does. */
export function assertAllowed(checks: readonly CheckResult[], path: string): void {
  if (!isDenied(checks)) return
  const denied = checks.filter(({ severity }) => severity === 'deny')
  const rules = new Set(denied.map(({ rule }) => rule)).size
  throw new PlanError(
    'CHECKS_DENIED',
    `${count(rules, 'rule')} of ${path} ${rules === 1 ? 'forbids' : 'forbid'} this plan, and nothing was done`,
    denied.flatMap(({ address }) => (address === null ? [] : [address])),
  )
}

/**
 * Throws a UsageError where a policy is one of the files that make the stack, or that the stack names: whoever changes those would
 * change what judges them.
 */
export function assertOutside(policyPath: string, { path, directory, bases, spec }: StackFile): void {
  const local = [
    ...spec.syncs.flatMap(({ from, to }) => [...from, to]),
    ...spec.archives.map((archive) => ({ kind: 'local' as const, path: archive.from })),
    ...spec.keyPairs.flatMap(({ publicKey }) =>
      publicKey?.kind === 'path' ? [{ kind: 'local' as const, path: publicKey.path }] : [],
    ),
  ].flatMap((end) => (end.kind === 'local' ? [resolve(directory, end.path.replace(/^~(?=\/|$)/, homedir()))] : []))
  const judged = [path, ...bases].map((file) => resolve(file))
  const policy = realPath(resolve(policyPath))
  const own = [...judged, ...local].find((place) => policy === realPath(place))
  if (own === undefined) return
  const what =
    own === resolve(path)
      ? 'the stack file that it is to judge'
      : `of the stack that it is to judge, which names ${relative(process.cwd(), own)}`
  throw new UsageError('CHECKS_INSIDE', `the policy ${policyPath} is ${what}`, {
    hint: 'keep it where whoever changes the stack does not change it: docs/ci.md says how',
  })
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
