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
  HostFacts,
  TreeFacts,
} from '../planner/live-stack.js'
import type { CopyOptions } from '../planner/step.js'
import type { Tags } from '../planner/tags.js'
import type { Address } from '../spec/address.js'
import type {
  Fstype,
  ImageSelector,
  MountSpec,
  RootVolumeSpec,
  SubnetSelector,
  VolumeType,
} from '../spec/stack-spec.js'

/**
 * What the executor (and the observation before a plan) asks of the world. Implementations: providers/ec2 (CloudPort),
 * hosts (HostPort, LocalKeysPort), sync (SyncPort). Every method rejects with an EvenkeelError, never with anything of
 * an SDK. Methods that change something resolve when the change can be relied on by the next step.
 */

/** Everything that an observation or an apply works with; the command line composes it. */
export interface Ports {
  readonly cloud: CloudPort
  readonly hosts: HostPort
  readonly keys: LocalKeysPort
  readonly sync: SyncPort
}

// ---------------------------------------------------------------- cloud

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

export type Effect = 'done' | 'unchanged'

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

// ---------------------------------------------------------------- hosts

/** How to reach a server. Its host key is always known before a connection is made. */
export interface HostAccess {
  readonly address: Address
  readonly instanceId: string
  /** Public address, else the private one. */
  readonly hostname: string
  /** Where other servers reach it. */
  readonly privateIp?: string
  readonly port: number
  readonly user: string
  /** `ssh-ed25519 AAAA…`; a connection that shows another key is refused. */
  readonly hostKey: string
  /** Undefined: the SSH agent. */
  readonly privateKeyPath: string | undefined
  /** Volume id -> the name under which EC2 attached it, e.g. `/dev/sdf`: on Xen types a disk does not tell its volume id. */
  readonly deviceNames?: Readonly<Record<string, string>>
}

/** One connection a server, made at the first use and kept until `close`. Commands run through `sudo -n` where they need root. */
export interface HostPort {
  /** Retries until the server answers and its first boot is over (`cloud-init status --wait` where there is one). */
  waitUntilReady(access: HostAccess, options: { readonly timeoutMs: number }): Promise<Effect>
  /** One round trip. Never rejects for a host that cannot be reached: that is an answer. */
  probe(access: HostAccess): Promise<HostFacts>
  /** Refuses a device on which any signature is found, unless it is the wanted filesystem (then `unchanged`). Installs mkfs when it is missing. */
  makeFilesystem(
    access: HostAccess,
    request: {
      readonly volumeId: string
      readonly fstype: Fstype
      readonly label: string | undefined
      readonly uuid: string | undefined
      /** Whether it is mounted (swap: used) afterwards, so that a server whose kernel cannot is told before anything is made. */
      readonly isUsed?: boolean | undefined
    },
  ): Promise<Effect>
  /** Grows the partition, if there is one, and the filesystem to the device's size; offline where the kernel refuses it online. */
  growFilesystem(
    access: HostAccess,
    request: { readonly volumeId: string; readonly fstype: Fstype; readonly mountPath: string | undefined },
  ): Promise<Effect>
  /** Checks that the device holds `fstype`, makes the directory, mounts by UUID, sets owner and mode where given; a swap area is swapped to. `unchanged` when all is so already. */
  mount(
    access: HostAccess,
    request: { readonly volumeId: string; readonly fstype: Fstype; readonly mount: MountSpec; readonly fresh: boolean },
  ): Promise<Effect>
  /** One line by UUID for this volume, in place of any older managed line. Atomic. */
  writeFstab(
    access: HostAccess,
    request: { readonly volumeId: string; readonly fstype: Fstype; readonly mount: MountSpec },
  ): Promise<Effect>
  /** Takes the managed fstab line out, then unmounts; a busy mount is a HostError that names the processes that hold it. */
  unmount(access: HostAccess, request: { readonly volumeId: string }): Promise<Effect>
  /**
   * Holds the filesystems of these volumes still, those that are mounted, until `thaw`, or until the server has lost us,
   * or for `seconds` at most. One that cannot be frozen is written out instead.
   */
  freeze(
    access: HostAccess,
    request: { readonly volumeIds: readonly string[]; readonly seconds: number },
  ): Promise<Freeze>
  /**
   * Makes the bytes of one volume those of another, on one server or on two, by what differs; both must be in no use.
   * What was written is read back and compared. Running it again goes on where it ended.
   */
  copyBlocks(
    source: { readonly access: HostAccess; readonly volumeId: string },
    destination: { readonly access: HostAccess; readonly volumeId: string },
    request: BlockCopyRequest,
  ): Promise<BlockCopy>
  /** Runs a shell command as the login user; output line by line. Rejects with HostError when it exits with other than 0. */
  run(access: HostAccess, command: string, onOutput: (line: string) => void): Promise<void>
  /** Runs argv with the caller's standard streams; resolves with the exit status. For `evenkeel exec`. */
  exec(access: HostAccess, argv: readonly string[], streams: ExecStreams): Promise<number>
  /** Drops one server's connection, e.g. before it is stopped. */
  disconnect(address: Address): void
  close(): void
}

export interface BlockCopyRequest {
  /** Whether whatever is at the destination may go; else it must be zero from end to end. */
  readonly mayOverwrite: () => boolean
  /** Take gzip where no faster program is at both ends. */
  readonly compress: boolean
  /** Called once, when it is known that something will be written, and before it is. */
  readonly beforeWriting: () => Promise<void>
  /** Bytes, of so many, that were compared; then of those that are sent. */
  readonly onProgress: (bytesDone: number, bytesTotal: number, what: 'compared' | 'copied') => void
}

export interface BlockCopy {
  /** SHA-256 over the SHA-256s of the source's ranges, in hex; the destination's is the same. */
  readonly digest: string
  readonly bytesSent: number
  /** Made zero without sending them. */
  readonly bytesZeroed: number
}

/** Filesystems that are held still. */
export interface Freeze {
  /** False when one of them could only be written out. */
  readonly complete: boolean
  /** Lets them go on; resolves with whether they were held until now. Never rejects. */
  thaw(): Promise<boolean>
}

export interface ExecStreams {
  readonly stdin: NodeJS.ReadableStream | undefined
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** Aborted: the command is sent SIGINT and its exit status waited for; when its input has ended already, its streams are closed, and 130 is the answer. */
  readonly interrupt?: AbortSignal
}

/** Key pairs on this machine. */
export interface LocalKeysPort {
  /** `ssh-ed25519 AAAA…` without comment, or undefined when this machine has none for that entry yet. */
  publicKey(keyPair: Address): Promise<string | undefined>
  /** Makes the stack's generated pair when it is not there (mode 0600), and returns its public half. */
  generate(keyPair: Address): Promise<string>
  /** Removes a generated pair, after its key pair was deleted in EC2. */
  forget(keyPair: Address): Promise<void>
  /** Where ssh finds the private half; undefined: ask the agent. */
  privateKeyPath(keyPair: Address): Promise<string | undefined>
}

// ---------------------------------------------------------------- sync

export interface CopyRule {
  /** For people, where it shows on a server for a moment. */
  readonly name?: string
  /** Owners by number, hard links, ACLs, extended attributes and holes are kept; else everything belongs to the login user. */
  readonly keepAll?: boolean
  /** A path of this machine, or places on one machine. */
  readonly source: string | readonly CopyPlace[]
  readonly delete: boolean
  readonly exclude: readonly string[]
  readonly options?: CopyOptions
  /** Between two machines of which neither is this one: through this machine. */
  readonly relayed?: boolean
}

/** An end of a copy: on a server of the stack, on an unmanaged machine (`user@name`), or, with neither, on this machine. */
export interface CopyPlace {
  readonly access?: HostAccess
  readonly host?: string
  /** Absolute on a server; with the trailing slash as written. */
  readonly path: string
}

/** Where a rule writes: an absolute path on a server, with the trailing slash as written. */
export interface CopyDestination {
  readonly access: HostAccess
  readonly path: string
}

export interface CopyFigures {
  readonly filesCreated: number
  readonly filesChanged: number
  readonly filesDeleted: number
  readonly bytes: number
  readonly sample: readonly string[]
}

export interface SyncPort {
  /** What a directory holds, as an archive takes it. Contents count only with `checksum`. */
  readTree(request: {
    readonly source: string
    readonly exclude: readonly string[]
    readonly checksum: boolean
  }): Promise<TreeFacts>
  /** Digest over names, sizes, times (whole seconds) and modes below the source, without what is excluded. */
  sourceDigest(rule: CopyRule): Promise<string>
  /** rsync's dry run; without a destination, against nothing. Changes nothing anywhere. */
  compare(rule: CopyRule, destination: CopyPlace | undefined): Promise<CopyFigures>
  /** Copies; progress in bytes of the total. */
  copy(rule: CopyRule, destination: CopyPlace, onProgress: (bytesDone: number) => void): Promise<CopyFigures>
  /** Ends shared connections and removes temporary files. */
  close(): Promise<void>
}
