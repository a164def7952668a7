import { UsageError } from '../../core/errors.js'
import { parseAddress, type Address } from '../../model/address.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { didYouMean } from '../../spec/nearest.js'

/**
 * The servers of a stack that patterns name, each once, in the order of the stack file. A pattern is written as an address:
 * `server.web[0]`, `server.web[*]`, `server.web[0..3]`, `server.*`, `server.web-*`; `server.` may be left out, and a name
 * without an index means all of its members. Throws one UsageError (SERVER_UNKNOWN) for all patterns that name none.
 */
export function serversByPattern(patterns: readonly string[], spec: StackSpec): readonly Address[] {
  const all = spec.servers.map(({ address }) => address)
  const { found, unknown } = addressesByPattern(patterns, all, 'server')
  if (unknown.length === 0) return found
  const [first = ''] = unknown
  throw new UsageError('SERVER_UNKNOWN', `the stack ${spec.stack} has no server ${unknown.join(', no server ')}`, {
    hint:
      didYouMean(first, all) ?? (all.length > 0 ? `it has ${shortened(all).join(', ')}` : 'it has no servers at all'),
  })
}

/** As `serversByPattern`, of whatever launches an image: scaling groups too, by their addresses. */
export function launchingByPattern(patterns: readonly string[], spec: StackSpec): readonly Address[] {
  const scaled = (spec.scalingGroups ?? []).map(({ address }) => address)
  const groups = scaled.filter((address) => patterns.includes(address))
  const others = patterns.filter((pattern) => !groups.some((address) => address === pattern))
  return [...serversByPattern(others, spec), ...groups]
}

/** The one server that `name` stands for; `as` is how it was written. */
export function serverNamed(name: string, spec: StackSpec, as: string = name): Address {
  const found = serversByPattern([name], spec)
  const [address] = found
  if (address !== undefined && found.length === 1) return address
  throw new UsageError('SERVER_UNKNOWN', `${as} means several servers`, {
    hint: `name one: ${shortened(found).join(', ')}`,
  })
}

/** What patterns name among the addresses of one kind, each once, in the order of `addresses`; and the patterns, in full, that name none. */
export function addressesByPattern(
  patterns: readonly string[],
  addresses: readonly Address[],
  kind: string,
): { readonly found: readonly Address[]; readonly unknown: readonly string[] } {
  const named = new Set<Address>()
  const unknown: string[] = []
  for (const pattern of patterns) {
    const full = pattern.startsWith(`${kind}.`) ? pattern : `${kind}.${pattern}`
    const matches = matcherOf(full)
    const matching = addresses.filter(matches)
    for (const address of matching) named.add(address)
    if (matching.length === 0) unknown.push(full)
  }
  return { found: addresses.filter((address) => named.has(address)), unknown }
}

/** Whether a text may mean several, however many there are now: `server.*`, `web[*]`, `web[0..3]`. */
export function isPattern(text: string): boolean {
  return text.includes('*') || range.test(text)
}

const range = /^(.*)\[(\d+)\.\.(\d+)\]$/

function matcherOf(pattern: string): (address: Address) => boolean {
  const [, before = pattern, from, to] = range.exec(pattern) ?? []
  const name = wildcard(before)
  return (address) => {
    const { index } = parseAddress(address) ?? {}
    const withoutIndex = index === undefined ? address : address.slice(0, address.lastIndexOf('['))
    if (from !== undefined)
      return index !== undefined && Number(from) <= index && index <= Number(to) && name(withoutIndex)
    return name(address) || name(withoutIndex)
  }
}

/** `*` is any text; nothing else is special. Compared part by part: no pattern can take long. */
function wildcard(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return (text) => text === first
  return (text) => {
    if (!text.startsWith(first)) return false
    let at = first.length
    for (const part of rest) {
      const place = text.indexOf(part, at)
      if (place < 0) return false
      at = place + part.length
    }
    return text.length - last.length >= at && text.endsWith(last)
  }
}

/** Chosen: what fits into a line or two. */
const toldMax = 12

/** The first names, and how many more there are. */
export function shortened(names: readonly string[]): readonly string[] {
  return names.length <= toldMax ? names : [...names.slice(0, toldMax), `and ${names.length - toldMax} more`]
}
