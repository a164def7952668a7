import type { Address } from '../address.js'
import type { Fstype } from '../inside/fstype.js'
import type { MountSpec } from '../kinds/volume.js'
import type { StepBase } from './step-base.js'

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

export interface MountVolume extends StepBase {
  readonly kind: 'mount-volume'
  readonly server: Address
  readonly fstype: Fstype
  readonly mount: MountSpec
  /** Whether the filesystem is new, so that its top directory gets an owner. */
  readonly fresh: boolean
}

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

export interface UnmountVolume extends StepBase {
  readonly kind: 'unmount-volume'
  /** Undefined: the one that this plan created. */
  readonly volumeId: string | undefined
  readonly server: Address
  /** Which instance of the server, where another takes its place; left out: the one that has the address. */
  readonly instanceId?: string
}
