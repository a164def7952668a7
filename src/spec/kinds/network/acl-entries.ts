import { canonicalCidr, cidrMistake } from '../../../core/cidr-block.js'
import type { AclEntry } from '../../../model/kinds/network.js'
import { reportAt, type Context } from '../../context.js'
import { ignore, type Path } from '../../problem.js'
import { parsePorts } from '../rule-ports.js'
import type { AclRuleShape, NetworkAclShape } from '../../shape/stack-shape.generated.js'

/** Between two rules, so that a person sees their order and another tool finds room; EC2 takes 1 to 32766. */
const numberStep = 10

/** VPC User Guide, "Quotas": so many in each direction where the quota was raised; 20 without. */
const rulesMax = 40

/** The rules of a network ACL without a mistake, numbered in the order in which they stand. */
export function aclEntries(acl: NonNullable<NetworkAclShape>): readonly AclEntry[] {
  const entries = (rules: NetworkAclSide, egress: boolean) =>
    (rules ?? []).flatMap((rule, index) => (rule && entryOf(rule, egress, (index + 1) * numberStep)) ?? [])
  return [...entries(acl.in, false), ...entries(acl.out, true)]
}

type NetworkAclSide = NonNullable<NetworkAclShape>['in']

function entryOf(rule: AclRuleShape, egress: boolean, number: number): AclEntry | undefined {
  const ports = parsePorts(rule, 'SPEC_BAD_NETWORK', ignore)
  const cidr = canonicalCidr((egress ? rule.to : rule.from) ?? '')
  if (!ports || cidr === undefined) return undefined
  const hasPorts = ports.protocol === 'tcp' || ports.protocol === 'udp'
  return {
    egress,
    number,
    protocol: ports.protocol,
    fromPort: hasPorts ? ports.fromPort : -1,
    toPort: hasPorts ? ports.toPort : -1,
    cidr,
    action: rule.action ?? 'allow',
  }
}

/** Reports rules that are none. */
export function checkAcl(context: Context, path: Path, acl: NetworkAclShape | undefined): void {
  for (const side of ['in', 'out'] as const) {
    const rules = acl?.[side] ?? []
    if (rules.length > rulesMax) {
      const message = `${rules.length} rules are too many: a network ACL has at most ${rulesMax} in each direction`
      reportAt(context, [...path, side], 'key')({ code: 'SPEC_BAD_NETWORK', message })
    }
    for (const [index, rule] of rules.entries()) if (rule) checkRule(context, [...path, side, index], rule, side)
  }
}

function checkRule(context: Context, path: Path, rule: AclRuleShape, side: 'in' | 'out'): void {
  parsePorts(rule, 'SPEC_BAD_NETWORK', reportAt(context, [...path, 'port']))
  const [key, other] = side === 'in' ? (['from', 'to'] as const) : (['to', 'from'] as const)
  if (rule[other] !== undefined) {
    const message = `a rule under \`${side}\` has no \`${other}\``
    reportAt(context, [...path, other], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint: `write \`${key}\`` })
    return
  }
  const text = rule[key]
  if (text === undefined) {
    const message = `\`${key}\` is missing in the rule`
    reportAt(context, [...path, key], 'key')({ code: 'SPEC_MISSING_KEY', message, hint: 'such as 0.0.0.0/0' })
    return
  }
  const cidr = canonicalCidr(text)
  if (cidr !== undefined && !cidr.includes(':')) return
  const { message, hint } =
    cidr === undefined ? cidrMistake(text) : { message: `${text} is no block of IPv4 addresses` }
  reportAt(context, [...path, key])({ code: 'SPEC_BAD_NETWORK', message, ...(hint !== undefined && { hint }) })
}
