import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import { snapshotVersion } from '../../../model/snapshot-version.js'
import type { StackSpec } from '../../../model/stack-spec.js'

/** Tells of a snapshot whether a volume of the file names it, by its id or by name and number, as what it is made from. */
export function namedSnapshots({ volumes }: Pick<StackSpec, 'volumes'>): (snapshot: LiveSnapshot) => boolean {
  const ids = new Set<string>()
  const versions = new Set<string>()
  for (const { snapshot } of volumes) {
    if (snapshot?.kind === 'id') ids.add(snapshot.id)
    else if (snapshot) {
      versions.add(`volume.${snapshot.name} ${snapshot.version}`)
      versions.add(`archive.${snapshot.name} ${snapshot.version}`)
    }
  }
  return (snapshot) => ids.has(snapshot.id) || versions.has(`${snapshot.address} ${snapshotVersion(snapshot)}`)
}
