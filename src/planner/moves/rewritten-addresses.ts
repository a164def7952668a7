import type { Address } from '../../model/address.js'

/** The members of specifications that hold addresses. A text elsewhere that looks like one is somebody's own. */
const addressMembers: ReadonlySet<string> = new Set([
  'address',
  'server',
  'volume',
  'keyPair',
  'securityGroups',
  'dependsOn',
  'via',
])

/** An entry of a specification, or several, with other addresses; the same object where none is another. */
export function rewrittenAddresses<Entry>(entry: Entry, nameOf: (address: string) => Address | undefined): Entry {
  return visit(entry, false) as Entry

  function visit(value: unknown, isAddress: boolean): unknown {
    if (typeof value === 'string') return isAddress ? (nameOf(value) ?? value) : value
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
