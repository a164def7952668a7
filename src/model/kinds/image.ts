import type { Address } from '../address.js'
import { imageKey, type ImageSelector, type LiveImage } from '../launch/image.js'
import type { Mutabilities } from '../property-change.js'
import { copySourceOf, type CopyRegion } from '../regions/region-copy.js'
import { tagKeys, type Tagged, type Tags, type UserTags } from '../tags.js'

/** An image that the stack makes and keeps in versions, each an AMI of its own. */
export interface ImageSpec {
  readonly address: Address
  readonly source: ImageSource
  /** Undefined: none. */
  readonly description: string | undefined
  /** So many versions stay, the newest; undefined: all. */
  readonly keep: number | undefined
  /** Regions beside the stack's own that have the newest version, sorted by name. */
  readonly regions: readonly CopyRegion[]
  /** Who may launch it: accounts, ARNs of organizations and their units, `public`; sorted. Undefined: the file does not say. */
  readonly share: readonly string[] | undefined
  readonly protect: boolean
  readonly tags: UserTags
}

export type ImageSource =
  | { readonly kind: 'server'; readonly server: Address }
  | {
      readonly kind: 'snapshot'
      readonly snapshotId: string
      readonly architecture: 'x86_64' | 'arm64'
      readonly rootDeviceName: string
      readonly bootMode: 'legacy-bios' | 'uefi' | 'uefi-preferred' | undefined
      /** Who logs in to what is launched of it; undefined: guessed from its name. */
      readonly user: string | undefined
    }

/** All versions of an image with their copies; `id` and `tags` are those of the newest in the stack's own region. */
export interface LiveBuiltImage extends Tagged {
  /** The newest first; of one version, that of the stack's own region first, then by region. */
  readonly versions: readonly LiveImageVersion[]
  /** Snapshots in the stack's own region that were made for versions of which no image is left. */
  readonly strays: readonly { readonly id: string; readonly version: number }[]
  /** Why a region in which it may have copies could not be read, by region; absent where all could. */
  readonly unread?: Readonly<Record<string, string>>
}

export interface LiveImageVersion {
  readonly id: string
  readonly region: string
  /** From `evenkeel:version`; 0 where that says nothing. */
  readonly version: number
  readonly name: string
  readonly description: string
  readonly state: 'pending' | 'available' | 'disabled' | 'failed'
  /** ISO 8601. */
  readonly createdAt: string
  readonly tags: Tags
  readonly isPublic: boolean
  /** As `ImageSpec.share` has it, without `public`; asked only where the file says it, or its record does. */
  readonly sharedWith?: readonly string[]
  /** Instances and launch templates of its region that were made of it, sorted ids; asked only where it may go. */
  readonly usedBy?: readonly string[]
  readonly architecture: string
  readonly rootDeviceName: string
  readonly rootSizeGiB: number
}

/** The paths under which an image's properties stand in changes. */
export type ImagePath = 'version' | 'versions' | 'description' | 'regions' | 'share' | 'protect'

const modifyImage = 'EC2 API, ModifyImageAttribute'
/** How each of them can change, with the source of the fact. */
export const imageMutability: Mutabilities<ImagePath> = {
  version: { how: 'in-place', because: '', source: 'EC2 API, CreateImage and RegisterImage' },
  versions: { how: 'in-place', because: '', source: 'EC2 API, DeregisterImage' },
  description: { how: 'in-place', because: '', source: modifyImage },
  regions: { how: 'in-place', because: '', source: 'EC2 API, CopyImage and DeregisterImage' },
  share: { how: 'in-place', because: '', source: modifyImage },
  protect: { how: 'in-place', because: '', source: 'a tag of evenkeel' },
}

/** What is recorded of a version in its applied tag. `from`: what it was made of. */
export const imageAppliedKeys = ['description', 'from', 'protect', 'regions', 'share', 'tags'] as const

/** An image's name in EC2, unique among those of its owner in a region: `music/golden/3`. */
export function imageName(stack: string, address: Address, version: number): string {
  return `${stack}/${address.slice(address.indexOf('.') + 1)}/${version}`
}

/**
 * What a copy of it is called in another region: `music/golden/3/us-east-1`. Names are the owner's in a region, whichever stack has given
 * them: one of the same name there counts versions of its own.
 */
export function copyName(name: string, home: string): string {
  return `${name}/${home}`
}

/** The regions that an image's tags name, in which it may have copies. */
export function regionsOfTags(tags: Tags): readonly string[] {
  return (tags[tagKeys.regions] ?? '').split(' ').filter((region) => region !== '')
}

/** The versions that the stack has made in its own region, the newest first. What one of its name copies there from another is that one's. */
export function ownVersions({ versions }: LiveBuiltImage, region: string): readonly LiveImageVersion[] {
  return versions.filter((version) => version.region === region && copySourceOf(version.tags) === undefined)
}

/** What a launch takes of a version. */
export function launchedOf({ id, name, architecture, rootDeviceName, rootSizeGiB, tags }: LiveImageVersion): LiveImage {
  const user = tags[tagKeys.user]
  return { id, name, owner: '', architecture, rootDeviceName, rootSizeGiB, ...(user !== undefined && { user }) }
}

/** What was observed of images. */
interface ObservedImages {
  readonly region: string
  readonly images: Readonly<Record<string, LiveImage>>
  readonly builtImages?: readonly LiveBuiltImage[]
}

/** What a selector means: of an image that the stack makes, the newest version in its own region that can be launched. */
export function selectedImage(observed: ObservedImages, selector: ImageSelector): LiveImage | undefined {
  if (selector.kind !== 'built') return observed.images[imageKey(selector)]
  const built = observed.builtImages?.find(({ address }) => address === selector.image)
  const newest = built && ownVersions(built, observed.region).find(({ state }) => state === 'available')
  return newest && launchedOf(newest)
}
