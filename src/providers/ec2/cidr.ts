import { isIPv4, isIPv6 } from 'node:net'

/**
 * A CIDR as EC2 keeps it: the bits behind the prefix are zero (`100.68.0.18/18` is `100.68.0.0/18`). The IPv6 form is one
 * for comparison alone. What is no CIDR comes back as it is.
 */
export function canonicalCidr(text: string): string {
  const [address = '', prefixText] = text.split('/')
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : undefined
  const prefix = prefixText === undefined ? bits : Number(prefixText)
  if (bits === undefined || prefix === undefined || !Number.isInteger(prefix) || prefix < 0 || prefix > bits)
    return text
  const number = bits === 32 ? ipv4Number(address) : ipv6Number(address)
  const masked = (number >> BigInt(bits - prefix)) << BigInt(bits - prefix)
  return bits === 32 ? `${ipv4Text(masked)}/${prefix}` : `${masked.toString(16)}::/${prefix}`
}

function ipv4Number(address: string): bigint {
  return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
}

function ipv4Text(number: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => ((number >> shift) & 255n).toString()).join('.')
}

function ipv6Number(address: string): bigint {
  // The URL parser writes any form of it, an embedded IPv4 address too, in hexadecimal groups.
  const [head = '', tail] = new URL(`http://[${address.split('%')[0]}]/`).hostname.slice(1, -1).split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const first = groups(head)
  const last = groups(tail ?? '')
  const middle = tail === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => '0')
  return [...first, ...middle, ...last].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}
