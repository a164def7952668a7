import type { VolumeIo } from './volume-io.js'
import type { VolumeType } from './volume-types.js'

export type VolumeState = 'creating' | 'available' | 'in-use' | 'deleting' | 'error'
export type AttachmentState = 'attaching' | 'attached' | 'detaching' | 'busy'

export interface Attachment {
  readonly instanceId: string
  readonly deviceName: string
  readonly state: AttachmentState
  readonly deleteOnTermination: boolean
  readonly attachedAtMs: number
  /** Made by RunInstances: there when the host boots. */
  readonly atLaunch: boolean
  /** The next attempt to take a busy device away pulls the plug. */
  readonly force: boolean
}

/** One volume. A volume has at most one attachment: multi-attach is not supported. */
export interface Volume extends VolumeIo {
  readonly id: string
  readonly sequence: number
  readonly state: VolumeState
  readonly sizeGiB: number
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughput: number | undefined
  readonly encrypted: boolean
  readonly kmsKeyId: string | undefined
  readonly snapshotId: string | undefined
  /** The snapshot under whose id the backend holds the content: a copy shares that of its source. */
  readonly contentId: string | undefined
  readonly zone: string
  readonly createdAtMs: number
  readonly attachment: Attachment | undefined
  /** The root disk of the instance that it was made with: the host's own disk, no device of the sandbox. */
  readonly root: boolean
  readonly modification: Modification | undefined
  /** Start times of modifications in the last 24 hours, oldest first. */
  readonly modifiedAtMs: readonly number[]
}

export type ModificationState = 'modifying' | 'optimizing' | 'completed' | 'failed'

export interface VolumeShape {
  readonly sizeGiB: number
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughput: number | undefined
}

/** The last modification of a volume, kept after it is completed as DescribeVolumesModifications shows it. */
export interface Modification {
  readonly state: ModificationState
  readonly before: VolumeShape
  readonly after: VolumeShape
  readonly startedAtMs: number
  readonly endedAtMs: number | undefined
  readonly progress: number
}

export function shapeOf(volume: Volume): VolumeShape {
  const { sizeGiB, type, iops, throughput } = volume
  return { sizeGiB, type, iops, throughput }
}
