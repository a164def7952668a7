import type { AppliedKey, AppliedRecord } from '../../../model/applied.js'
import type { ImageSpec, LiveImageVersion } from '../../../model/kinds/image.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import { itemChanges, recordOf, type Property, type Wishes } from '../../compare/comparison.js'
import { lastingTags, userTagsWord } from '../../compare/desired-tags.js'
import type { World } from '../../world.js'

/** What the file says of an image, as it is digested into the applied tag; what it is made of comes from elsewhere. */
export function imageWords(spec: ImageSpec): readonly Pick<Property, 'key' | 'word'>[] {
  return [
    { key: 'description', word: spec.description },
    { key: 'regions', word: spec.regions.length === 0 ? undefined : spec.regions },
    { key: 'share', word: spec.share },
    { key: 'protect', word: spec.protect ? true : undefined },
    { key: 'tags', word: userTagsWord(spec.tags) },
  ]
}

/** What is recorded of a version: with what it was made of, which stays what it was. */
export function recordOfVersion(world: World, spec: ImageSpec, from: string | undefined): AppliedRecord {
  const record: Partial<Record<AppliedKey, string>> = { ...recordOf(world.digest, imageWords(spec)) }
  if (from !== undefined) record.from = from
  return record
}

/** What stands in the plan of an image that is not there yet. */
export function imageWishes(spec: ImageSpec, version: number): Wishes<'image'> {
  return {
    version,
    description: spec.description,
    regions: spec.regions.length === 0 ? undefined : spec.regions.map(({ region }) => region),
    share: spec.share === undefined || spec.share.length === 0 ? undefined : spec.share,
    protect: spec.protect ? true : undefined,
    ...Object.fromEntries(Object.entries(spec.tags).map(([key, value]) => [`tags.${key}`, value])),
  }
}

/** Tags that a version keeps for good. `others`: regions that the file does not name and that may have copies still. */
export function versionTags(
  world: World,
  spec: ImageSpec,
  {
    version,
    user,
    others = [],
  }: { readonly version: number; readonly user: string | undefined; readonly others?: readonly string[] },
): Tags {
  const regions = [...new Set([...spec.regions.map(({ region }) => region), ...others])].sort()
  return lastingTags(world, spec.address, spec.tags, {
    [tagKeys.version]: String(version),
    ...(regions.length > 0 && { [tagKeys.regions]: regions.join(' ') }),
    ...(user !== undefined && { [tagKeys.user]: user }),
    ...(spec.protect ? { [tagKeys.protect]: 'true' } : {}),
  })
}

/** Tags of evenkeel on a live version that the file asks for no more, sorted. */
export function staleTags(live: Tags, lasting: Tags): readonly string[] {
  const keys = [tagKeys.regions, tagKeys.protect]
  return keys.filter((key) => live[key] !== undefined && lasting[key] === undefined).sort()
}

/** Who may launch a version, as the file would say it; undefined where that was not asked. */
export function sharesOf({ isPublic, sharedWith }: LiveImageVersion): readonly string[] | undefined {
  if (sharedWith === undefined) return undefined
  return [...sharedWith, ...(isPublic ? ['public'] : [])].sort()
}

/** Who is to be added and who is to be taken away; undefined where nothing differs, or the file does not say. */
export function shareChanges(
  spec: ImageSpec,
  live: LiveImageVersion,
): { readonly added: readonly string[]; readonly removed: readonly string[] } | undefined {
  const before = sharesOf(live)
  if (spec.share === undefined || before === undefined) return undefined
  const { added, removed } = itemChanges(before, spec.share)
  return added.length + removed.length === 0 ? undefined : { added, removed }
}
