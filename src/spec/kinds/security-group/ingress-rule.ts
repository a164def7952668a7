import { canonicalCidr, cidrMistake } from '../../../core/cidr-block.js'
import type { Context } from '../../context.js'
import { addressIfNamed, findNamed } from '../../references/declared-names.js'
import { nearest } from '../../nearest.js'
import { isUnreadable } from '../../problem.js'
import type { Path } from '../../problem.js'
import type { IngressRuleShape } from '../../shape/stack-shape.generated.js'
import type { IngressRuleSpec } from '../../../model/kinds/security-group.js'
import type { TextProblem } from '../../problem.js'

type Ports = Pick<IngressRuleSpec, 'protocol' | 'fromPort' | 'toPort'>

/** All ports, which is also what stands in a rule for a protocol without ports. */
const allPorts = { fromPort: 0, toPort: 65535 }

/** One rule, or undefined where a part of it is wrong, which is reported. */
export function parseIngressRule(context: Context, rule: IngressRuleShape, path: Path): IngressRuleSpec | undefined {
  const ports = parsePorts(rule, (key, problem) => context.report({ ...problem, path: [...path, key], at: 'value' }))
  const from = parseSource(context, rule.from, (problem) =>
    context.report({ ...problem, path: [...path, 'from'], at: 'value' }),
  )
  return ports && from && { ...ports, from }
}

function parsePorts(rule: IngressRuleShape, report: (key: string, problem: TextProblem) => void): Ports | undefined {
  if (isUnreadable(rule, 'port') || isUnreadable(rule, 'protocol')) return undefined
  const protocol = rule.protocol ?? (rule.port === 'all' ? 'all' : 'tcp')
  if (protocol === 'all' || protocol === 'icmp') {
    if (rule.port === undefined || rule.port === 'all') return { protocol, ...allPorts }
    const message = `a rule with protocol ${protocol} has no ports`
    report('port', { code: 'SPEC_BAD_INGRESS', message, hint: 'leave `port` out' })
    return undefined
  }
  if (rule.port === undefined) {
    report('port', {
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
  report('port', { code: 'SPEC_BAD_INGRESS', ...portMistake(String(rule.port), first !== undefined, fromPort, toPort) })
  return undefined
}

function portMistake(text: string, isRange: boolean, fromPort: number, toPort: number) {
  if (!isRange) return { message: `${JSON.stringify(text)} is neither a port, nor a range such as 80-81, nor all` }
  if (fromPort > toPort)
    return { message: `the range ${text} ends before it starts`, hint: `write ${toPort}-${fromPort}` }
  return { message: `ports end at 65535, not at ${toPort}` }
}

function parseSource(
  context: Context,
  from: string | undefined,
  report: (problem: TextProblem) => void,
): IngressRuleSpec['from'] | undefined {
  if (from === undefined) return undefined
  if (from === 'my-ip') return { kind: 'my-ip' }
  if (from.startsWith('securityGroup.')) {
    const name = findNamed(context, 'securityGroup', from, report)
    const address = name === undefined ? undefined : addressIfNamed('securityGroup', name)
    return address && { kind: 'security-group', address }
  }
  const cidr = canonicalCidr(from)
  if (cidr !== undefined) return { kind: 'cidr', cidr }
  const { message, hint = sourceHint(context, from) } = cidrMistake(from)
  report({ code: 'SPEC_BAD_INGRESS', message, hint })
  return undefined
}

function sourceHint(context: Context, from: string): string {
  const group = nearest(from, context.securityGroups.keys())
  if (group !== undefined) return `did you mean \`securityGroup.${group}\`?`
  if (nearest(from, ['my-ip']) !== undefined) return 'did you mean `my-ip`?'
  return 'expected a block such as 10.0.0.0/8, my-ip, or securityGroup.<name>'
}
