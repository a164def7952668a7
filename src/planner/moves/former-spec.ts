import type { Address } from '../../model/address.js'
import type { LiveStack } from '../../model/live-stack.js'

/** An entry as it read while what it names had the addresses of before; the same object where that is no difference. */
export type FormerSpec = <Entry>(entry: Entry) => Entry

/** The members of specifications that hold addresses. A text elsewhere that looks like one is somebody's own. */
const addressMembers: ReadonlySet<string> = new Set([
  'address',
  'server',
  'volume',
  'keyPair',
  'securityGroups',
  'dependsOn',
])

/** Undoes the renames that are under way. */
export function formerSpecOf({ renamed = [] }: Pick<LiveStack, 'renamed'>): FormerSpec {
  const former = new Map<string, Address>()
  for (const { from, to } of renamed) if (!former.has(to)) former.set(to, from)
  return (entry) => visit(entry, false) as typeof entry

  function visit(value: unknown, isAddress: boolean): unknown {
    if (typeof value === 'string') return isAddress ? (former.get(value) ?? value) : value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      const items = value.map((item) => visit(item, isAddress))
      return items.some((item, index) => item !== value[index]) ? items : value
    }
    const members = Object.entries(value)
    const changed = members.map(
      ([key, member]) => [key, key === 'tags' ? member : visit(member, addressMembers.has(key))] as const,
    )
    return changed.some(([, member], index) => member !== members[index]?.[1]) ? Object.fromEntries(changed) : value
  }
}
