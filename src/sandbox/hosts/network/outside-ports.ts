import type { FirewallRule } from '../host-backend.js'

/** The operator's side of the sandbox (TEST-NET-3, RFC 5737). */
export const operatorAddress = '203.0.113.1'

/** A rule that opens more ports than this is meant for hosts among themselves; no door is made for each. */
const doorsPerRuleMax = 16

/**
 * Returns the TCP ports of the host at `privateIp` that the operator may reach and that need a listener of their own
 * on this machine's loopback: 22 always (the firewall decides who gets through), and those that rules name one by one.
 */
export function outsidePortsOf(privateIp: string, rules: readonly FirewallRule[]): ReadonlySet<number> {
  const ports = new Set([22])
  for (const rule of rules) {
    if (rule.toPrivateIp !== privateIp || rule.protocol !== 'tcp' || !covers(rule.from, operatorAddress)) continue
    if (rule.toPort - rule.fromPort >= doorsPerRuleMax) continue
    for (let port = Math.max(1, rule.fromPort); port <= rule.toPort; port += 1) ports.add(port)
  }
  return ports
}

/** Those of a load balancer's ports that the operator may reach. */
export function outsidePortsAmong(
  ports: Iterable<number>,
  privateIp: string,
  rules: readonly FirewallRule[],
): ReadonlySet<number> {
  const its = rules.filter(({ toPrivateIp, protocol, from }) => {
    return toPrivateIp === privateIp && (protocol === 'tcp' || protocol === 'all') && covers(from, operatorAddress)
  })
  return new Set([...ports].filter((port) => its.some(({ fromPort, toPort }) => fromPort <= port && port <= toPort)))
}

/** Whether a CIDR (or a single address) contains an address, both of IPv4. */
export function covers(cidr: string, address: string): boolean {
  const [network = '', bits = '32'] = cidr.split('/')
  const divisor = 2 ** (32 - Number(bits))
  return Math.floor(numberOf(network) / divisor) === Math.floor(numberOf(address) / divisor)
}

function numberOf(address: string): number {
  return address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0)
}
