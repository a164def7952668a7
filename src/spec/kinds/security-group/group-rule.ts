import { canonicalCidr, cidrMistake } from '../../../core/cidr-block.js'
import type { Context } from '../../context.js'
import { addressIfNamed, findNamed } from '../../references/declared-names.js'
import { existingOf } from '../existing.js'
import { parsePorts } from '../rule-ports.js'
import { nearest } from '../../nearest.js'
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
