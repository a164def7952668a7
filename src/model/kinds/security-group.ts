import type { Address } from '../address.js'
import { existingKey, type ExistingSelector } from '../launch/existing.js'
import type { Tagged, UserTags } from '../tags.js'
import type { Mutabilities } from '../property-change.js'

export interface SecurityGroupSpec {
  readonly address: Address
  readonly description: string
  /** The network in which it is made; absent: that of its servers. */
  readonly network?: Address
  readonly ingress: readonly IngressRuleSpec[]
  /** Absent: everywhere, as EC2 makes a group; empty: nowhere. */
  readonly egress?: readonly EgressRuleSpec[]
  /** The group that is adopted. */
  readonly groupId?: string | undefined
  readonly tags: UserTags
  /** Keys whose changes are left alone, here and in the file: `type`, `tags.team`. Absent: none. */
  readonly ignoreChanges?: readonly string[]
}

/** Ports inclusive; protocol `all` has ports 0 to 65535 by convention and ignores them. ICMP likewise. */
export interface RulePorts {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'all'
  readonly fromPort: number
  readonly toPort: number
}

/** The other end of a rule. */
export type RulePeer =
  | { readonly kind: 'cidr'; readonly cidr: string }
  | { readonly kind: 'my-ip' }
  | { readonly kind: 'security-group'; readonly address: Address }
  | { readonly kind: 'existing'; readonly group: ExistingSelector }

/** One door in. */
export interface IngressRuleSpec extends RulePorts {
  readonly from: RulePeer
}

/** One way out. */
export interface EgressRuleSpec extends RulePorts {
  readonly to: RulePeer
}

/** How the other end reads in reports, and in what is recorded of it. */
export function peerText(peer: RulePeer): string {
  switch (peer.kind) {
    case 'cidr':
      return peer.cidr
    case 'my-ip':
      return 'my-ip'
    case 'security-group':
      return peer.address
    case 'existing':
      return existingKey(peer.group)
  }
}

/** The two lists of a group's rules. */
export const ruleSides = ['ingress', 'egress'] as const
export type RuleSide = (typeof ruleSides)[number]

/** The word between a rule's ports and its other end. */
export const peerWords = { ingress: 'from', egress: 'to' } as const satisfies Readonly<Record<RuleSide, string>>

/** Every rule of a group as the file has them, with its side and its other end. */
export function sidedRules({ ingress, egress = [] }: Pick<SecurityGroupSpec, RuleSide>): readonly SidedRule[] {
  return [
    ...ingress.map(({ from, ...ports }) => ({ ...ports, side: 'ingress' as const, peer: from })),
    ...egress.map(({ to, ...ports }) => ({ ...ports, side: 'egress' as const, peer: to })),
  ]
}

export interface SidedRule extends RulePorts {
  readonly side: RuleSide
  readonly peer: RulePeer
}

export interface LiveSecurityGroup extends Tagged {
  readonly groupName: string
  readonly description: string
  readonly vpcId: string
  readonly ingress: readonly LiveRule[]
  /** Absent: everywhere over IPv4, as EC2 makes a group (`everywhereRule`). */
  readonly egress?: readonly LiveRule[]
}

/** The rule that EC2 makes a group with. Source: EC2 API, CreateSecurityGroup. */
export const everywhereRule = {
  protocol: '-1',
  fromPort: -1,
  toPort: -1,
  source: { kind: 'cidr', cidr: '0.0.0.0/0' },
  description: undefined,
} as const satisfies LiveRule

/** And the one that it adds where the network has IPv6 addresses. Source: VPC User Guide, "Default security groups". */
export const everywhereRuleV6 = {
  ...everywhereRule,
  source: { kind: 'cidr', cidr: '::/0' },
} as const satisfies LiveRule

/** One rule, flattened to one source; of egress, to one destination. */
export interface LiveRule {
  readonly protocol: string
  /** -1 for protocol `all` (`-1` on the wire) and ICMP of every type. */
  readonly fromPort: number
  readonly toPort: number
  readonly source:
    | { readonly kind: 'cidr'; readonly cidr: string }
    | { readonly kind: 'security-group'; readonly groupId: string }
    | { readonly kind: 'prefix-list'; readonly prefixListId: string }
  readonly description: string | undefined
}

/** The paths under which a security group's properties stand in changes. */
export type SecurityGroupPath = 'description' | RuleSide

/** How each of them can change, with the source of the fact. */
export const securityGroupMutability: Mutabilities<SecurityGroupPath> = {
  description: {
    how: 'fixed',
    because: "a security group's description is fixed when it is made",
    source: 'EC2 API, CreateSecurityGroup',
  },
  ingress: { how: 'in-place', because: '', source: 'EC2 API, AuthorizeSecurityGroupIngress' },
  egress: { how: 'in-place', because: '', source: 'EC2 API, AuthorizeSecurityGroupEgress' },
}

/** What is recorded of a security group in its applied tag. Short: a tag's value holds 256 characters (EC2 User Guide, "Tag restrictions"). */
export const securityGroupAppliedKeys = ['description', 'egress', 'ingress', 'operator', 'tags'] as const
