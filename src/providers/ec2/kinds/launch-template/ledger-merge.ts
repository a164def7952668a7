import { sortedAddresses } from '../../../../model/address-order.js'
import { continued, runsOf, type Epoch } from '../../../../model/ledger/lock.js'
import type { LedgerContent } from './ledger-codec.js'

/** A version of the ledger that held when it was written, with what its writer had read or written last. */
export interface Committed {
  readonly version: number
  /** 0: it knew of none; undefined: it had not looked, and what stood there went. */
  readonly after: number | undefined
  readonly content: LedgerContent
}

export const emptyLedger: LedgerContent = { addresses: [], wishes: [] }

/**
 * What these versions say together, in the order in which EC2 counted them. One that was written after the one before it
 * says all. One whose writer did not know what came in between brings what it changed, and takes nothing else away: a holder
 * whose lease somebody ended while its last writing was on its way.
 */
export function ledgerOf(versions: readonly Committed[]): LedgerContent {
  const byVersion = new Map(versions.map(({ version, content }) => [version, content]))
  let standing = emptyLedger
  for (const [at, committed] of versions.entries()) {
    const { after = 0, content } = committed
    standing = knewAllBefore(committed, at, versions)
      ? content
      : mergedLedger(byVersion.get(after) ?? emptyLedger, standing, content)
  }
  return standing
}

/** Whether the writer of a version knew the one before it. */
export function knewAllBefore({ after }: Committed, at: number, versions: readonly Committed[]): boolean {
  return after === undefined || at === 0 || after === versions[at - 1]?.version
}

/** What two writers made of `base` who did not know of each other: what either added, without what either took away. */
function mergedLedger(base: LedgerContent, theirs: LedgerContent, ours: LedgerContent): LedgerContent {
  const fence = Math.max(theirs.fence ?? 0, ours.fence ?? 0)
  const epoch = mergedEpoch(base.epoch, theirs.epoch, ours.epoch)
  const named = (content: LedgerContent) => new Map(content.addresses.map((address) => [address, address]))
  const wished = (content: LedgerContent) => new Map(content.wishes.map((wish) => [wish.address, wish]))
  const addresses = sortedAddresses(merged(named(base), named(theirs), named(ours)).keys())
  const wishes = [...merged(wished(base), wished(theirs), wished(ours)).values()]
  const ids = merged(idsIn(base), idsIn(theirs), idsIn(ours))
  return { addresses, wishes, ...(epoch && { epoch }), ...(ids.size > 0 && { ids }), ...(fence > 0 && { fence }) }
}

function idsIn({ ids }: LedgerContent): NonNullable<LedgerContent['ids']> {
  return ids ?? new Map()
}

function merged<Key, Value>(
  base: ReadonlyMap<Key, Value>,
  theirs: ReadonlyMap<Key, Value>,
  ours: ReadonlyMap<Key, Value>,
): ReadonlyMap<Key, Value> {
  const found = new Map(theirs)
  for (const [key, value] of ours) {
    const was = base.get(key)
    const isTheirs = theirs.has(key) ? same(was, value) : was !== undefined
    if (!isTheirs) found.set(key, value)
  }
  for (const [key] of base) if (!ours.has(key)) found.delete(key)
  return found
}

/** A run that ended without a word is forgotten by who knew of it, and of nothing that came to it since. */
function mergedEpoch(base?: Epoch, theirs?: Epoch, ours?: Epoch): Epoch | undefined {
  if (!theirs) return same(base, ours) ? undefined : ours
  if (!ours) return same(base, theirs) ? undefined : theirs
  return runsOf(ours).reduce(continued, theirs)
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
