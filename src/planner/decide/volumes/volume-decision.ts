import type { Address } from '../../../model/address.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { Fstype } from '../../../model/inside/fstype.js'
import type { MountSpec, OnRemove, VolumeSpec, VolumeType } from '../../../model/kinds/volume.js'
import type { Tags } from '../../../model/tags.js'
import type { Decided, Leave, Refuse } from '../decided.js'

/** What becomes of a volume. */
export type VolumeDecision =
  | CreateVolumeDecision
  | StandingVolumeDecision
  | AdoptVolumeDecision
  | SwapVolumeDecision
  | RemoveVolumeDecision
  | Refuse
  | Leave

/** Those for which something is planned. */
export type PlannedVolume = Exclude<VolumeDecision, Refuse | Leave>

interface NamedBase extends Decided {
  readonly spec: VolumeSpec
  /** What is done inside its server; undefined where it belongs to none. */
  readonly inside: InsideWork | undefined
  /** Volumes whose place it took, and that an apply which was cut off left there. */
  readonly succeeded: readonly Succession[]
}

export interface CreateVolumeDecision extends NamedBase {
  readonly kind: 'create'
  readonly creation: Creation
  /** One of its address that EC2 could not make, and that goes first. */
  readonly failed: LiveVolume | undefined
}

/** The volume stays. */
export interface StandingVolumeDecision extends NamedBase {
  readonly kind: 'keep' | 'update'
  readonly live: LiveVolume
  readonly attachment: Attachment
  readonly modification: Modification | undefined
  /** Whether I/O goes on by itself from now on; undefined: it stays. */
  readonly autoEnableIo: boolean | undefined
  readonly tagging: Tagging
}

/** One that exists becomes ours, or ours again. */
export interface AdoptVolumeDecision extends NamedBase {
  readonly kind: 'adopt'
  readonly live: LiveVolume
  readonly adoption: Tagging
  readonly attachment: Attachment
  readonly modification: Modification | undefined
  readonly autoEnableIo: boolean | undefined
  /** What is recorded once everything after the adoption is done. */
  readonly tagging: Tagging
}

/**
 * Another volume takes its place, by way of a snapshot. The old one is taken out, leaves a snapshot of its own, and is
 * marked as superseded: from there a crash leads forward. Only then is the new one made; the old one goes last.
 */
export interface SwapVolumeDecision extends NamedBase {
  readonly kind: 'swap'
  readonly live: LiveVolume
  readonly release: Release | undefined
  /** Tags of the snapshot that the old one leaves. */
  readonly snapshotTags: Tags
  /** The snapshot that the new one is made from; undefined: the one that the old one leaves. */
  readonly snapshotId: string | undefined
  readonly creation: Creation
  readonly verification: Verification | undefined
}

export interface RemoveVolumeDecision extends Decided {
  readonly kind: 'remove'
  readonly live: LiveVolume
  readonly release: Release | undefined
  readonly rule: OnRemove
  /** Tags of the snapshot that it leaves, where its rule says so. */
  readonly snapshotTags: Tags
}

/** What a volume is made from: a snapshot that is there, or one that this plan takes. */
export interface VolumeOrigin {
  /** Undefined: the one that is taken. */
  readonly id: string | undefined
  /** Whose snapshot: the volume's own, an archive's, or that of a rule which clones. */
  readonly takenBy?: Address
  readonly sizeGiB: number
}

/** Everything that making a volume takes. */
export interface Creation {
  readonly zone: string
  readonly sizeGiB: number | undefined
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughputMiBps: number | undefined
  readonly encrypted: boolean | undefined
  readonly kmsKey: string | undefined
  readonly origin: VolumeOrigin | undefined
  readonly tags: Tags
  /** The server that it is attached to. */
  readonly arrivesAt: Address | undefined
  /** What is recorded once it is on its server; undefined where it belongs to none. */
  readonly tagging: Tagging | undefined
}

/** The way of a volume off the server that has it. */
export interface Release {
  readonly holder: Address
  readonly instanceId: string
  /**
   * `unmount`: inside the server, before it is detached. `stop`: its inside cannot be reached, so the server is stopped
   * first, which unmounts as cleanly. `detach`: nothing runs there that could use it.
   */
  readonly how: 'unmount' | 'stop' | 'detach'
  /** Volumes that are mounted inside this one: unmounted before it, where they are unmounted at all. */
  readonly inner: readonly Address[]
}

/** Where it goes from where it is. */
export interface Attachment {
  readonly release: Release | undefined
  /** The server that it is attached to in this plan. */
  readonly arrivesAt: Address | undefined
}

/** One call for size, type, IOPS and throughput. */
export interface Modification {
  readonly sizeGiB: number
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughputMiBps: number | undefined
}

/** What happens inside a server for one of its volumes, in this order; absent members do not happen. */
export interface InsideWork {
  readonly server: Address
  readonly fstype: Fstype
  readonly format?: { readonly label: string | undefined; readonly uuid: string | undefined; readonly isUsed: boolean }
  /** It leaves the place where it is mounted now; volumes mounted inside it leave first. */
  readonly unmount?: { readonly inner: readonly Address[] }
  readonly mount?: { readonly at: MountSpec; readonly fresh: boolean }
  /** Its line of fstab is written. */
  readonly fstab?: MountSpec
  readonly grow?: { readonly mountPath: string | undefined }
}

export interface Tagging {
  readonly tags: Tags
  readonly removeTags: readonly string[]
}

/** A look at whether the new volume is mounted and holds the same filesystem. */
export interface Verification {
  readonly server: Address
  readonly fstype: Fstype
  /** Undefined: not known. */
  readonly uuid: string | undefined
  readonly mountPath: string | undefined
}

/** The end of a volume whose place another took already. */
export interface Succession {
  readonly old: LiveVolume
  /** Tags of the snapshot that it leaves; undefined where it left one. */
  readonly snapshotTags: Tags | undefined
  readonly verification: Verification | undefined
}

export function isPlannedVolume(decision: VolumeDecision): decision is PlannedVolume {
  return decision.kind !== 'refuse' && decision.kind !== 'leave'
}

/** Whether the volume of that address is made in the plan: what it holds now, if anything, says nothing. */
export function isMade(decision: VolumeDecision | undefined): boolean {
  return decision?.kind === 'create' || decision?.kind === 'swap'
}

/** The volume's way off a server in the plan, if it leaves one. */
export function releaseOf(decision: VolumeDecision): Release | undefined {
  switch (decision.kind) {
    case 'keep':
    case 'update':
    case 'adopt':
      return decision.attachment.release
    case 'swap':
    case 'remove':
      return decision.release
    case 'create':
    case 'leave':
    case 'refuse':
      return undefined
  }
}

/** Whether the volume is unmounted in the plan from where it is mounted now. */
export function isUnmounted(decision: VolumeDecision | undefined): boolean {
  if (!decision) return false
  if (releaseOf(decision)?.how === 'unmount') return true
  return 'inside' in decision && decision.inside?.unmount !== undefined
}

/** The instances, by id, that must be stopped because volumes leave them and nobody can enter them. */
export function serversStoppedFor(decisions: Iterable<VolumeDecision>): ReadonlySet<string> {
  const stopped = new Set<string>()
  for (const decision of decisions) {
    const release = releaseOf(decision)
    if (release?.how === 'stop') stopped.add(release.instanceId)
  }
  return stopped
}
