import type {
  LiveImage,
  LiveKeyPair,
  LiveModification,
  LiveSecurityGroup,
  LiveServer,
  LiveSnapshot,
  LiveSubnet,
  LiveTemporary,
  LiveVolume,
} from '../../model/live-stack.js'
import type { Tags } from '../../model/tags.js'
import type { Address } from '../../model/address.js'
import type { ImageSelector, RootVolumeSpec, SubnetSelector, VolumeType } from '../../model/stack-spec.js'
import type { Effect } from './effect.js'

/** What is asked of EC2. */
export interface CloudPort {
  /**
   * Reads everything that belongs to a stack in a bounded number of paginated Describe calls, in parallel.
   * The number of calls does not grow with the number of resources below a page.
   */
  observe(query: CloudQuery): Promise<CloudFacts>

  importKeyPair(
    request: { readonly keyName: string; readonly publicKey: string; readonly tags: Tags } & Once,
  ): Promise<Created>
  deleteKeyPair(request: Owned): Promise<Effect>

  createSecurityGroup(
    request: {
      readonly groupName: string
      readonly description: string
      readonly vpcId: string | undefined
      readonly tags: Tags
    } & Once,
  ): Promise<Created>
  /** Adds rules; one that is there already counts as done. */
  authorizeIngress(request: { readonly groupId: string; readonly rules: readonly Ec2Rule[] }): Promise<Effect>
  /** Takes rules away; one that is not there counts as done. */
  revokeIngress(
    request: { readonly groupId: string; readonly rules: readonly Ec2Rule[] } & { readonly owner: Owner },
  ): Promise<Effect>
  /** Waits out `DependencyViolation` of what is still going away. */
  deleteSecurityGroup(request: Owned): Promise<Effect>

  /** Launches one instance and waits until it runs. */
  createServer(request: LaunchRequest & Once): Promise<RunningServer>
  /** Waits until it runs. `unchanged` when it does already. */
  startServer(request: Owned): Promise<RunningServer & { readonly effect: Effect }>
  /** Waits until it is stopped. */
  stopServer(request: Owned): Promise<Effect>
  setServerType(request: { readonly instanceId: string; readonly type: string; readonly owner: Owner }): Promise<Effect>
  setServerGroups(request: {
    readonly instanceId: string
    readonly groupIds: readonly string[]
    readonly owner: Owner
  }): Promise<Effect>
  setServerProtection(request: {
    readonly instanceId: string
    readonly protect: boolean
    readonly owner: Owner
  }): Promise<Effect>
  /** Waits until it is terminated. Never lifts a protection by itself. */
  terminateServer(request: Owned): Promise<Effect>
  /** The host keys that the instance printed on its console, as `ssh-ed25519 AAAA…` lines; polls until they appear. */
  readHostKeys(request: { readonly instanceId: string } & Waiting): Promise<readonly string[]>

  /** Waits until available. */
  createVolume(request: VolumeRequest & Once): Promise<Created & { readonly zone: string }>
  /** Chooses a device name that is free, attaches, waits until attached. `unchanged` when it is attached there already. */
  attachVolume(request: { readonly volumeId: string; readonly instanceId: string }): Promise<Attached>
  /** Never forced. Waits until the volume is available. */
  detachVolume(request: {
    readonly volumeId: string
    readonly instanceId: string
    readonly owner: Owner
  }): Promise<Effect>
  /** One ModifyVolume; waits until the new size can be used. */
  modifyVolume(
    request: {
      readonly volumeId: string
      readonly sizeGiB: number
      readonly type: VolumeType
      readonly iops: number | undefined
      readonly throughputMiBps: number | undefined
      readonly owner: Owner
    } & Waiting,
  ): Promise<Effect>
  deleteVolume(request: Owned): Promise<Effect>
  /** Waits until completed; progress in percent. */
  createSnapshot(request: SnapshotRequest & Once & Waiting): Promise<Created>
  /**
   * Resolves when EC2 has taken the request: what is written to the volume after that is not in the snapshot. Never waits
   * for other snapshots of the volume: a filesystem is held still meanwhile.
   */
  startSnapshot(request: SnapshotRequest & Once): Promise<Created>
  /** Waits until a snapshot is completed; rejects when it ends in error. Progress in percent. */
  awaitSnapshot(request: { readonly id: string; readonly volumeId: string } & Waiting): Promise<void>
  /** `unchanged` also for one that an image uses: it is left alone. */
  deleteSnapshot(request: Owned): Promise<Effect>

  /** The modifications that EC2 remembers of these volumes, by volume id, newest first; one without any has no entry. */
  readModifications(volumeIds: readonly string[]): Promise<Readonly<Record<string, readonly LiveModification[]>>>

  /** Adds or overwrites these tags, leaves all others alone. */
  setTags(request: { readonly id: string; readonly tags: Tags }): Promise<Effect>
  removeTags(request: { readonly id: string; readonly keys: readonly string[]; readonly owner: Owner }): Promise<Effect>
  /** Whether this volume is free, before it is adopted: a fresh read by id. It may have no tags of ours, so no address. */
  readVolume(volumeId: string): Promise<Omit<LiveVolume, 'address'> | undefined>

  /** Writes the stack's ledger (a launch template `evenkeel-<stack>`); an empty list removes it. Returns its id. */
  writeLedger(request: {
    readonly stack: string
    readonly id: string | undefined
    readonly addresses: readonly Address[]
  }): Promise<string | undefined>

  /** Closes idle connections. */
  close(): void
}

/** Whose a resource must still be, by its tags, in the moment before something is taken away from it. */
export interface Owner {
  readonly stack: string
  readonly address: Address
}

export interface Owned {
  readonly id: string
  readonly owner: Owner
}

/** `once` is the same text for the same operation, also when it is tried again after a crash: ClientToken, or nonce tag. At most 64 ASCII characters. */
export interface Once {
  readonly once: string
}

export interface Waiting {
  readonly onProgress?: (percent: number) => void
}

export interface Created {
  readonly id: string
}

export interface Attached {
  readonly effect: Effect
  /** e.g. `/dev/sdf`. */
  readonly deviceName: string
}

export interface RunningServer {
  readonly id: string
  readonly privateIp: string | undefined
  readonly publicIp: string | undefined
  readonly zone: string
}

/** An ingress rule with ids; ports -1 with protocol `-1` (all). */
export interface Ec2Rule {
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  readonly source:
    | { readonly kind: 'cidr'; readonly cidr: string }
    | { readonly kind: 'security-group'; readonly groupId: string }
    | { readonly kind: 'prefix-list'; readonly prefixListId: string }
  readonly description: string | undefined
}

export interface LaunchRequest {
  readonly imageId: string
  readonly rootDeviceName: string
  readonly type: string
  readonly zone: string | undefined
  readonly subnetId: string | undefined
  readonly keyName: string
  readonly groupIds: readonly string[]
  readonly rootVolume: RootVolumeSpec
  /** Plain text; the port encodes it. */
  readonly userData: string | undefined
  readonly protect: boolean
  readonly tags: Tags
  readonly rootVolumeTags: Tags
}

export interface VolumeRequest {
  readonly zone: string
  readonly sizeGiB: number | undefined
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughputMiBps: number | undefined
  readonly encrypted: boolean | undefined
  readonly kmsKey: string | undefined
  readonly snapshotId: string | undefined
  readonly tags: Tags
}

export interface SnapshotRequest {
  readonly volumeId: string
  readonly description: string
  readonly tags: Tags
}

export interface CloudQuery {
  readonly stack: string
  /** Other stacks whose snapshots are to be read too. */
  readonly snapshotsOf?: readonly string[]
  /** Ask which images use the stack's snapshots. */
  readonly snapshotImages?: boolean
  /** Each distinct selector once. */
  readonly images: readonly ImageSelector[]
  readonly subnets: readonly SubnetSelector[]
  /** Volumes that the file adopts, and snapshots that it names by id. */
  readonly volumeIds: readonly NamedId[]
  readonly snapshotIds: readonly NamedId[]
  /** Ask for the operator's address. */
  readonly operatorIp: boolean
}

/** An id that the file names, and the address that names it: the live resource may have no tags of ours yet. */
export interface NamedId {
  readonly id: string
  readonly address: Address
}

/** The cloud half of a LiveStack, in its words. */
export interface CloudFacts {
  readonly region: string
  readonly account: string | undefined
  readonly zones: readonly string[]
  readonly keyPairs: readonly LiveKeyPair[]
  readonly securityGroups: readonly LiveSecurityGroup[]
  readonly servers: readonly LiveServer[]
  readonly volumes: readonly LiveVolume[]
  readonly snapshots: readonly LiveSnapshot[]
  readonly images: Readonly<Record<string, LiveImage>>
  readonly subnets: Readonly<Record<string, LiveSubnet>>
  readonly operatorIp: string | undefined
  readonly ledger: { readonly id: string; readonly addresses: readonly Address[] } | undefined
  /** Servers and volumes with the role `temporary`: in none of the other lists. */
  readonly temporaries?: readonly LiveTemporary[]
  /** Resources with the stack's tag whose `evenkeel:address` is missing or is no address: for people to look at, never touched. */
  readonly unnamed?: readonly { readonly id: string; readonly addressTag: string | undefined }[]
}
