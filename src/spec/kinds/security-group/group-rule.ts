import { canonicalCidr, cidrMistake } from '../../../core/cidr-block.js'
import type { Context } from '../../context.js'
import { addressIfNamed, findNamed } from '../../references/declared-names.js'
import { existingOf } from '../existing.js'
import { nearest } from '../../nearest.js'
import { isUnreadable } from '../../problem.js'
import type { Path } from '../../problem.js'
import type { EgressRuleShape, IngressRuleShape } from '../../shape/stack-shape.generated.js'
import { peerWords, type RulePeer, type RulePorts, type RuleSide } from '../../../model/kinds/security-group.js'
import type { TextProblem } from '../../problem.js'

/** A rule of either side, with the other end under one name. */
export interface ReadRule extends RulePorts {
  readonly peer: RulePeer
}

const mistakes = { ingress: 'SPEC_BAD_INGRESS', egress: 'SPEC_BAD_EGRESS' } as const
type Mistake = (typeof mistakes)[RuleSide]

/** All ports, which is also what stands in a rule for a protocol without ports. */
const allPorts = { fromPort: 0, toPort: 65535 }

/** One rule, or undefined where a part of it is wrong, which is reported. */
export function parseRule(
  context: Context,
  side: RuleSide,
  rule: IngressRuleShape | EgressRuleShape,
  path: Path,
): ReadRule | undefined {
  const code = mistakes[side]
  const at = (key: string) => (problem: TextProblem) =>
    context.report({ ...problem, path: [...path, key], at: 'value' })
  const ports = parsePorts(rule, code, at('port'))
  const written = 'from' in rule ? rule.from : 'to' in rule ? rule.to : undefined
  const peer = parsePeer(context, code, written, at(peerWords[side]))
  return ports && peer && { ...ports, peer }
}

function parsePorts(
  rule: IngressRuleShape | EgressRuleShape,
  code: Mistake,
  report: (problem: TextProblem) => void,
): RulePorts | undefined {
  if (isUnreadable(rule, 'port') || isUnreadable(rule, 'protocol')) return undefined
  const protocol = rule.protocol ?? (rule.port === 'all' ? 'all' : 'tcp')
  if (protocol === 'all' || protocol === 'icmp') {
    if (rule.port === undefined || rule.port === 'all') return { protocol, ...allPorts }
    report({ code, message: `a rule with protocol ${protocol} has no ports`, hint: 'leave `port` out' })
    return undefined
  }
  if (rule.port === undefined) {
    report({
      code: 'SPEC_MISSING_KEY',
      message: '`port` is missing in the rule',
      hint: 'give a port, a range such as 80-81, or all',
    })
    return undefined
  }
  if (rule.port === 'all') return { protocol, ...allPorts }
  const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(String(rule.port)) ?? []
  const [fromPort, toPort] = [Number(first), Number(last)]
  if (first !== undefined && toPort <= 65535 && fromPort <= toPort) return { protocol, fromPort, toPort }
  report({ code, ...portMistake(String(rule.port), first !== undefined, fromPort, toPort) })
  return undefined
}

function portMistake(text: string, isRange: boolean, fromPort: number, toPort: number) {
  if (!isRange) return { message: `${JSON.stringify(text)} is neither a port, nor a range such as 80-81, nor all` }
  if (fromPort > toPort)
    return { message: `the range ${text} ends before it starts`, hint: `write ${toPort}-${fromPort}` }
  return { message: `ports end at 65535, not at ${toPort}` }
}

function parsePeer(
  context: Context,
  code: Mistake,
  written: IngressRuleShape['from'],
  report: (problem: TextProblem) => void,
): RulePeer | undefined {
  if (written === undefined) return undefined
  const group = existingOf(context, 'securityGroup', written)
  if (group) return { kind: 'existing', group }
  if (typeof written !== 'string') return undefined
  if (written === 'my-ip') return { kind: 'my-ip' }
  if (written.startsWith('securityGroup.')) {
    const name = findNamed(context, 'securityGroup', written, report)
    const address = name === undefined ? undefined : addressIfNamed('securityGroup', name)
    return address && { kind: 'security-group', address }
  }
  const cidr = canonicalCidr(written)
  if (cidr !== undefined) return { kind: 'cidr', cidr }
  const { message, hint = peerHint(context, written) } = cidrMistake(written)
  report({ code, message, hint })
  return undefined
}

function peerHint(context: Context, written: string): string {
  const group = nearest(written, context.securityGroups.keys())
  if (group !== undefined) return `did you mean \`securityGroup.${group}\`?`
  if (nearest(written, ['my-ip']) !== undefined) return 'did you mean `my-ip`?'
  return 'expected a block such as 10.0.0.0/8, my-ip, or securityGroup.<name>'
}
