import type {
  BalancerAddress,
  BorderRule,
  EgressRule,
  FirewallRule,
  HostNetwork,
  PublicAddress,
  SubnetBorder,
} from '../host-backend.js'
import { metadataHopsTable } from './metadata-hops.js'
import { covers } from './outside-ports.js'
import { worldLink, worldNameServer } from './way-out.js'

/**
 * The nftables ruleset of the sandbox's network, to be loaded in one transaction. Inwards to a host only what `rules`
 * allow passes, as with EC2's security groups: stateful, the rest is dropped without a word; so is what hosts of `egress` send
 * to where none of their own rules leads. It also makes the hosts'
 * public addresses reachable from other hosts, as EC2's internet gateway does. The kernel translates a connection as it
 * was at its first packet, so those through an address that now leads elsewhere are cut.
 *
 * The way out (way-out.ts) is for hosts with a public address, as with an internet gateway; it never leads to private
 * networks or to `machineAddresses`, where this machine's own services are.
 */
export function firewallRuleset(
  {
    publicAddresses,
    rules,
    networks = [],
    egress = {},
    wayOut = {},
    borders = [],
    metadataHops = {},
    balancers = [],
  }: Omit<HostNetwork, 'names'>,
  machineAddresses: readonly string[],
): string {
  const byHost = new Map<string, FirewallRule[]>()
  for (const rule of rules) byHost.set(rule.toPrivateIp, [...(byHost.get(rule.toPrivateIp) ?? []), rule])
  const chains = [...byHost].map(
    ([address, itsRules]) => ` chain ${chainOf(address)} {\n${itsRules.map(ruleLine).join('')} }\n`,
  )
  const bound = Object.entries(egress)
  const bounds = bound.map(
    ([address, its]) => ` chain from_${chainWord(address)} {\n${its.map(egressLine).join('')}  drop\n }\n`,
  )
  const jumps = [...byHost.keys()].map((address) => `${address} : jump ${chainOf(address)}`)
  const natted = Object.entries(wayOut).map(([privateIp, publicIp]) => ({ privateIp, publicIp }))
  const goingOut = [...publicAddresses, ...natted]
  const border = borders.length === 0 ? '' : '  jump borders\n'
  const dispatch = jumps.length === 0 ? '' : `  ip daddr vmap { ${jumps.join(', ')} }\n`
  return `flush ruleset
table ip gateway {
 chain prerouting {
  type nat hook prerouting priority dstnat; policy accept;
${translation('dnat to ip daddr map', publicAddresses, (one) => `${one.publicIp} : ${one.privateIp}`)} }
 chain postrouting {
  type nat hook postrouting priority srcnat; policy accept;
  oifname "${worldLink}" masquerade
${translation('ct status dnat snat to ip saddr map', goingOut, (one) => `${one.privateIp} : ${one.publicIp}`)} }
}
table ip groups {
 chain cut {
  meta l4proto tcp reject with tcp reset
  drop
 }
${bordersOf(borders)}${chains.join('')}${bounds.join('')} chain out {
  ip daddr { ${[...privateNetworks, ...machineAddresses.filter(isPublic)].join(', ')} } reject with icmp type admin-prohibited
${goingOut.length === 0 ? '' : `  ip saddr { ${goingOut.map(({ privateIp }) => privateIp).join(', ')} } accept\n`}  reject with icmp type net-unreachable
 }
 chain forward {
  type filter hook forward priority 0; policy drop;
  ct status dnat ${unlessInForce(publicAddresses)}jump cut
${border}  ct state established,related accept
${apart(networks)}${stuck(networks, goingOut)}${outwards(Object.keys(egress))}  oifname "${worldLink}" jump out
${dispatch} }
 chain output {
  type filter hook output priority 0; policy drop;
  oifname "lo" accept
${border}  ct state established,related accept
  ip protocol icmp ip daddr 10.66.0.0/16 ip saddr 169.254.1.1 accept
  oifname "${worldLink}" ip daddr ${worldNameServer} udp dport 53 accept
${balancers.length === 0 ? '' : outwards(Object.keys(egress))}${dispatch} }
 chain input {
  type filter hook input priority 0; policy drop;
${border}${toBalancers(balancers, dispatch, outwards(Object.keys(egress)))}  iifname "lo" accept
  ct state established,related accept
  ip daddr 169.254.169.254 tcp dport 80 accept
  ip daddr 169.254.169.253 meta l4proto { tcp, udp } th dport 53 accept
  reject
 }
}
${metadataHopsTable(metadataHops)}`
}

/** Load balancers answer in the switch itself: their groups decide there, also for what comes from this machine. */
function toBalancers(balancers: readonly BalancerAddress[], dispatch: string, outwards: string): string {
  if (balancers.length === 0) return ''
  const addresses = `ip daddr { ${balancers.map(({ privateIp }) => privateIp).join(', ')} }`
  return `  ct state established,related accept\n${outwards}${dispatch}  ${addresses} drop\n`
}

/**
 * What is never reached by the way out: this network, shared, loopback, link-local, private, multicast and reserved addresses
 * (RFC 6890, RFC 1918). Intervals of an nftables set must not overlap.
 */
const privateNetworks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/3',
]

function isPublic(address: string): boolean {
  return !privateNetworks.some((network) => covers(network, address))
}

/** One statement over all public addresses; none at all without one, as nftables takes no empty map. */
function translation(
  statement: string,
  addresses: readonly PublicAddress[],
  element: (address: PublicAddress) => string,
): string {
  return addresses.length === 0 ? '' : `  ${statement} { ${addresses.map(element).join(', ')} }\n`
}

/** Matches connections whose public address does not lead to the host that they are translated to. */
function unlessInForce(addresses: readonly PublicAddress[]): string {
  if (addresses.length === 0) return ''
  const pairs = addresses.map(({ publicIp, privateIp }) => `${publicIp} . ${privateIp}`)
  return `ct original ip daddr . ct reply ip saddr != { ${pairs.join(', ')} } `
}

function chainOf(address: string): string {
  return `to_${chainWord(address)}`
}

function chainWord(address: string): string {
  return address.replaceAll('.', '_')
}

function ruleLine(rule: FirewallRule): string {
  const source = rule.from === '0.0.0.0/0' ? '' : `ip saddr ${rule.from} `
  return `  ${source}${portsOf(rule)}accept\n`
}

/** By the address that the host named: a public one of another host is translated by the time that this is asked. */
function egressLine(rule: EgressRule): string {
  const destination = rule.to === '0.0.0.0/0' ? '' : `ct original ip daddr ${rule.to} `
  return `  ${destination}${portsOf(rule)}return\n`
}

function portsOf({ protocol, fromPort, toPort }: Omit<EgressRule, 'to'>): string {
  if (protocol === 'all') return ''
  if (protocol === 'icmp') return 'ip protocol icmp '
  return `${protocol} dport ${Math.max(0, fromPort)}-${Math.min(65_535, toPort)} `
}

/** What leaves hosts that may not connect to everywhere passes their own chains first. Name and metadata service are free, as on EC2. */
function outwards(addresses: readonly string[]): string {
  if (addresses.length === 0) return ''
  return `  ip saddr vmap { ${addresses.map((address) => `${address} : jump from_${chainWord(address)}`).join(', ')} }\n`
}

/** Nothing comes into a VPC from another by a private address; what came by a public one is translated. */
function apart(networks: readonly (readonly string[])[]): string {
  if (networks.length < 2) return ''
  return networks
    .map((hosts) => `{ ${hosts.join(', ')} }`)
    .map((hosts) => `  ct status & dnat == 0 ip daddr ${hosts} ip saddr != ${hosts} drop\n`)
    .join('')
}

/** Who has no way out of its network reaches no public address either, not even that of another host. */
function stuck(networks: readonly (readonly string[])[], goingOut: readonly PublicAddress[]): string {
  const free = new Set(goingOut.map(({ privateIp }) => privateIp))
  const hosts = networks.flat().filter((privateIp) => !free.has(privateIp))
  return hosts.length === 0
    ? ''
    : `  ct status dnat ip saddr { ${hosts.join(', ')} } reject with icmp type net-unreachable\n`
}

/**
 * What crosses the border of a subnet is held against its rules packet by packet, answers too, as network ACLs are
 * stateless. Amazon's own services beside the hosts (link-local) are no matter of theirs (VPC User Guide, "Network ACL basics").
 */
function bordersOf(borders: readonly SubnetBorder[]): string {
  if (borders.length === 0) return ''
  const chains = borders.map(
    ({ cidr, inwards, outwards: out }) => ` chain into_${borderWord(cidr)} {
${inwards.map((rule) => borderLine('saddr', rule)).join('')}  drop
 }
 chain out_of_${borderWord(cidr)} {
${out.map((rule) => borderLine('daddr', rule)).join('')}  drop
 }
`,
  )
  const crossings = borders.flatMap(({ cidr }) => [
    `  ip saddr ${cidr} ip daddr != ${cidr} jump out_of_${borderWord(cidr)}\n`,
    `  ip daddr ${cidr} ip saddr != ${cidr} jump into_${borderWord(cidr)}\n`,
  ])
  return `${chains.join('')} chain borders {
  ip saddr 169.254.0.0/16 return
  ip daddr 169.254.0.0/16 return
${crossings.join('')} }
`
}

function borderLine(side: 'saddr' | 'daddr', rule: BorderRule): string {
  const peer = rule.peer === '0.0.0.0/0' ? '' : `ip ${side} ${rule.peer} `
  return `  ${peer}${portsOf(rule)}${rule.allows ? 'return' : 'drop'}\n`
}

function borderWord(cidr: string): string {
  return cidr.replaceAll(/[./]/g, '_')
}
