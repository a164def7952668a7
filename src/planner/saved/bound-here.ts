import { cidrOfAddress } from '../../core/cidr-block.js'
import { canonicalJson } from '../../core/digest.js'
import { createDigester, formatApplied, parseApplied } from '../../model/applied.js'
import type { RuleSide } from '../../model/kinds/security-group.js'
import type { Plan } from '../../model/plan.js'
import type { PlannedRule, Step } from '../../model/steps/step.js'
import { tagKeys, type Tags } from '../../model/tags.js'
import type { PlanBasis } from './plan-basis.js'

/**
 * A saved plan with the words in it that mean this machine, whichever it is: its address in rules from `my-ip`, the public
 * half of a pair that is generated where it is used, and by what the copied files of this checkout are known again; and the
 * ledger by its id of now. Nothing else of it changes.
 */
export function boundHere(plan: Plan, saved: PlanBasis, here: PlanBasis): Plan {
  const operator = { saved: operatorCidr(saved), here: operatorCidr(here) }
  const generated = new Set(here.spec.keyPairs.filter(({ publicKey }) => !publicKey).map(({ address }) => address))
  // What opens a live server is what EC2 has, or is given here; never the key of the machine that made the plan.
  const imported = new Set(
    plan.steps.flatMap(({ kind, address }) => (kind === 'import-key-pair' && generated.has(address) ? [address] : [])),
  )
  const steps = plan.steps.map((step): Step => {
    switch (step.kind) {
      case 'authorize-ingress':
      case 'authorize-egress':
        return { ...step, rules: step.rules.map((rule) => ruleHere(rule, operator)) }
      case 'import-key-pair':
        return generated.has(step.address) ? { ...step, publicKey: here.live.publicKeys[step.address] } : step
      case 'authorize-key':
        return imported.has(step.keyPair) ? { ...step, publicKey: here.live.publicKeys[step.keyPair] } : step
      case 'create-security-group':
        return { ...step, tags: operatorTags(step.tags, operator) }
      case 'tag-resource':
        return { ...step, tags: tagsHere(operatorTags(step.tags, operator), step.address, saved, here) }
      case 'create-snapshot':
        return { ...step, tags: tagsHere(step.tags, step.address, saved, here) }
      default:
        return step
    }
  })
  return { ...plan, steps: withoutShutDoors(steps), ledger: { ...plan.ledger, id: here.live.ledger?.id } }
}

/** What `my-ip` means, on the machine that made the plan and on this one. */
interface Operator {
  readonly saved: string | undefined
  readonly here: string | undefined
}

/** A door that is opened to this machine is not shut to it as the place where the operator was before. */
function withoutShutDoors(steps: readonly Step[]): readonly Step[] {
  const doorsOf = (side: RuleSide, address: string, rules: readonly PlannedRule[]) =>
    rules.map(({ description: _description, ...door }) => `${side} ${address} ${canonicalJson(door)}`)
  const opened = new Set(
    steps.flatMap((step) => {
      if (step.kind === 'authorize-ingress') return doorsOf('ingress', step.address, step.rules)
      return step.kind === 'authorize-egress' ? doorsOf('egress', step.address, step.rules) : []
    }),
  )
  return steps.map((step) => {
    if (step.kind !== 'revoke-ingress' && step.kind !== 'revoke-egress') return step
    const doors = doorsOf(step.kind === 'revoke-ingress' ? 'ingress' : 'egress', step.address, step.rules)
    return { ...step, rules: step.rules.filter((_rule, index) => !opened.has(doors[index] ?? '')) }
  })
}

/** The record by which the rule of an operator who moved is known again (planner/decide/network). */
function operatorTags(tags: Tags, { saved, here }: Operator): Tags {
  const applied = parseApplied(tags[tagKeys.applied])
  if (saved === undefined || here === undefined || applied?.operator === undefined) return tags
  const digest = createDigester()
  if (applied.operator !== digest(saved)) return tags
  const operator = digest(here)
  return operator === undefined ? tags : { ...tags, [tagKeys.applied]: formatApplied({ ...applied, operator }) }
}

/** The block that `my-ip` stands for there. */
export function operatorCidr({ live: { operatorIp } }: PlanBasis): string | undefined {
  return operatorIp === undefined ? undefined : cidrOfAddress(operatorIp)
}

/** Of rules that are not from `my-ip` the description is another one. */
function ruleHere(rule: PlannedRule, { saved, here }: Operator): PlannedRule {
  const { source, description } = rule
  if (description !== 'my-ip' || source.kind !== 'cidr' || source.cidr !== saved || here === undefined) return rule
  return { ...rule, source: { kind: 'cidr', cidr: here } }
}

/** Records of copies begin with the digest of what was copied, cut to different lengths. */
function tagsHere(tags: Tags, address: string, saved: PlanBasis, here: PlanBasis): Tags {
  const before = digestOfSource(saved, address)
  const after = digestOfSource(here, address)
  if (before === undefined || after === undefined || before === after) return tags
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => {
      const [record = '', ...rest] = value.split(' ')
      const isRecord = rest.length > 0 && record.length >= 12 && before.startsWith(record)
      return [key, isRecord ? [after.slice(0, record.length), ...rest].join(' ') : value]
    }),
  )
}

function digestOfSource({ live }: PlanBasis, address: string): string | undefined {
  const sync = live.syncs[address]
  if (sync?.kind === 'read') return sync.sourceDigest
  const archive = live.archives?.[address]
  return archive?.kind === 'read' ? archive.digest : undefined
}
