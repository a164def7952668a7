import type { Address } from '../../model/address.js'
import type { ArchiveDecision } from './archives/archive-decision.js'
import type { BlockDecision } from './copies/block-decision.js'
import type { CloneDecision } from './copies/clone-decision.js'
import type { FileDecision } from './copies/file-decision.js'
import type { VolumeCopies } from './copies/volume-copies.js'
import type { PlannedRoll } from '../../model/plan.js'
import type { Decided, Leave, Refuse } from './decided.js'
import type { ElasticIpDecision } from './elastic-ips/elastic-ip-decision.js'
import type { InterfaceDecision } from './interfaces/interface-decision.js'
import type { LoadBalancerDecision } from './load-balancers/load-balancer-decision.js'
import type { ScalingGroupDecision } from './scaling-groups/scaling-group-decision.js'
import type { KeyPairDecision } from './keys/key-pair-decisions.js'
import type { ImageDecision } from './images/image-decision.js'
import type { NetworkDecision } from './networks/network-decision.js'
import type { PlacementGroupDecision } from './placement/placement-group-decisions.js'
import type { SecurityGroupDecision } from './network/security-group-decisions.js'
import type { RegionCopies } from './snapshots/region-copies.js'
import type { ScheduledWork } from './snapshots/scheduled-work.js'
import type { SharingWork } from './snapshots/sharing-decisions.js'
import type { ServerDecision } from './servers/server-decision.js'
import type { VolumeDecision } from './volumes/volume-decision.js'

/** One decision for each address that the file or the live stack knows. */
export interface Decisions {
  /** Out of the plan from the start: two resources with one address, and what could not be read and may exist. */
  readonly held: ReadonlyMap<Address, Refuse | Leave>
  readonly servers: ReadonlyMap<Address, ServerDecision>
  /** Of counts of which members leave service a few at a time. */
  readonly rolls: readonly PlannedRoll[]
  readonly images: ReadonlyMap<Address, ImageDecision>
  readonly keyPairs: ReadonlyMap<Address, KeyPairDecision>
  readonly networks: ReadonlyMap<Address, NetworkDecision>
  readonly securityGroups: ReadonlyMap<Address, SecurityGroupDecision>
  readonly placementGroups: ReadonlyMap<Address, PlacementGroupDecision>
  readonly elasticIps: ReadonlyMap<Address, ElasticIpDecision>
  readonly interfaces: ReadonlyMap<Address, InterfaceDecision>
  readonly loadBalancers: ReadonlyMap<Address, LoadBalancerDecision>
  readonly scalingGroups: ReadonlyMap<Address, ScalingGroupDecision>
  readonly volumes: ReadonlyMap<Address, VolumeDecision>
  /** Rules by their method. */
  readonly blocks: ReadonlyMap<Address, BlockDecision>
  readonly clones: ReadonlyMap<Address, CloneDecision>
  readonly files: ReadonlyMap<Address, FileDecision>
  /** By the volume. */
  readonly schedules: ReadonlyMap<Address, ScheduledWork>
  readonly sharing: ReadonlyMap<Address, SharingWork>
  /** By the volume, or the archive. */
  readonly regionCopies: ReadonlyMap<Address, RegionCopies>
  readonly archives: ReadonlyMap<Address, ArchiveDecision>
  /** What the rules that copy whole volumes mean for these. */
  readonly copies: VolumeCopies
}

/** All decisions, in the order in which their kinds are decided. */
export function allDecided(decisions: Decisions): readonly Decided[] {
  const {
    held,
    servers,
    images,
    keyPairs,
    networks,
    securityGroups,
    placementGroups,
    elasticIps,
    interfaces,
    loadBalancers,
    scalingGroups,
    archives,
    blocks,
    clones,
    volumes,
    files,
  } = decisions
  const kinds: readonly ReadonlyMap<Address, Decided>[] = [
    held,
    servers,
    images,
    keyPairs,
    networks,
    securityGroups,
    placementGroups,
    elasticIps,
    interfaces,
    loadBalancers,
    scalingGroups,
    archives,
    blocks,
    clones,
    volumes,
    files,
  ]
  return kinds.flatMap((kind) => [...kind.values()])
}
