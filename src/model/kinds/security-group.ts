import type { Address } from '../address.js'
import type { Tagged, UserTags } from '../tags.js'
import type { Mutabilities } from '../property-change.js'

export interface SecurityGroupSpec {
  readonly address: Address
  readonly description: string
  readonly ingress: readonly IngressRuleSpec[]
  /** The group that is adopted. */
  readonly groupId?: string | undefined
  readonly tags: UserTags
  /** Keys whose changes are left alone, here and in the file: `type`, `tags.team`. Absent: none. */
  readonly ignoreChanges?: readonly string[]
}

/** One allowed door. Ports inclusive; protocol `all` has ports 0 to 65535 by convention and ignores them. ICMP likewise. */
export interface IngressRuleSpec {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'all'
  readonly fromPort: number
  readonly toPort: number
  readonly from:
    | { readonly kind: 'cidr'; readonly cidr: string }
    | { readonly kind: 'my-ip' }
    | { readonly kind: 'security-group'; readonly address: Address }
}

export interface LiveSecurityGroup extends Tagged {
  readonly groupName: string
  readonly description: string
  readonly vpcId: string
  readonly ingress: readonly LiveRule[]
}

/** One ingress rule, flattened to one source. */
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
export type SecurityGroupPath = 'description' | 'ingress'

/** How each of them can change, with the source of the fact. */
export const securityGroupMutability: Mutabilities<SecurityGroupPath> = {
  description: {
    how: 'fixed',
    because: "a security group's description is fixed when it is made",
    source: 'EC2 API, CreateSecurityGroup',
  },
  ingress: { how: 'in-place', because: '', source: 'EC2 API, AuthorizeSecurityGroupIngress' },
}

/** What is recorded of a security group in its applied tag. Short: a tag's value holds 256 characters (EC2 User Guide, "Tag restrictions"). */
export const securityGroupAppliedKeys = ['description', 'ingress', 'operator', 'tags'] as const
