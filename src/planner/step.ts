import type { Address } from '../spec/address.js'
import type { Fstype, MountSpec, RootVolumeSpec, VolumeType } from '../spec/stack-spec.js'
import type { Template } from '../spec/template.js'
import type { Tags } from './tags.js'
import type { CheckHealth, CopyBlocks, CopyFiles, RecordCopy, RunOnChange } from './copy-steps.js'
import type { StepBase, StepId } from './step-base.js'

export type * from './copy-steps.js'
export type { StepId } from './step-base.js'

/**
 * One operation to carry out. Steps are plain JSON. Resources that do not exist yet are named by address and looked up
 * in the run's bindings; what exists is named by id, so that a step acts on exactly what was planned.
 */
export type Step =
  | ImportKeyPair
  | DeleteKeyPair
  | CreateSecurityGroup
  | AuthorizeIngress
  | RevokeIngress
  | DeleteSecurityGroup
  | CreateServer
  | StartServer
  | StopServer
  | ModifyServer
  | TerminateServer
  | ConnectHost
  | RunSetup
  | CreateVolume
  | AdoptVolume
  | AttachVolume
  | DetachVolume
  | ModifyVolume
  | CreateSnapshot
  | CreateSnapshots
  | DeleteSnapshot
  | SupersedeVolume
  | DeleteVolume
  | MakeFilesystem
  | GrowFilesystem
  | MountVolume
  | VerifyVolume
  | WriteFstab
  | UnmountVolume
  | CopyFiles
  | CopyBlocks
  | RunOnChange
  | CheckHealth
  | RecordCopy
  | TagResource
  | RemoveTemporary

export type StepKind = Step['kind']
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>

export interface ImportKeyPair extends StepBase {
  readonly kind: 'import-key-pair'
  readonly keyName: string
  /** Undefined: the executor generates a pair on this machine. */
  readonly publicKey: string | undefined
  readonly tags: Tags
}

export interface DeleteKeyPair extends StepBase {
  readonly kind: 'delete-key-pair'
  readonly keyPairId: string
}

export interface CreateSecurityGroup extends StepBase {
  readonly kind: 'create-security-group'
  readonly groupName: string
  readonly description: string
  /** Undefined: the default VPC. */
  readonly vpcId: string | undefined
  readonly tags: Tags
}

/** A rule as EC2 takes it; the peer group by address where it is ours, by id where it was found live. `-1` ports mean all. */
export interface PlannedRule {
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  readonly source:
    | { readonly kind: 'cidr'; readonly cidr: string }
    | { readonly kind: 'security-group'; readonly address: Address }
    | { readonly kind: 'security-group-id'; readonly groupId: string }
    | { readonly kind: 'prefix-list'; readonly prefixListId: string }
  readonly description: string | undefined
}

export interface AuthorizeIngress extends StepBase {
  readonly kind: 'authorize-ingress'
  readonly rules: readonly PlannedRule[]
}

export interface RevokeIngress extends StepBase {
  readonly kind: 'revoke-ingress'
  readonly groupId: string
  readonly rules: readonly PlannedRule[]
}

export interface DeleteSecurityGroup extends StepBase {
  readonly kind: 'delete-security-group'
  readonly groupId: string
}

/** Launches and waits until running. Its result binds the address to id and addresses. */
export interface CreateServer extends StepBase {
  readonly kind: 'create-server'
  readonly imageId: string
  readonly rootDeviceName: string
  readonly type: string
  /** Exactly one of zone and subnetId. */
  readonly zone: string | undefined
  readonly subnetId: string | undefined
  readonly keyPair: Address
  /** The key pair's name in EC2, which a launch asks for. */
  readonly keyName: string
  /** Who logs in (planner/login-user.ts): the executor's binding of a new server needs it before anything can be read from it. */
  readonly user: string
  readonly securityGroups: readonly Address[]
  readonly rootVolume: RootVolumeSpec
  readonly userData: Template | undefined
  readonly protect: boolean
  readonly tags: Tags
  /** On the root volume, made in the same call. */
  readonly rootVolumeTags: Tags
}

export interface StartServer extends StepBase {
  readonly kind: 'start-server'
  /** Undefined: the one that this plan created. */
  readonly instanceId: string | undefined
}

export interface StopServer extends StepBase {
  readonly kind: 'stop-server'
  readonly instanceId: string | undefined
}

/** In-place attribute changes; type and userData need the server stopped, which other steps see to. */
export interface ModifyServer extends StepBase {
  readonly kind: 'modify-server'
  readonly instanceId: string
  readonly type?: string
  readonly securityGroups?: readonly Address[]
  readonly protect?: boolean
}

export interface TerminateServer extends StepBase {
  readonly kind: 'terminate-server'
  readonly instanceId: string
}

/** Waits until the server answers over SSH with a verified host key (pinned into a tag at the first time), and its first boot is over. */
export interface ConnectHost extends StepBase {
  readonly kind: 'connect-host'
}

export interface RunSetup extends StepBase {
  readonly kind: 'run-setup'
  readonly commands: readonly Template[]
}

export interface CreateVolume extends StepBase {
  readonly kind: 'create-volume'
  readonly zone: string
  /** Undefined: as large as the snapshot. */
  readonly sizeGiB: number | undefined
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughputMiBps: number | undefined
  readonly encrypted: boolean | undefined
  readonly kmsKey: string | undefined
  readonly snapshotId: string | undefined
  /** The step of this plan that takes the snapshot to make it from, in place of an id. */
  readonly snapshotStep?: StepId
  readonly tags: Tags
}

/** Marks an existing volume as ours: one that the file names by id, or one retained earlier. */
export interface AdoptVolume extends StepBase {
  readonly kind: 'adopt-volume'
  readonly volumeId: string
  readonly tags: Tags
  readonly removeTags: readonly string[]
}

export interface AttachVolume extends StepBase {
  readonly kind: 'attach-volume'
  /** Undefined: the one that this plan created. */
  readonly volumeId: string | undefined
  readonly server: Address
}

export interface DetachVolume extends StepBase {
  readonly kind: 'detach-volume'
  readonly volumeId: string
  readonly instanceId: string
}

/** One call for everything; waits until the new size can be used (`optimizing`). */
export interface ModifyVolume extends StepBase {
  readonly kind: 'modify-volume'
  readonly volumeId: string
  readonly sizeGiB: number
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughputMiBps: number | undefined
}

/** Waits until completed. Its result binds the step's id to the snapshot. */
export interface CreateSnapshot extends StepBase {
  readonly kind: 'create-snapshot'
  /** Undefined: the one that this plan created. */
  readonly volumeId: string | undefined
  readonly description: string
  readonly tags: Tags
  /** What happens on the server until EC2 has answered; left out: nothing. */
  readonly hold?: SnapshotHold
}

/** How a filesystem is brought to rest while a snapshot of its volume begins. */
export type SnapshotHold =
  | { readonly how: 'freeze'; readonly server: Address }
  | { readonly how: 'unmount'; readonly server: Address; readonly fstype: Fstype; readonly mount: MountSpec }

/** Snapshots of several volumes as one set: all filesystems on the server are frozen until EC2 has answered for each. Waits until all are completed. */
export interface CreateSnapshots extends StepBase {
  readonly kind: 'create-snapshots'
  /** Undefined: nothing to freeze. */
  readonly server: Address | undefined
  /** By volume id. */
  readonly snapshots: readonly { readonly volumeId: string; readonly description: string; readonly tags: Tags }[]
}

/** One that an image uses by now is left alone. */
export interface DeleteSnapshot extends StepBase {
  readonly kind: 'delete-snapshot'
  /** Undefined: the one that `snapshotStep` takes. */
  readonly snapshotId: string | undefined
  readonly snapshotStep?: StepId
}

/** Marks a volume as one whose place another takes, before the other is made: from here on a crash leads forward. */
export interface SupersedeVolume extends StepBase {
  readonly kind: 'supersede-volume'
  readonly volumeId: string
  /** Exactly one of both: the snapshot that the other is made from, or the step that takes it. */
  readonly snapshotId: string | undefined
  readonly snapshotStep: StepId | undefined
  readonly tags: Tags
}

export interface DeleteVolume extends StepBase {
  readonly kind: 'delete-volume'
  readonly volumeId: string
}

/** Only ever planned for a volume with origin `blank`; refuses any device on which a signature is found. */
export interface MakeFilesystem extends StepBase {
  readonly kind: 'make-filesystem'
  readonly server: Address
  readonly fstype: Fstype
  readonly label: string | undefined
  readonly uuid: string | undefined
  /** Whether it is mounted (swap: used) afterwards, which asks for a kernel that can. */
  readonly isUsed?: boolean
}

export interface GrowFilesystem extends StepBase {
  readonly kind: 'grow-filesystem'
  readonly server: Address
  readonly fstype: Fstype
  readonly mountPath: string | undefined
}

/** Mounts by UUID, after checking that the filesystem is the one that the file names. */
export interface MountVolume extends StepBase {
  readonly kind: 'mount-volume'
  readonly server: Address
  readonly fstype: Fstype
  readonly mount: MountSpec
  /** Whether the filesystem is new, so that its top directory gets an owner. */
  readonly fresh: boolean
}

/** Looks whether the volume is mounted and holds the filesystem that it was copied from, before what it takes the place of may go. */
export interface VerifyVolume extends StepBase {
  readonly kind: 'verify-volume'
  readonly server: Address
  readonly fstype: Fstype
  /** Undefined: not known. */
  readonly uuid: string | undefined
  readonly mountPath: string | undefined
}

export interface WriteFstab extends StepBase {
  readonly kind: 'write-fstab'
  readonly server: Address
  readonly fstype: Fstype
  readonly mount: MountSpec
}

/** Takes the managed fstab line out, then unmounts; what keeps it busy is named. Nothing to do is success. */
export interface UnmountVolume extends StepBase {
  readonly kind: 'unmount-volume'
  /** Undefined: the one that this plan created. */
  readonly volumeId: string | undefined
  readonly server: Address
}

/** Writes tags on the resource bound to `target`: what was applied, the revision, and user tags. */
export interface TagResource extends StepBase {
  readonly kind: 'tag-resource'
  /** Whose resource; differs from `address` for a sync rule, which is recorded on its server or volume. */
  readonly target: Address
  /** The resource itself, where its address stands for another one. */
  readonly resourceId?: string
  readonly tags: Tags
  readonly removeTags: readonly string[]
}

/**
 * Ends the servers and deletes the volumes that were made for the time of a run: those named here, those that this run
 * made, and what carries the address and the role `temporary` in its tags, whichever run left it behind.
 */
export interface RemoveTemporary extends StepBase {
  readonly kind: 'remove-temporary'
  readonly instanceIds: readonly string[]
  readonly volumeIds: readonly string[]
}
