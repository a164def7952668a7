export interface SecurityGroup {
  readonly id: string
  readonly sequence: number
  readonly name: string
  readonly description: string
  readonly vpcId: string
}

export type RuleTarget =
  | { readonly kind: 'ipv4'; readonly cidr: string }
  | { readonly kind: 'ipv6'; readonly cidr: string }
  | { readonly kind: 'group'; readonly groupId: string }

/** One rule: one protocol and port range, one source or destination. */
export interface SecurityGroupRule {
  readonly id: string
  readonly sequence: number
  readonly groupId: string
  readonly isEgress: boolean
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or a protocol number. */
  readonly protocol: string
  /** -1 for all ports of `-1`; ICMP type. */
  readonly fromPort: number
  /** -1 for all ports of `-1`; ICMP code. */
  readonly toPort: number
  readonly target: RuleTarget
  readonly description: string | undefined
}

/** What makes two rules the same: everything but the description. */
export function ruleIdentity(rule: Omit<SecurityGroupRule, 'id' | 'sequence' | 'description'>): string {
  const { groupId, isEgress, protocol, fromPort, toPort, target } = rule
  const peer = target.kind === 'group' ? target.groupId : target.cidr
  return [groupId, isEgress ? 'egress' : 'ingress', protocol, fromPort, toPort, peer].join(' ')
}

/** The rule as EC2 names it in `InvalidPermission.Duplicate` and `InvalidPermission.NotFound`. */
export function describeRule({
  protocol,
  fromPort,
  toPort,
  target,
}: Pick<SecurityGroupRule, 'protocol' | 'fromPort' | 'toPort' | 'target'>): string {
  const peer = target.kind === 'group' ? target.groupId : target.cidr
  if (protocol === '-1') return `peer: ${peer}, ALL, ALLOW`
  return `peer: ${peer}, ${protocol.toUpperCase()}, from port: ${fromPort}, to port: ${toPort}, ALLOW`
}
