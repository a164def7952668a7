import { parseAddress, type Address } from '../address.js'
import { kinds, resourceKinds, type LiveList } from '../kinds/kinds.js'
import { successionOf } from '../kinds/server-succession.js'
import type { LiveStack } from '../live-stack.js'
import { tagKeys, type Tagged } from '../tags.js'
import type { Source } from '../template.js'

/**
 * What is live says of what references name; undefined where it has no such property, does not exist, or two resources carry
 * the address.
 */
export function liveSources(live: Pick<LiveStack, LiveList>): (source: Source) => string | undefined {
  const groups = new Map<Address, Tagged[]>()
  for (const kind of resourceKinds) {
    const list = kinds[kind]
    for (const resource of 'live' in list ? (live[list.live] ?? []) : []) {
      // Root disks carry their servers' addresses; what was kept when its entry left the file is not what the address means.
      if (parseAddress(resource.address)?.kind !== kind || resource.tags[tagKeys.retained] !== undefined) continue
      const group = groups.get(resource.address)
      if (group) group.push(resource)
      else groups.set(resource.address, [resource])
    }
  }
  return ({ address, property }) => {
    const group = groups.get(address) ?? []
    const first = successionOf(group)?.[0]
    const value = first && (first as unknown as Readonly<Record<string, unknown>>)[property]
    return typeof value === 'string' ? value : undefined
  }
}
