import type { IngressRuleSpec } from '../../../model/stack-spec.js'
import { canonicalCidr, singleAddressCidr } from '../../cidr.js'
import type { LiveRule } from '../../../model/live-stack.js'
import type { World } from '../../world.js'
import type { PlannedRule } from '../../../model/step.js'

/** On a live rule, says that it came from `my-ip` in the file, so that an operator who moves is told from a rule made by hand. */
const myIpDescription = 'my-ip'

/** One rule in the common form, with the text by which two rules are the same and in which people read it. */
export interface NamedRule {
  readonly rule: PlannedRule
  /** `tcp 22 from 203.0.113.4/32`: equal texts are equal rules. */
  readonly text: string
  /** The text without the source, for rules from `my-ip`. */
  readonly door: string
  readonly isMyIp: boolean
}

/** What the file wants let in; `my-ip` rules are left out while the operator's address is not known. */
export function wantedRules(world: World, rules: readonly IngressRuleSpec[]): readonly NamedRule[] {
  const { operatorIp } = world.live.stack
  const wanted: NamedRule[] = []
  for (const { protocol, fromPort, toPort, from } of rules) {
    const isMyIp = from.kind === 'my-ip'
    if (isMyIp && operatorIp === undefined) continue
    const source: PlannedRule['source'] =
      from.kind === 'security-group'
        ? { kind: 'security-group', address: from.address }
        : { kind: 'cidr', cidr: from.kind === 'cidr' ? canonicalCidr(from.cidr) : singleAddressCidr(operatorIp ?? '') }
    wanted.push(
      named({ ...doorOf(protocol, fromPort, toPort), source, description: isMyIp ? myIpDescription : undefined }),
    )
  }
  return uniqueByText(wanted)
}

/** What is let in now; groups of this stack by address. */
export function liveRules(world: World, rules: readonly LiveRule[]): readonly NamedRule[] {
  return uniqueByText(
    rules.map(({ protocol, fromPort, toPort, source, description }) =>
      named({ ...doorOf(protocol, fromPort, toPort), source: liveSource(world, source), description }),
    ),
  )
}

function liveSource(world: World, source: LiveRule['source']): PlannedRule['source'] {
  if (source.kind === 'cidr') return { kind: 'cidr', cidr: canonicalCidr(source.cidr) }
  if (source.kind === 'prefix-list') return source
  const address = world.live.groupsById.get(source.groupId)?.address
  return address === undefined
    ? { kind: 'security-group-id', groupId: source.groupId }
    : { kind: 'security-group', address }
}

/** Protocol and ports as EC2 takes them: `-1` is every protocol, and has no ports; ICMP of every type has ports -1. */
function doorOf(protocol: string, fromPort: number, toPort: number) {
  const wire = protocol === 'all' ? '-1' : protocol
  const hasPorts = wire === 'tcp' || wire === 'udp' || wire === '6' || wire === '17'
  return hasPorts ? { protocol: wire, fromPort, toPort } : { protocol: wire, fromPort: -1, toPort: -1 }
}

function named(rule: PlannedRule): NamedRule {
  const { protocol, fromPort, toPort, source } = rule
  const ports = fromPort === -1 ? '' : fromPort === toPort ? ` ${fromPort}` : ` ${fromPort}-${toPort}`
  const door = `${protocol === '-1' ? 'all' : protocol}${ports}`
  return { rule, text: `${door} from ${sourceText(source)}`, door, isMyIp: rule.description === myIpDescription }
}

function sourceText(source: PlannedRule['source']): string {
  switch (source.kind) {
    case 'cidr':
      return source.cidr
    case 'security-group':
      return source.address
    case 'security-group-id':
      return source.groupId
    case 'prefix-list':
      return source.prefixListId
  }
}

function uniqueByText(rules: readonly NamedRule[]): readonly NamedRule[] {
  return [...new Map(rules.map((rule) => [rule.text, rule])).values()]
}
