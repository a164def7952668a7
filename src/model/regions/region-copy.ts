import { copyTagKey, copyTagPrefix, tagKeys, type Tags } from '../tags.js'

/** Of what something in another region is a copy. */
export interface CopySource {
  readonly region: string
  readonly id: string
}

/** What the tag of a copy says. */
export function copySourceText({ region, id }: CopySource): string {
  return `${region}/${id}`
}

/** Of what something with these tags is a copy; undefined where it is none. A stack of the same name in its region leaves it alone. */
export function copySourceOf(tags: Tags): CopySource | undefined {
  const [region = '', id = ''] = (tags[tagKeys.copyOf] ?? '').split('/')
  return region === '' || id === '' ? undefined : { region, id }
}

/** The regions in which a snapshot is known to have been copied, sorted. */
export function copiedTo(tags: Tags): readonly string[] {
  return Object.keys(tags)
    .filter((key) => key.startsWith(copyTagPrefix))
    .map((key) => key.slice(copyTagPrefix.length))
    .sort()
}

/** Whether a snapshot is known to have had a copy there. */
export function wasCopiedTo(tags: Tags, region: string): boolean {
  return tags[copyTagKey(region)] !== undefined
}

/** The tags of a snapshot that a copy of it gets: not those that tell of other copies, nor what only EC2 may set. */
export function tagsForCopy(tags: Tags): Tags {
  // What was applied of a snapshot tells who may use it; its copy is nobody else's.
  const left: readonly string[] = [tagKeys.copyOf, tagKeys.copiedAs, tagKeys.taken, tagKeys.applied]
  const own = ([key]: readonly [string, string]) =>
    !key.startsWith(copyTagPrefix) && !key.startsWith('aws:') && !left.includes(key)
  return Object.fromEntries(Object.entries(tags).filter(own))
}

/** A region that is to have copies, and how they are encrypted there. */
export interface CopyRegion {
  readonly region: string
  /** Whether the copy there is encrypted; undefined: as its source. */
  readonly encrypted: boolean | undefined
  readonly kmsKey: string | undefined
}
