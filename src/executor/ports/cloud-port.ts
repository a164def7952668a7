import type { ExistingSelector } from '../../model/launch/existing.js'
import type { ImageSelector } from '../../model/launch/image.js'
import type { SubnetSelector } from '../../model/launch/subnet.js'
import type { LiveStack } from '../../model/live-stack.js'
import type { ElasticIpCloud, ElasticIpQuery } from './elastic-ip.js'
import type { ImageCloud, ImageQuery } from './built-image.js'
import type { KeyPairCloud } from './key-pair.js'
import type { LoadBalancerCloud, LoadBalancerQuery } from './load-balancer.js'
import type { ScalingGroupCloud, ScalingGroupQuery } from './scaling/scaling-group.js'
import type { LaunchTemplateCloud } from './launch-template.js'
import type { OffersCloud } from './type-offers.js'
import type { InterfaceCloud, InterfaceQuery } from './network/network-interface.js'
import type { NetworkCloud, NetworkQuery } from './network/network.js'
import type { PlacementGroupCloud, PlacementGroupQuery } from './placement-group.js'
import type { SecurityGroupCloud } from './security-group.js'
import type { ServerCloud, SpotRequestCloud, SpotRequestQuery } from './server.js'
import type { StacksCloud } from './stacks.js'
import type { CatalogueCloud } from './catalogue.js'
import type { AdoptionCloud } from './adoption.js'
import type { NamedId } from './cloud-words.js'
import type { LockCloud } from './lock-cloud.js'
import type { SnapshotCloud, SnapshotQuery } from './volume-snapshot.js'
import type { TagCloud } from './tag-changes.js'
import type { VolumeCloud, VolumeQuery } from './volume.js'

export type * from './cloud-words.js'
export type * from './elastic-ip.js'
export type * from './built-image.js'
export type * from './key-pair.js'
export type * from './load-balancer.js'
export type * from './scaling/scaling-group.js'
export type * from './launch-template.js'
export type * from './type-offers.js'
export type * from './network/network-interface.js'
export type * from './network/network.js'
export type * from './placement-group.js'
export type * from './security-group.js'
export type * from './server.js'
export type * from './volume-snapshot.js'
export type * from './lock-cloud.js'
export type * from './stacks.js'
export type * from './adoption.js'
export type * from './catalogue.js'
export type * from './tag-changes.js'
export type * from './volume.js'

/** The cloud: an observation of everything, and one part for each kind of resource, in a file of its own beside this one. */
export interface CloudPort
  extends
    KeyPairCloud,
    NetworkCloud,
    SecurityGroupCloud,
    ServerCloud,
    SpotRequestCloud,
    ImageCloud,
    InterfaceCloud,
    ElasticIpCloud,
    PlacementGroupCloud,
    LoadBalancerCloud,
    ScalingGroupCloud,
    VolumeCloud,
    SnapshotCloud,
    LaunchTemplateCloud,
    LockCloud,
    OffersCloud,
    StacksCloud,
    AdoptionCloud,
    CatalogueCloud,
    TagCloud {
  /**
   * Reads everything that belongs to a stack in a bounded number of paginated Describe calls, in parallel.
   * The number of calls does not grow with the number of resources below a page.
   */
  observe(query: CloudQuery): Promise<CloudFacts>

  /** The values of parameters of Systems Manager by name, decrypted; one that does not exist has no entry. */
  secureParameters(names: readonly string[]): Promise<ReadonlyMap<string, string>>

  /** Closes idle connections. */
  close(): void
}

export interface CloudQuery
  extends
    NetworkQuery,
    InterfaceQuery,
    ElasticIpQuery,
    LoadBalancerQuery,
    ScalingGroupQuery,
    PlacementGroupQuery,
    SpotRequestQuery,
    ImageQuery,
    VolumeQuery,
    SnapshotQuery {
  readonly stack: string
  /** Each distinct selector once. */
  readonly images: readonly ImageSelector[]
  readonly subnets: readonly SubnetSelector[]
  /** Ask for the operator's address. */
  readonly operatorIp: boolean
  /** How long a run whose epoch stands in the ledger has been known to do nothing; left out: not known. */
  readonly quietMs?: number
  /** What is to be read by id beside the listing, of whatever kind; what is not the stack's is left out. */
  readonly knownIds?: readonly string[]
  /** Servers, security groups and key pairs that the file adopts: what belongs to no stack yet is shown under the address that names it. */
  readonly adoptedIds?: readonly NamedId[]
  /** What the file names and does not own; each distinct selector once. Left out: nothing. */
  readonly existingGroups?: readonly ExistingSelector[]
  readonly existingKeyPairs?: readonly ExistingSelector[]
  /** Ask whether the account encrypts new volumes by default; left out: no. */
  readonly encryptionDefault?: boolean
}

/** What of a LiveStack is not read from the cloud: what this machine, the insides of servers and copies tell. */
type FromElsewhere =
  | 'stack'
  | 'offers'
  | 'publicKeys'
  | 'hosts'
  | 'syncs'
  | 'archives'
  | 'hostsImpossible'
  | 'unreadable'

/** The cloud half of a LiveStack, in its words. */
export interface CloudFacts extends Omit<LiveStack, FromElsewhere> {
  /** Resources with the stack's tag whose `evenkeel:address` is missing or is no address: for people to look at, never touched. */
  readonly unnamed?: readonly { readonly id: string; readonly addressTag: string | undefined }[]
}
