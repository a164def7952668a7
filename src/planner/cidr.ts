/**
 * An address range as EC2 stores it: host bits cleared, IPv6 in RFC 5952 form. `100.68.0.18/18` -> `100.68.0.0/18`
 * (EC2 API, IpRange). What is no range is returned as it is.
 */
export function canonicalCidr(cidr: string): string {
  const [address = '', lengthText] = cidr.split('/')
  const isSix = address.includes(':')
  const groups = isSix ? parseSix(address) : parseFour(address)
  if (!groups) return cidr
  const bitsMax = isSix ? 128 : 32
  const length = lengthText === undefined ? bitsMax : Number(lengthText)
  if (!Number.isInteger(length) || length < 0 || length > bitsMax) return cidr
  const bitsEach = isSix ? 16 : 8
  const masked = groups.map((group, index) => group & maskOf(length - index * bitsEach, bitsEach))
  return `${isSix ? formatSix(masked) : masked.join('.')}/${length}`
}

/** The range that holds one address alone. */
export function singleAddressCidr(address: string): string {
  return canonicalCidr(`${address}/${address.includes(':') ? 128 : 32}`)
}

function maskOf(bitsLeft: number, bitsEach: number): number {
  const bits = Math.min(Math.max(bitsLeft, 0), bitsEach)
  return ((1 << bits) - 1) << (bitsEach - bits)
}

function parseFour(text: string): readonly number[] | undefined {
  const parts = text.split('.').map(Number)
  const isValid = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255)
  return isValid ? parts : undefined
}

function parseSix(text: string): readonly number[] | undefined {
  const [head = '', tail, ...rest] = text.split('::')
  if (rest.length > 0) return undefined
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const first = parse(head)
  const last = tail === undefined ? [] : parse(tail)
  const missing = 8 - first.length - last.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...first, ...Array<number>(missing).fill(0), ...last]
  return groups.every((group) => group >= 0 && group <= 0xffff) ? groups : undefined
}

/** Lower-case hex, the longest run of two or more zero groups as `::`, the first one where two are as long. */
function formatSix(groups: readonly number[]): string {
  let best = { start: 0, length: 0 }
  let start = 0
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start }
  })
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':')
  if (best.length < 2) return hex(groups)
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`
}
