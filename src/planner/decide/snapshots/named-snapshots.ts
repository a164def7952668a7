import { addressOf, parseAddress, type Address } from '../../../model/address.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import { snapshotVersion } from '../../../model/snapshot-version.js'
import type { StackSpec } from '../../../model/stack-spec.js'

/** Tells of a snapshot whether a volume of the file names it, by its id or by name and number, as what it is made from. */
export function namedSnapshots({ volumes }: Pick<StackSpec, 'volumes'>): (snapshot: LiveSnapshot) => boolean {
  const ids = new Set<string>()
  const versions = new Set<string>()
  for (const { address, snapshot } of volumes) {
    if (snapshot?.kind === 'id') ids.add(snapshot.id)
    else if (snapshot) {
      for (const of of snapshotAddresses(snapshot.name, address)) versions.add(`${of} ${snapshot.version}`)
    }
  }
  return (snapshot) => ids.has(snapshot.id) || versions.has(`${snapshot.address} ${snapshotVersion(snapshot)}`)
}

/**
 * What `snapshot: { name }` may mean for a volume, the first first: for one of the volumes of a count the same member of that
 * name, a volume, an archive.
 */
export function snapshotAddresses(name: string, of: Address): readonly Address[] {
  const isMember = name.endsWith(']')
  const index = isMember ? undefined : parseAddress(of)?.index
  return [
    ...(index === undefined ? [] : [addressOf('volume', name, index)]),
    `volume.${name}` as Address,
    ...(isMember ? [] : [addressOf('archive', name)]),
  ]
}
