import type { Address } from '../../model/address.js'
import type { LiveStack } from '../../model/live-stack.js'
import { rewrittenAddresses } from './rewritten-addresses.js'

/** An entry as it read while what it names had the addresses of before; the same object where that is no difference. */
export type FormerSpec = <Entry>(entry: Entry) => Entry

/** Undoes the renames that are under way. */
export function formerSpecOf({ renamed = [] }: Pick<LiveStack, 'renamed'>): FormerSpec {
  const former = new Map<string, Address>()
  for (const { from, to } of renamed) if (!former.has(to)) former.set(to, from)
  return (entry) => rewrittenAddresses(entry, (address) => former.get(address))
}
