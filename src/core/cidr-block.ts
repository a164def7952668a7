import ipaddr from 'ipaddr.js'

/**
 * An address block as EC2 stores it: host bits cleared, IPv6 in its short form (RFC 5952). `100.68.0.18/18` gives
 * `100.68.0.0/18` (EC2 API, IpRange). Undefined for what is no block: a bare address, one with a zone, octal or
 * hexadecimal IPv4.
 */
export function canonicalCidr(text: string): string | undefined {
  const { address, family, bits } = partsOf(text)
  if (family === undefined || bits === undefined) return undefined
  const network = (family === 'ipv6' ? ipaddr.IPv6 : ipaddr.IPv4).networkAddressFromCIDR(`${address}/${bits}`)
  return `${network.toString()}/${bits}`
}

/** The block that holds one address alone; undefined for what is no address. */
export function cidrOfAddress(address: string): string | undefined {
  const family = familyOf(address)
  return family && canonicalCidr(`${address}/${bitsMax[family]}`)
}

/** Whether a block lies within another of the same family; what is no block lies in none. */
export function isInBlock(inner: string, outer: string): boolean {
  const [small, large] = [partsOf(inner), partsOf(outer)]
  if (small.bits === undefined || large.bits === undefined || small.family !== large.family) return false
  return small.bits >= large.bits && canonicalCidr(`${small.address}/${large.bits}`) === canonicalCidr(outer)
}

/** What is wrong with a text that is no address block, and what would be right where that can be told. */
export function cidrMistake(text: string): { readonly message: string; readonly hint?: string } {
  const { address, family, length } = partsOf(text)
  if (family === undefined || length?.includes('/')) return { message: `${JSON.stringify(text)} is no address block` }
  if (length !== undefined) return { message: `the length of a block is 0 to ${bitsMax[family]}, not ${length}` }
  return {
    message: `${JSON.stringify(text)} is an address, not an address block`,
    hint: `write ${address}/${bitsMax[family]}`,
  }
}

type Family = 'ipv4' | 'ipv6'

const bitsMax: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 }

function partsOf(text: string) {
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const length = slash < 0 ? undefined : text.slice(slash + 1)
  const family = familyOf(address)
  const isLength = family !== undefined && /^\d{1,3}$/.test(length ?? '') && Number(length) <= bitsMax[family]
  return { address, family, length, bits: isLength ? Number(length) : undefined }
}

/** The library also takes octal, hexadecimal and shortened IPv4, and IPv6 with a zone; EC2 does not. */
function familyOf(address: string): Family | undefined {
  if (!address.includes(':')) return ipaddr.IPv4.isValidFourPartDecimal(address) ? 'ipv4' : undefined
  const embedded = address.includes('.') ? address.slice(address.lastIndexOf(':') + 1) : '0.0.0.0'
  const isPlain = !address.includes('%') && ipaddr.IPv4.isValidFourPartDecimal(embedded)
  return isPlain && ipaddr.IPv6.isValid(address) ? 'ipv6' : undefined
}
