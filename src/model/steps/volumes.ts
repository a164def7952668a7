import type { Address } from '../address.js'
import type { VolumeType } from '../kinds/volume.js'
import type { StepBase, StepId } from './step-base.js'
import type { Tags } from '../tags.js'

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

export interface ModifyVolume extends StepBase {
  readonly kind: 'modify-volume'
  readonly volumeId: string
  readonly sizeGiB: number
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughputMiBps: number | undefined
}

/** Whether I/O to it goes on by itself where EC2 finds its data doubtful. */
export interface SetAutoEnableIo extends StepBase {
  readonly kind: 'set-auto-enable-io'
  /** Undefined: the one that this plan created. */
  readonly volumeId: string | undefined
  readonly enabled: boolean
}

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
  /** It is deleted only while it is in this state. */
  readonly inState?: 'error'
}
