import type { ArchivePath } from './kinds/archive.js'
import type { ElasticIpPath } from './kinds/elastic-ip.js'
import type { ImagePath } from './kinds/image.js'
import type { KeyPairPath } from './kinds/key-pair.js'
import type { InterfacePath } from './kinds/network-interface.js'
import type { NetworkPath } from './kinds/network.js'
import type { PlacementGroupPath } from './kinds/placement-group.js'
import type { ScalingGroupPath } from './kinds/scaling-group.js'
import type { LoadBalancerPath } from './kinds/load-balancer.js'
import type { SecurityGroupPath } from './kinds/security-group.js'
import type { ServerPath } from './kinds/server.js'
import type { SyncPath } from './kinds/sync-rule.js'
import type { VolumePath } from './kinds/volume.js'

/**
 * The paths under which the properties of each kind of resource stand in changes, one line each. Closed: what a report
 * can show, and what the table of mutability answers for, is what is named there.
 */
export interface PropertyPaths {
  readonly keyPair: KeyPairPath
  readonly network: NetworkPath
  readonly securityGroup: SecurityGroupPath
  readonly image: ImagePath
  readonly placementGroup: PlacementGroupPath
  readonly server: ServerPath
  readonly interface: InterfacePath
  readonly elasticIp: ElasticIpPath
  readonly loadBalancer: LoadBalancerPath
  readonly scalingGroup: ScalingGroupPath
  readonly volume: VolumePath
  readonly sync: SyncPath
  readonly archive: ArchivePath
}

/** Kinds of resources whose properties stand in changes. */
export type PropertyKind = keyof PropertyPaths

/** Tags are the user's own, each a property of its own. */
export type TagPath = `tags.${string}`

/** The paths of one kind of resource, or of all. `exists`: whether it is there at all; `address`: what it is called in the file. */
export type PathOf<K extends PropertyKind = PropertyKind> = PropertyPaths[K] | TagPath | 'exists' | 'address'
