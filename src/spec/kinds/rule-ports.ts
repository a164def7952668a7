import type { Code } from '../../core/codes.js'
import { isUnreadable, type TextProblem } from '../problem.js'

/** What a rule at a door says of ports, as it is written. */
export interface WrittenPorts {
  readonly port?: number | string | undefined
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | 'all' | undefined
}

/** All ports, which is also what stands in a rule for a protocol without ports. */
const allPorts = { fromPort: 0, toPort: 65535 }

/** The protocol and the ports that a rule means; undefined where they are none, which is reported with this code. */
export function parsePorts(rule: WrittenPorts, code: Code, report: (problem: TextProblem) => void) {
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
