import type { LiveInterface } from './kinds/network-interface.js'
import type { Address } from './address.js'
import type { HostFacts } from './inside/host-facts.js'
import type { ArchiveFacts, LiveTemporary } from './kinds/archive.js'
import type { LiveElasticIp } from './kinds/elastic-ip.js'
import type { LiveBuiltImage } from './kinds/image.js'
import type { LiveKeyPair } from './kinds/key-pair.js'
import type { LiveNetwork, NetworkTenant } from './kinds/network.js'
import type { LiveSecurityGroup } from './kinds/security-group.js'
import type { LivePlacementGroup } from './kinds/placement-group.js'
import type { LiveScalingGroup } from './kinds/scaling-group.js'
import type { LiveLoadBalancer } from './kinds/load-balancer.js'
import type { LiveServer } from './kinds/server.js'
import type { SyncFacts } from './kinds/sync-rule.js'
import type { LiveVolume, VolumeTrouble } from './kinds/volume.js'
import type { LiveSnapshot, RegionSnapshots } from './kinds/volume-snapshot.js'
import type { ExistingGroup, ExistingKeyPair, FoundBySelector } from './launch/existing.js'
import type { LiveImage } from './launch/image.js'
import type { LiveOffers } from './launch/offers.js'
import type { LiveSpotRequest } from './launch/spot.js'
import type { LiveSubnet } from './launch/subnet.js'
import type { Move } from './moves/move.js'
import type { Wish } from './ledger/wish.js'
import type { Epoch } from './ledger/lock.js'

/**
 * What was observed: EC2 facts, and what is inside the servers where they were probed. Plain data, so that a test can
 * write one down as JSON. Lists are sorted by address, then id. Terminated instances and deleted volumes are left out.
 */
export interface LiveStack {
  readonly stack: string
  readonly region: string
  /** Twelve digits; absent where nothing that was read says whose it is. */
  readonly account?: string
  /** Names of the Availability Zones in state available, sorted. */
  readonly zones: readonly string[]
  /** Names of the Local and Wavelength Zones that the account has opted into, sorted; absent where there are none. */
  readonly edgeZones?: readonly string[]
  /** Where new servers can run; absent where no server is to be launched. */
  readonly offers?: LiveOffers
  readonly keyPairs: readonly LiveKeyPair[]
  /** Every part of every network; absent where the file asks for none and the ledger knows of none. */
  readonly networks?: readonly LiveNetwork[]
  /** What is in networks of which parts go, sorted by id; absent where none does. */
  readonly networkTenants?: readonly NetworkTenant[]
  readonly securityGroups: readonly LiveSecurityGroup[]
  /** Images that the stack has made. Absent where the file asks for none and the ledger knows of none. */
  readonly builtImages?: readonly LiveBuiltImage[]
  /** Absent where the file asks for none and the ledger knows of none. */
  readonly placementGroups?: readonly LivePlacementGroup[]
  readonly servers: readonly LiveServer[]
  /** Spot requests of the stack, those that are over and still shown included, sorted by address, then id. Absent where they were not asked for. */
  readonly spotRequests?: readonly LiveSpotRequest[]
  /** Instances of the stack that are shutting down, sorted by id: what they hold comes free by itself. Absent where there are none. */
  readonly endingServers?: readonly { readonly id: string; readonly address: Address }[]
  /** What EC2 has scheduled for instances of the stack, by instance, the next first. Absent where there is nothing, or it was not asked. */
  readonly scheduledEvents?: readonly ScheduledEvent[]
  /** Volumes with whose data EC2 finds something wrong, sorted by id. Absent where there are none, or it was not asked. */
  readonly volumeTroubles?: readonly VolumeTrouble[]
  /** Absent where the file asks for none and the ledger knows of none. */
  readonly elasticIps?: readonly LiveElasticIp[]
  /** Beside those that servers were launched with. Absent where the file asks for none and the ledger knows of none. */
  readonly interfaces?: readonly LiveInterface[]
  /** Absent where the file asks for none and the ledger knows of none. */
  readonly scalingGroups?: readonly LiveScalingGroup[]
  /** Absent where the file asks for none and the ledger knows of none. */
  readonly loadBalancers?: readonly LiveLoadBalancer[]
  /** The default subnets, sorted by zone; asked for where a load balancer of the file names none. */
  readonly defaultSubnets?: readonly LiveSubnet[]
  /** Data volumes with the stack's tag, and those that the file adopts by id, whoever they belong to. */
  readonly volumes: readonly LiveVolume[]
  /** This account's snapshots with the stack's tag, and those that the file names by id. */
  readonly snapshots: readonly LiveSnapshot[]
  /** The same with the stack's tag in the other regions that were asked for, sorted by region; absent where none was. */
  readonly snapshotsElsewhere?: readonly RegionSnapshots[]
  /** By `selectorKey` of what the file asks for; a selector that found nothing has no entry. */
  readonly images: Readonly<Record<string, LiveImage>>
  readonly subnets: Readonly<Record<string, LiveSubnet>>
  /** What of it is there already and no stack's, or another's; absent where the file names none. */
  readonly existingGroups?: FoundBySelector<ExistingGroup>
  readonly existingKeyPairs?: FoundBySelector<ExistingKeyPair>
  /**
   * Every address that the last apply left behind, from the stack's ledger (a launch template, so that the knowledge
   * lives in EC2); undefined when there is none yet. It tells "was there and is gone" from "was never made".
   */
  readonly ledger: LiveLedger | undefined
  /** By which addresses tags or the ledger still call what the file has under others, sorted by `from`; absent where by none. */
  readonly renamed?: readonly Move[]
  /** The operator's address as EC2 sees it; asked only where the file says `my-ip`. */
  readonly operatorIp: string | undefined
  /** Why it could not be found out, where it was asked. */
  readonly operatorIpUnread?: string
  /** Whether the account encrypts every new volume; absent where it was not asked (no volume says `encrypted: false`), or is not known. */
  readonly encryptsByDefault?: boolean
  /** Public key material on this machine by key pair address: `ssh-ed25519 AAAA…` without comment; none yet for one to be generated. */
  readonly publicKeys: Readonly<Record<string, string>>
  /** By server address, or by instance id where several instances have one; a server without an entry does not exist. */
  readonly hosts: Readonly<Record<string, HostFacts>>
  /** By sync address. */
  readonly syncs: Readonly<Record<string, SyncFacts>>
  /** By archive address; absent where the file has none. */
  readonly archives?: Readonly<Record<string, ArchiveFacts>>
  /** What was made for the time of a run and is there still, sorted by address, then id; absent where there is none. */
  readonly temporaries?: readonly LiveTemporary[]
  /** Why no server can be entered at all (a sandbox without hosts); undefined where they can. */
  readonly hostsImpossible: string | undefined
  /** They could be entered, and somebody said that they are not to be: what runs there runs on. Absent: false. */
  readonly hostsLeftOut?: boolean
  /** What could not be read, and why; empty when the picture is complete. */
  readonly unreadable: readonly Unreadable[]
}

export interface LiveLedger {
  /** Undefined: it is to be looked up by its name before it is written. */
  readonly id: string | undefined
  readonly addresses: readonly Address[]
  /** What was asked for and is not known to be done, by address; absent where there is nothing. */
  readonly wishes?: readonly Wish[]
  /** Of a run that ended without knowing what all its calls came to; absent where the last one knew. */
  readonly epoch?: Epoch
}

/** Source: EC2 API, InstanceStatusEvent. */
export interface ScheduledEvent {
  readonly instanceId: string
  /** `instance-reboot`, `system-reboot`, `system-maintenance`, `instance-retirement` or `instance-stop`. */
  readonly code: string
  readonly description: string
  /** ISO 8601: when it begins at the earliest; absent where EC2 does not say. */
  readonly notBefore?: string
}

export interface Unreadable {
  readonly address: Address
  readonly reason: string
}
