import type { NamedId } from '../../../executor/ports.js'
import { compareAddresses, type Address } from '../../../model/address.js'

interface Addressed {
  readonly id: string
  readonly address: Address
}

/** By address, then id. */
export function sortedByAddress<Item extends Addressed>(items: readonly Item[]): readonly Item[] {
  return [...items].sort((left, right) =>
    left.address === right.address ? Number(left.id > right.id) * 2 - 1 : compareAddresses(left.address, right.address),
  )
}

/** What the tags say comes before what the query names of the same id; sorted. */
export function mergeById<Item extends Addressed>(tagged: readonly Item[], named: readonly Item[]): readonly Item[] {
  const known = new Set(tagged.map(({ id }) => id))
  return sortedByAddress([...tagged, ...named.filter(({ id }) => !known.has(id))])
}

/** What was found of the ids that a file names, with the addresses that name them. */
export function withAddresses<Facts extends { readonly id: string }>(
  wanted: readonly NamedId[],
  found: readonly Facts[],
): readonly (Facts & { readonly address: Address })[] {
  const addresses = new Map(wanted.map(({ id, address }) => [id, address]))
  return found.flatMap((facts) => {
    const address = addresses.get(facts.id)
    return address === undefined ? [] : [{ address, ...facts }]
  })
}
