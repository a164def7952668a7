/**
 * An address block as EC2 stores it, host bits cleared and IPv6 in its short form (EC2 takes `100.68.0.18/18` and answers
 * `100.68.0.0/18`), or what is wrong with the text.
 */
export function canonicalCidr(
  text: string,
): { readonly cidr: string } | { readonly mistake: string; readonly hint?: string } {
  const [address = '', bits, ...rest] = text.split('/')
  const family = address.includes(':') ? ipv6 : ipv4
  const groups = family.parse(address)
  if (!groups || rest.length > 0) return { mistake: `${JSON.stringify(text)} is no address block` }
  if (bits === undefined) {
    return {
      mistake: `${JSON.stringify(text)} is an address, not an address block`,
      hint: `write ${text}/${family.bits}`,
    }
  }
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > family.bits) {
    return { mistake: `the length of a block is 0 to ${family.bits}, not ${bits}` }
  }
  return { cidr: `${family.format(masked(groups, Number(bits), family.groupBits))}/${Number(bits)}` }
}

const ipv4 = { bits: 32, groupBits: 8, parse: parseIpv4, format: (groups: readonly number[]) => groups.join('.') }
const ipv6 = { bits: 128, groupBits: 16, parse: parseIpv6, format: formatIpv6 }

function parseIpv4(text: string): readonly number[] | undefined {
  const groups = text.split('.')
  if (groups.length !== 4 || !groups.every((group) => /^(0|[1-9]\d{0,2})$/.test(group))) return undefined
  const numbers = groups.map(Number)
  return numbers.every((number) => number <= 255) ? numbers : undefined
}

function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [before = [], after = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const given = [...before, ...after]
  if (!given.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  if (halves.length === 1 ? given.length !== 8 : given.length > 7) return undefined
  const zeros = Array.from({ length: 8 - given.length }, () => '0')
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16))
}

/** RFC 5952: the first longest run of at least two zero groups becomes `::`. */
function formatIpv6(groups: readonly number[]): string {
  let start = -1
  let length = 1
  for (let from = 0; from < groups.length; from += 1) {
    let to = from
    while (groups[to] === 0) to += 1
    if (to - from > length) {
      start = from
      length = to - from
    }
  }
  const hex = groups.map((group) => group.toString(16))
  if (start < 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

function masked(groups: readonly number[], bits: number, groupBits: number): readonly number[] {
  return groups.map((group, index) => {
    const kept = Math.min(Math.max(bits - index * groupBits, 0), groupBits)
    return group & (((1 << kept) - 1) << (groupBits - kept))
  })
}
