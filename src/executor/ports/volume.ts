import type { Address } from '../../model/address.js'
import type { LiveModification, LiveVolume, VolumeTrouble } from '../../model/kinds/volume.js'
import type { VolumeType } from '../../model/kinds/volume.js'
import type { Tags } from '../../model/tags.js'
import type { Created, NamedId, Once, Owned, Owner, Waiting } from './cloud-words.js'
import type { Effect } from './effect.js'

/** What can be done with volumes and their attachments. */
export interface VolumeCloud {
  /** Whether this volume is free, before it is adopted: a fresh read by id. It may have no tags of ours, so no address. */
  readVolume(volumeId: string): Promise<Omit<LiveVolume, 'address'> | undefined>

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
  /** Of these volumes those with whose data, or I/O, EC2 finds something wrong; undefined where it may not be asked. */
  readVolumeTroubles(ids: readonly string[]): Promise<readonly VolumeTrouble[] | undefined>
  /** As `readVolumeTroubles`, of all volumes of the account. */
  findVolumeTroubles(): Promise<readonly VolumeTrouble[] | undefined>
  /** Whether I/O to it goes on by itself where EC2 finds its data doubtful. */
  setAutoEnableIo(request: Owned & { readonly enabled: boolean }): Promise<Effect>
  /** I/O to it goes on that EC2 has stopped, whatever its data is like. */
  enableVolumeIo(request: Owned): Promise<Effect>
  deleteVolume(request: Owned & { readonly inState?: 'error' }): Promise<Effect>

  /** The modifications that EC2 remembers of these volumes, by volume id, newest first; one without any has no entry. */
  readModifications(volumeIds: readonly string[]): Promise<Readonly<Record<string, readonly LiveModification[]>>>
}

/** What an observation asks of volumes besides the stack's. */
export interface VolumeQuery {
  /** Volumes that the file adopts. */
  readonly volumeIds: readonly NamedId[]
  /** Ask of these volumes whether I/O goes on by itself: a call for each. */
  readonly autoEnableIoOf?: readonly Address[]
}

export interface Attached {
  readonly effect: Effect
  /** e.g. `/dev/sdf`. */
  readonly deviceName: string
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
