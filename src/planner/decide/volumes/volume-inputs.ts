import type { Address } from '../../../model/address.js'
import type { PlannedVersion } from '../archives/archive-decision.js'
import type { VolumeCopies } from '../copies/volume-copies.js'
import type { World } from '../../world.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'

/** Everything that volumes are decided from: the world, and what others decided before. */
export interface VolumeInputs {
  readonly world: World
  readonly servers: ServerOutlooks
  /** What rules that copy whole volumes mean for the volumes. */
  readonly copies: VolumeCopies
  /** Versions that archives get in this plan, by the archive's address. */
  readonly versions: ReadonlyMap<Address, PlannedVersion>
}
