import { remembered } from '../core/remembered.js'
import { parseAddress, type Address } from './address.js'
import { resourceKinds } from './kinds/kinds.js'

/** A text whose plain order is the order of `compareAddresses`: sorting many addresses parses each once. */
export const addressSortKey = remembered((address) => {
  const parts = parseAddress(address)
  if (!parts) return `99 ${address}`
  const index = parts.index === undefined ? '' : String(parts.index).padStart(5, '0')
  return `${String(resourceKinds.indexOf(parts.kind)).padStart(2, '0')} ${parts.name} ${index}`
})

/** The items by address, then by `tieBreak` (an id) where two share one: a copy, or the list itself where it is in that order. */
export function sortedByAddress<T extends { readonly address: Address }>(
  items: readonly T[],
  tieBreak: (item: T) => string = () => '',
): readonly T[] {
  const order = (left: T, right: T): number =>
    compareText(addressSortKey(left.address), addressSortKey(right.address)) ||
    compareText(tieBreak(left), tieBreak(right))
  return items.every((item, at) => at === 0 || order(items[at - 1] as T, item) <= 0) ? items : items.toSorted(order)
}

/** A sorted copy without repeats. */
export function sortedAddresses(addresses: Iterable<Address>): readonly Address[] {
  return [...new Set(addresses)].sort((left, right) => compareText(addressSortKey(left), addressSortKey(right)))
}

/** Orders texts by UTF-16 code units: the same on every machine, whatever its locale. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
