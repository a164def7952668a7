import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** `100.68.0.18/18` -> `100.68.0.0/18`, as EC2 stores it; undefined when it is no IPv4 block with a prefix length. */
export function canonicalIpv4(text: string): string | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return undefined
  return `${ipaddr.IPv4.networkAddressFromCIDR(text).toString()}/${ipaddr.IPv4.parseCIDR(text)[1]}`
}

/** `2001:DB8:0:0::1/32` -> `2001:db8::/32`; undefined when it is no IPv6 block with a prefix length. */
export function canonicalIpv6(text: string): string | undefined {
  // The library takes zones too, and octal and hexadecimal digits in an embedded IPv4 address.
  if (text.includes('%') || !isIPv6(text.split('/', 1)[0] ?? '') || !ipaddr.IPv6.isValidCIDR(text)) return undefined
  return `${ipaddr.IPv6.networkAddressFromCIDR(text).toString()}/${ipaddr.IPv6.parseCIDR(text)[1]}`
}
