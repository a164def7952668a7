import { parseAddress, type Address } from './address.js'
import { resourceKinds } from './kinds/kinds.js'

/** A text whose plain order is the order of `compareAddresses`: sorting many addresses parses each once. */
export function addressSortKey(address: string): string {
  const parts = parseAddress(address)
  if (!parts) return `99 ${address}`
  const index = parts.index === undefined ? '' : String(parts.index).padStart(5, '0')
  return `${String(resourceKinds.indexOf(parts.kind)).padStart(2, '0')} ${parts.name} ${index}`
}

/** A sorted copy: by address, then by `tieBreak` (an id) where two items share one. */
export function sortedByAddress<T extends { readonly address: Address }>(
  items: readonly T[],
  tieBreak: (item: T) => string = () => '',
): readonly T[] {
  return items
    .map((item) => ({ item, key: `${addressSortKey(item.address)} ${tieBreak(item)}` }))
    .sort((left, right) => compareText(left.key, right.key))
    .map(({ item }) => item)
}

/** A sorted copy without repeats. */
export function sortedAddresses(addresses: Iterable<Address>): readonly Address[] {
  return sortedByAddress([...new Set(addresses)].map((address) => ({ address }))).map(({ address }) => address)
}

/** Orders texts by UTF-16 code units: the same on every machine, whatever its locale. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
