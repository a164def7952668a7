import { canonicalCidr, cidrOfAddress } from '../../../core/cidr-block.js'
import type { IngressRuleSpec } from '../../../model/kinds/security-group.js'
import type { LiveRule } from '../../../model/kinds/security-group.js'
import type { World } from '../../world.js'
import type { PlannedRule } from '../../../model/steps/step.js'

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
  const operatorCidr = operatorIp === undefined ? undefined : (cidrOfAddress(operatorIp) ?? operatorIp)
  const wanted: NamedRule[] = []
  for (const { protocol, fromPort, toPort, from } of rules) {
    const source = wantedSource(from, operatorCidr)
    if (source === undefined) continue
    const description = from.kind === 'my-ip' ? myIpDescription : undefined
    wanted.push(named({ ...doorOf(protocol, fromPort, toPort), source, description }))
  }
  return uniqueByText(wanted)
}

function wantedSource(
  from: IngressRuleSpec['from'],
  operatorCidr: string | undefined,
): PlannedRule['source'] | undefined {
  if (from.kind === 'security-group') return { kind: 'security-group', address: from.address }
  const cidr = from.kind === 'cidr' ? storedCidr(from.cidr) : operatorCidr
  return cidr === undefined ? undefined : { kind: 'cidr', cidr }
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
  if (source.kind === 'cidr') return { kind: 'cidr', cidr: storedCidr(source.cidr) }
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

/** A block as EC2 stores it; what is none stays as it is. */
function storedCidr(cidr: string): string {
  return canonicalCidr(cidr) ?? cidr
}
