import type { Address } from '../../../model/address.js'
import type { LiveTemporary, TreeFacts } from '../../../model/kinds/archive.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import type { LiveImage } from '../../../model/launch/image.js'
import type { LiveSubnet } from '../../../model/launch/subnet.js'
import type { ArchiveSpec } from '../../../model/kinds/archive.js'
import type { Decided } from '../decided.js'

/** What becomes of an archive. Its versions are data: none goes but by the file's `keep`. */
export type ArchiveDecision = KeepArchive | CreateArchive | UpdateArchive | RemoveArchive | LeaveArchive | RefuseArchive

/** Its newest version holds what is in the directory, or soon will. */
export interface KeepArchive extends Decided {
  readonly kind: 'keep'
}

/** It gets its first version. */
export interface CreateArchive extends Decided, Leftovers {
  readonly kind: 'create'
  readonly version: NewVersion
  readonly pruned: readonly LiveSnapshot[]
}

/** It gets another version, loses some, or is rid of leftovers. */
export interface UpdateArchive extends Decided, Leftovers {
  readonly kind: 'update'
  /** Undefined: the newest is as the directory. */
  readonly version: NewVersion | undefined
  /** Versions that are kept no longer, oldest first. */
  readonly pruned: readonly LiveSnapshot[]
}

/** Its entry is out of the file: its versions stay. */
export interface RemoveArchive extends Decided, Leftovers {
  readonly kind: 'remove'
}

/** No version of it can be made now. */
export interface LeaveArchive extends Decided, Leftovers {
  readonly kind: 'leave'
}

export interface RefuseArchive extends Decided, Leftovers {
  readonly kind: 'refuse'
}

/** What a run that was cut off left behind: it goes before anything else is done. */
interface Leftovers {
  readonly leftovers: readonly LiveTemporary[]
}

/** A version that is to be made, and where. */
export interface NewVersion {
  readonly spec: ArchiveSpec
  readonly number: number
  /** As its tag says it: digests of the directory and of the rule. */
  readonly source: string
  readonly tree: TreeFacts
  readonly sizeGiB: number
  readonly place: VersionPlace
  /** The version that the volume is made from; undefined: blank. */
  readonly base: LiveSnapshot | undefined
}

/** Of what and where the temporary server is launched. */
export interface VersionPlace {
  readonly zone: string
  readonly image: LiveImage
  readonly subnet: LiveSubnet | undefined
}

/** A version that an archive gets in a plan, for the volumes that are made from it. */
export interface PlannedVersion {
  readonly number: number
  readonly sizeGiB: number
}

/** The versions that these decisions make, by the archive's address. */
export function plannedVersions(decisions: Iterable<ArchiveDecision>): ReadonlyMap<Address, PlannedVersion> {
  const versions = new Map<Address, PlannedVersion>()
  for (const decision of decisions) {
    const version = 'version' in decision ? decision.version : undefined
    if (version) versions.set(decision.address, { number: version.number, sizeGiB: version.sizeGiB })
  }
  return versions
}
