import { isIPv6 } from 'node:net'

/** `100.68.0.18/18` -> `100.68.0.0/18`, as EC2 stores it; undefined when it is no IPv4 block with a prefix length. */
export function canonicalIpv4(text: string): string | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)
  if (!match) return undefined
  const numbers = match.slice(1).map(Number) as [number, number, number, number, number]
  const [a, b, c, d, length] = numbers
  if (Math.max(a, b, c, d) > 255 || length > 32) return undefined
  const address = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0
  const network = (address & mask) >>> 0
  return `${network >>> 24}.${(network >>> 16) & 255}.${(network >>> 8) & 255}.${network & 255}/${length}`
}

/** `2001:DB8:0:0::1/32` -> `2001:db8::/32`; undefined when it is no IPv6 block with a prefix length. */
export function canonicalIpv6(text: string): string | undefined {
  const slash = text.lastIndexOf('/')
  const address = text.slice(0, slash)
  const length = text.slice(slash + 1)
  if (slash < 0 || !/^\d{1,3}$/.test(length) || Number(length) > 128 || !isIPv6(address) || address.includes('%'))
    return undefined
  const mask = Number(length) === 0 ? 0n : ((1n << BigInt(length)) - 1n) << BigInt(128 - Number(length))
  return `${formatIpv6(parseIpv6(address) & mask)}/${Number(length)}`
}

function parseIpv6(address: string): bigint {
  // The URL parser reads every form, also `::ffff:1.2.3.4`, and writes hexadecimal groups.
  const compact = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = '', tail] = compact.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : 8 - left.length - right.length
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right]
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16))
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}
