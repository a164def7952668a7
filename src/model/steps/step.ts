import type { CheckHealth, CopyBlocks, CopyFiles, RecordCopy, RunOnChange } from './copies.js'
import type { CreatePlacementGroup, DeletePlacementGroup } from './placement-groups.js'
import type { AllocateAddress, AssociateAddress, DisassociateAddress, ReleaseAddress } from './elastic-ips.js'
import type {
  GrowFilesystem,
  MakeFilesystem,
  MountVolume,
  UnmountVolume,
  VerifyVolume,
  WriteFstab,
} from './filesystems.js'
import type { AwaitImage, CopyImage, CreateImage, DeregisterImage, ModifyImage, RegisterImage } from './images.js'
import type {
  AwaitTarget,
  CreateLoadBalancer,
  DeleteLoadBalancer,
  DeregisterTarget,
  ModifyLoadBalancer,
  RegisterTarget,
} from './load-balancers.js'
import type {
  CreateScalingGroup,
  DeleteLaunchTemplates,
  DeleteScalingGroup,
  ModifyScalingGroup,
  RefreshScalingGroup,
} from './scaling-groups.js'
import type {
  AuthorizeEgress,
  AuthorizeIngress,
  CreateSecurityGroup,
  DeleteKeyPair,
  DeleteSecurityGroup,
  ImportKeyPair,
  RevokeEgress,
  RevokeIngress,
} from './network.js'
import type { EnsureInterface, RemoveInterface } from './network-interfaces.js'
import type { CreateNetwork, DeleteNetwork, ModifyNetwork } from './networks.js'
import type {
  AuthorizeKey,
  CancelSpotRequest,
  ConnectHost,
  CreateServer,
  ModifyServer,
  RebootServer,
  RunSetup,
  StartServer,
  StopServer,
  TerminateServer,
} from './servers.js'
import type { CopySnapshot, CreateSnapshot, CreateSnapshots, DeleteSnapshot, ModifySnapshot } from './snapshots.js'
import type { RemoveTemporary, TagResource } from './tags.js'
import type {
  AdoptVolume,
  AttachVolume,
  CreateVolume,
  DeleteVolume,
  DetachVolume,
  ModifyVolume,
  SetAutoEnableIo,
  SupersedeVolume,
} from './volumes.js'

export type * from './copies.js'
export type * from './elastic-ips.js'
export type * from './filesystems.js'
export type * from './images.js'
export type * from './load-balancers.js'
export type * from './scaling-groups.js'
export type * from './network.js'
export type * from './network-interfaces.js'
export type * from './networks.js'
export type * from './placement-groups.js'
export type * from './servers.js'
export type * from './snapshots.js'
export type * from './tags.js'
export type * from './volumes.js'
export type { StepId } from './step-base.js'

/**
 * One operation to carry out. Steps are plain JSON. Resources that do not exist yet are named by address and looked up
 * in the run's bindings; what exists is named by id, so that a step acts on exactly what was planned.
 */
export type Step =
  | ImportKeyPair
  | DeleteKeyPair
  | CreateNetwork
  | ModifyNetwork
  | DeleteNetwork
  | CreateSecurityGroup
  | AuthorizeIngress
  | RevokeIngress
  | AuthorizeEgress
  | RevokeEgress
  | DeleteSecurityGroup
  | CreateServer
  | StartServer
  | StopServer
  | RebootServer
  | ModifyServer
  | CancelSpotRequest
  | TerminateServer
  | ConnectHost
  | AuthorizeKey
  | RunSetup
  | CreateImage
  | RegisterImage
  | AwaitImage
  | CopyImage
  | ModifyImage
  | DeregisterImage
  | CreatePlacementGroup
  | DeletePlacementGroup
  | EnsureInterface
  | RemoveInterface
  | AllocateAddress
  | AssociateAddress
  | DisassociateAddress
  | ReleaseAddress
  | CreateScalingGroup
  | ModifyScalingGroup
  | RefreshScalingGroup
  | DeleteScalingGroup
  | DeleteLaunchTemplates
  | CreateLoadBalancer
  | ModifyLoadBalancer
  | RegisterTarget
  | AwaitTarget
  | DeregisterTarget
  | DeleteLoadBalancer
  | CreateVolume
  | AdoptVolume
  | AttachVolume
  | DetachVolume
  | ModifyVolume
  | SetAutoEnableIo
  | CreateSnapshot
  | CreateSnapshots
  | CopySnapshot
  | DeleteSnapshot
  | ModifySnapshot
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

/** A rule as EC2 takes it; the peer group by address where it is ours, by id where it was found live. `-1` ports mean all. */
/** Launches and waits until running. Its result binds the address to id and addresses. */
/** In-place attribute changes; type and userData need the server stopped, which other steps see to. */
/** Waits until the server answers over SSH with a verified host key (pinned into a tag at the first time), and its first boot is over. */
/** Marks an existing volume as ours: one that the file names by id, or one retained earlier. */
/** One call for everything; waits until the new size can be used (`optimizing`). */
/** Waits until completed. Its result binds the step's id to the snapshot. */
/** How a filesystem is brought to rest while a snapshot of its volume begins. */
/** Snapshots of several volumes as one set: all filesystems on the server are frozen until EC2 has answered for each. Waits until all are completed. */
/** One that an image uses by now is left alone. */
/** Marks a volume as one whose place another takes, before the other is made: from here on a crash leads forward. */
/** Only ever planned for a volume with origin `blank`; refuses any device on which a signature is found. */
/** Mounts by UUID, after checking that the filesystem is the one that the file names. */
/** Looks whether the volume is mounted and holds the filesystem that it was copied from, before what it takes the place of may go. */
/** Takes the managed fstab line out, then unmounts; what keeps it busy is named. Nothing to do is success. */
/** Writes tags on the resource bound to `target`: what was applied, the revision, and user tags. */
/**
 * Ends the servers and deletes the volumes that were made for the time of a run: those named here, those that this run
 * made, and what carries the address and the role `temporary` in its tags, whichever run left it behind.
 */
