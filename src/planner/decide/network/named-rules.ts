import { canonicalCidr, cidrOfAddress } from '../../../core/cidr-block.js'
import {
  peerWords,
  type LiveRule,
  type RulePeer,
  type RuleSide,
  type SidedRule,
} from '../../../model/kinds/security-group.js'
import type { AppliedRecord } from '../../../model/applied.js'
import type { World } from '../../world.js'
import { existingGroup } from '../existing.js'
import type { PlannedRule } from '../../../model/steps/step.js'

/** For people who read the rule in EC2. It proves nothing: whoever opens a port by hand can write it too. */
const myIpDescription = 'my-ip'

/** One rule in the common form, with the text by which two rules are the same and in which people read it. */
export interface NamedRule {
  readonly rule: PlannedRule
  /** `tcp 22 from 203.0.113.4/32`, `tcp 443 to 0.0.0.0/0`: equal texts are equal rules. */
  readonly text: string
  /** The text without the source, for rules from `my-ip`. */
  readonly door: string
  /** Wanted: the file says `my-ip`. Live: it is where the operator is now, or was at the last apply, whatever its description says. */
  readonly isMyIp: boolean
  /** Whether it lets in a single address. */
  readonly isOneAddress: boolean
}

/** The operator's address as a block of one; undefined while it is not known. */
export function operatorCidrOf({ live }: World): string | undefined {
  const { operatorIp } = live.stack
  return operatorIp === undefined ? undefined : (cidrOfAddress(operatorIp) ?? operatorIp)
}

/** What the file wants let in, or out; `my-ip` rules are left out while the operator's address is not known. */
export function wantedRules(world: World, rules: readonly SidedRule[]): readonly NamedRule[] {
  const operatorCidr = operatorCidrOf(world)
  const wanted: NamedRule[] = []
  for (const { side, protocol, fromPort, toPort, peer } of rules) {
    const source = wantedSource(world, peer, operatorCidr)
    if (source === undefined) continue
    const description = peer.kind === 'my-ip' ? myIpDescription : undefined
    wanted.push(named({ ...doorOf(protocol, fromPort, toPort), source, description }, side, peer.kind === 'my-ip'))
  }
  return uniqueByText(wanted)
}

function wantedSource(
  world: World,
  peer: RulePeer,
  operatorCidr: string | undefined,
): PlannedRule['source'] | undefined {
  if (peer.kind === 'security-group') return { kind: 'security-group', address: peer.address }
  if (peer.kind === 'existing') {
    const group = existingGroup(world, peer.group)
    return group && { kind: 'security-group-id', groupId: group.id }
  }
  const cidr = peer.kind === 'cidr' ? storedCidr(peer.cidr) : operatorCidr
  return cidr === undefined ? undefined : { kind: 'cidr', cidr }
}

/** What is let in, or out, now; groups of this stack by address. `applied` is the group's record, which proves where the operator was. */
export function liveRules(
  world: World,
  side: RuleSide,
  rules: readonly LiveRule[],
  applied?: AppliedRecord,
): readonly NamedRule[] {
  const operatorCidr = operatorCidrOf(world)
  const isOperators = (source: PlannedRule['source']) =>
    source.kind === 'cidr' &&
    (source.cidr === operatorCidr ||
      // Six digits are no proof of a whole network.
      (applied?.operator !== undefined && isOneAddress(source) && world.digest(source.cidr) === applied.operator))
  return uniqueByText(
    rules.map(({ protocol, fromPort, toPort, source: live, description }) => {
      const source = liveSource(world, live)
      return named({ ...doorOf(protocol, fromPort, toPort), source, description }, side, isOperators(source))
    }),
  )
}

function isOneAddress(source: PlannedRule['source']): boolean {
  return source.kind === 'cidr' && source.cidr.endsWith(source.cidr.includes(':') ? '/128' : '/32')
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

function named(rule: PlannedRule, side: RuleSide, isMyIp: boolean): NamedRule {
  const { protocol, fromPort, toPort, source } = rule
  const ports = fromPort === -1 ? '' : fromPort === toPort ? ` ${fromPort}` : ` ${fromPort}-${toPort}`
  const door = `${protocol === '-1' ? 'all' : protocol}${ports}`
  return {
    rule,
    text: `${door} ${peerWords[side]} ${sourceText(source)}`,
    door,
    isMyIp,
    isOneAddress: isOneAddress(source),
  }
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
