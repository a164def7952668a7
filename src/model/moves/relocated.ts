import type { Address } from '../address.js'
import { compareText, sortedByAddress } from '../address-order.js'
import { liveLists, type LiveList } from '../kinds/kinds.js'
import type { LiveStack } from '../live-stack.js'
import type { StackSpec } from '../stack-spec.js'
import { tagKeys, type Tags } from '../tags.js'
import type { Move } from './move.js'
import { renamingOf } from './renaming.js'

/** What of an observation has addresses. */
type Relocatable = Pick<
  LiveStack,
  LiveList | 'snapshots' | 'snapshotsElsewhere' | 'endingServers' | 'ledger' | 'renamed'
>

interface Item {
  readonly address: Address
  readonly id: string
  readonly tags?: Tags
}

/**
 * What was observed, each thing under the address that the file has for it now; its tags are as they are. `renamed` tells which
 * addresses were others, by what tags or the ledger say: while there are any, not everything says the new ones.
 */
export function relocated<Facts extends Relocatable>(facts: Facts, spec: StackSpec): Facts {
  const renaming = renamingOf(spec)
  const moves = new Map<Address, Address>()
  const nameOf = (address: Address) => {
    const name = renaming(address)
    if (name !== address) moves.set(address, name)
    return name
  }
  const lists = [...liveLists, 'snapshots', 'endingServers'] as const
  const moved = lists.flatMap((list) => {
    const items: readonly Item[] | undefined = facts[list]
    const changed = items?.map((item) => {
      const isOurs = item.tags === undefined || item.tags[tagKeys.stack] === spec.stack
      const address = isOurs ? nameOf(item.address) : item.address
      return address === item.address ? item : { ...item, address }
    })
    if (!changed || changed.every((item, index) => item === items?.[index])) return []
    return [[list, sortedByAddress(changed, ({ id }) => id)] as const]
  })
  for (const address of facts.ledger?.addresses ?? []) nameOf(address)
  // Tags in other regions stay as they are: they rename nothing here.
  const elsewhere = facts.snapshotsElsewhere?.map((there) => ({
    ...there,
    snapshots: there.snapshots.map((one) => ({ ...one, address: renaming(one.address) })),
  }))
  if (moves.size === 0) return elsewhere ? { ...facts, snapshotsElsewhere: elsewhere } : facts
  const renamed = [...moves].map(([from, to]): Move => ({ from, to }))
  return {
    ...facts,
    ...Object.fromEntries(moved),
    ...(elsewhere && { snapshotsElsewhere: elsewhere }),
    renamed: renamed.sort((left, right) => compareText(left.from, right.from)),
  }
}
