import type { FoundType } from '../../model/launch/on-offer.js'
import { legibleData, legibleJson } from '../legible.js'
import { listed } from './listed.js'

const typesFormatVersion = 1

/** A line a type, in the order given. */
export function typesText(
  observed: readonly FoundType[],
  { limit, color }: { readonly limit: number; readonly color: boolean },
): string {
  if (observed.length === 0) return 'No type that is offered there is like that.\n'
  const rows = legibleData(observed).map((type) => [
    type.name,
    String(type.vcpus),
    `${type.memoryMiB / 1024} GiB`,
    type.architectures.join(' '),
    type.network === '' ? '-' : type.network,
    type.instanceStoreGB === 0 ? '-' : `${type.instanceStoreGB} GB`,
    type.isCurrent ? 'yes' : 'no',
    type.zones.join(' '),
  ])
  const head = ['TYPE', 'CPUS', 'MEMORY', 'ARCHITECTURE', 'NETWORK', 'INSTANCE STORE', 'CURRENT', 'ZONES']
  return listed(head, rows, { color, limit })
}

/** As `types find --json` prints them (schema/types.schema.json). */
export function typesJson(found: readonly FoundType[], limit: number): string {
  const types = found.slice(0, limit)
  return `${legibleJson({ formatVersion: typesFormatVersion, found: found.length, types }, 2)}\n`
}
