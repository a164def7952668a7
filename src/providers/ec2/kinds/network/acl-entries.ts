import type { AclEntry } from '../../../../model/kinds/network.js'

/** Protocols by their number (IANA), with those words that a file has for them. */
export const protocolNames: Readonly<Record<string, string>> = { '-1': 'all', '1': 'icmp', '6': 'tcp', '17': 'udp' }

/** A rule as EC2 takes it. */
export function entryInput({ egress, number, protocol, fromPort, toPort, cidr, action }: AclEntry) {
  const [code = protocol] = Object.entries(protocolNames).find(([, name]) => name === protocol) ?? []
  return {
    Egress: egress,
    RuleNumber: number,
    Protocol: code,
    RuleAction: action,
    ...(cidr.includes(':') ? { Ipv6CidrBlock: cidr } : { CidrBlock: cidr }),
    ...(fromPort >= 0 && { PortRange: { From: fromPort, To: toPort } }),
    ...(protocol === 'icmp' && { IcmpTypeCode: { Type: -1, Code: -1 } }),
  } as const
}
