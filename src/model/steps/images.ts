import type { Address } from '../address.js'
import type { StepBase } from './step-base.js'
import type { Tags } from '../tags.js'

interface NewImage {
  /** In EC2, with the version in it. */
  readonly name: string
  readonly description: string
  readonly tags: Tags
  /** Who may launch it, as ImageSpec has it. */
  readonly share: readonly string[]
}

/** Makes an image of a server's root disk, while that server is stopped, and waits until it can be launched. */
export interface CreateImage extends StepBase, NewImage {
  readonly kind: 'create-image'
  readonly server: Address
  /** Undefined: the one that this plan launches. */
  readonly instanceId: string | undefined
}

/** Makes an image of a snapshot, which stays what it is. */
export interface RegisterImage extends StepBase, NewImage {
  readonly kind: 'register-image'
  readonly snapshotId: string
  readonly architecture: 'x86_64' | 'arm64'
  readonly rootDeviceName: string
  readonly bootMode?: string
}

/** Waits until an image that an earlier run has begun can be launched, here or in another region. */
export interface AwaitImage extends StepBase {
  readonly kind: 'await-image'
  readonly imageId: string
  /** Left out: the stack's own. */
  readonly region?: string
}

/** Copies an image to another region, and waits until it can be launched there. */
export interface CopyImage extends StepBase, NewImage {
  readonly kind: 'copy-image'
  /** Undefined: the one that this plan makes. */
  readonly imageId: string | undefined
  readonly region: string
  readonly encrypted?: boolean
  readonly kmsKey?: string
}

export interface ModifyImage extends StepBase {
  readonly kind: 'modify-image'
  readonly imageId: string
  readonly region?: string
  readonly description?: string
  /** Who may launch it from now on, and who may not any more. */
  readonly shares?: { readonly added: readonly string[]; readonly removed: readonly string[] }
  readonly tags: Tags
  readonly removeTags: readonly string[]
}

/** Takes an image away with its snapshots; one that anything uses by now is left alone. */
export interface DeregisterImage extends StepBase {
  readonly kind: 'deregister-image'
  readonly imageId: string
  readonly region?: string
}
