import type { Address } from '../../model/address.js'
import type { Tags } from '../../model/tags.js'
import type { Created, Once, Owned, Owner, Waiting } from './cloud-words.js'
import type { Effect } from './effect.js'

/** What can be done with images. `region` is absent for the stack's own. */
export interface ImageCloud {
  /** Of the root disk of an instance that is stopped: what else is attached to it is left out. Waits until it can be launched. */
  createImage(
    request: NewImageRequest & { readonly instanceId: string; readonly server: Owner } & Once & Waiting,
  ): Promise<Created>
  /** Waits until it can be launched. */
  registerImage(request: NewImageRequest & SnapshotRoot & Once): Promise<Created>
  /** Rejects where EC2 could not make it. Progress in percent. */
  awaitImage(request: ImagePlace & Waiting): Promise<Effect>
  /** Copies one of the stack's own region to another. Waits until it can be launched there. */
  copyImage(request: NewImageRequest & CopyTarget & Once & Waiting): Promise<Created>
  modifyImage(request: ImageChanges): Promise<Effect>
  /** Takes it away with its snapshots, where these are the stack's too; `unchanged` also for one that something was made of: it is left alone. */
  deregisterImage(request: Owned & { readonly region?: string }): Promise<Effect>
}

export interface NewImageRequest {
  readonly name: string
  readonly description: string
  /** On its snapshots too. */
  readonly tags: Tags
  /** Accounts, ARNs of organizations and their units, `public`. */
  readonly share: readonly string[]
}

interface SnapshotRoot {
  readonly snapshotId: string
  readonly architecture: 'x86_64' | 'arm64'
  readonly rootDeviceName: string
  readonly bootMode?: string
}

interface CopyTarget {
  readonly sourceId: string
  readonly region: string
  readonly encrypted?: boolean
  readonly kmsKey?: string
}

interface ImagePlace {
  readonly id: string
  readonly region?: string
}

interface ImageChanges extends Owned {
  readonly region?: string
  readonly description?: string
  readonly shares?: { readonly added: readonly string[]; readonly removed: readonly string[] }
  readonly tags: Tags
  readonly removeTags: readonly string[]
}

/** What an observation asks of images that the stack makes. */
export interface ImageQuery {
  /** Each image of the file; they are asked for in any case where the ledger names one. */
  readonly builtImages?: readonly AskedImage[]
  /** Whether all are asked for that carry the stack's tag, whatever the ledger says. */
  readonly allImages?: boolean
}

export interface AskedImage {
  readonly address: Address
  readonly regions: readonly string[]
  /** So many versions stay; undefined: all. */
  readonly keep: number | undefined
  /** Whether the file says who may launch it. */
  readonly isShared: boolean
}
