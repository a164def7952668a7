import type { Address } from '../../../model/address.js'
import type { ImageSource } from '../../../model/kinds/image.js'
import type { LiveImage } from '../../../model/launch/image.js'
import type { ModifyImage } from '../../../model/steps/step.js'
import type { Tags } from '../../../model/tags.js'
import type { Decided, Leave, Refuse } from '../decided.js'

/** What becomes of an image. */
export type ImageDecision = PlannedImage | Refuse | Leave

/** Versions come, change and go, here and in other regions. */
export interface PlannedImage extends Decided {
  readonly kind: 'create' | 'keep' | 'update' | 'remove'
  readonly makes: NewVersion | undefined
  /** Begun by an earlier run: what needs the image waits for them. */
  readonly awaits: readonly ImagePlace[]
  readonly copies: readonly NewCopy[]
  readonly modifies: readonly Modification[]
  readonly removes: readonly Removal[]
  /** Snapshots of which no image is left. */
  readonly strays: readonly string[]
  /** What servers that name it are launched of, where the plan makes that, or waits for it. */
  readonly coming: LiveImage | undefined
}

/** An image of this account; `region` is absent for the stack's own. */
export interface ImagePlace {
  readonly imageId: string
  readonly region?: string
}

/** What every new image is called and has. */
export interface NewImage {
  readonly name: string
  readonly description: string
  readonly tags: Tags
  readonly share: readonly string[]
}

export interface NewVersion extends NewImage {
  readonly source: ImageSource
  /** The server that rests for it, as it is when the plan's own changes of it are done; absent for a snapshot. */
  readonly builder?: Builder
}

export interface Builder {
  readonly server: Address
  /** Undefined: the one that this plan launches. */
  readonly instanceId: string | undefined
  /** Whether it runs before, and is to run afterwards. */
  readonly runs: boolean
}

export interface NewCopy extends NewImage {
  /** Undefined: the version that the plan makes. */
  readonly imageId: string | undefined
  readonly region: string
  readonly encrypted?: boolean
  readonly kmsKey?: string
}

export type Modification = ImagePlace & Pick<ModifyImage, 'description' | 'shares' | 'tags' | 'removeTags'>

export interface Removal extends ImagePlace {
  /** EC2 could not make it: it goes before anything else of its name comes. */
  readonly isFailed: boolean
  /** Instances of the stack that were launched of it and end in this plan. */
  readonly after: readonly { readonly server: Address; readonly instanceId: string }[]
}

/** The images that a plan makes or waits for, for those that are launched of them. */
export function comingImages(decisions: Iterable<ImageDecision>): ReadonlyMap<Address, LiveImage> {
  const coming = new Map<Address, LiveImage>()
  for (const decision of decisions) {
    if ('coming' in decision && decision.coming) coming.set(decision.address, decision.coming)
  }
  return coming
}
