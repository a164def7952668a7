import type { Address } from '../../model/address.js'
import type { UserTags } from '../../model/tags.js'
import { digestOfText } from '../../core/digest.js'
import { remembered } from '../../core/remembered.js'
import { compareText } from '../../model/address-order.js'
import { appliedOf, appliedTags, isRecordedAs, type AppliedRecord } from '../../model/applied.js'
import type { Diff } from '../../model/change.js'
import { causeOf } from './comparison.js'
import { parseBatch } from '../../model/launch/batch.js'
import { nameTag } from '../../model/names.js'
import type { World } from '../world.js'
import { tagKeys, type Tags } from '../../model/tags.js'

/** Digests of the user tag keys that we set, so that one that leaves the file can be told from one that others made. Chosen: five hex digits, so that 42 keys fit. */
const userKeyDigestLength = 5

/** The tags that a resource keeps for good: whose it is, its name, and the user's own. */
export function lastingTags(world: World, address: Address, userTags: UserTags, own: Tags = {}): Tags {
  const stack = world.spec.stack
  const tags: Record<string, string> = {
    ...userTags,
    [tagKeys.name]: nameTag(stack, address),
    [tagKeys.stack]: stack,
    [tagKeys.address]: address,
    ...own,
  }
  const keys = Object.keys(userTags)
  if (keys.length > 0) tags[tagKeys.userTags] = keys.map(userKeyDigest).sort(compareText).join(' ')
  return tags
}

/** All tags of a create call. */
export function creationTags(world: World, lasting: Tags, applied: AppliedRecord): Tags {
  const { revision, run } = world.options
  return {
    ...lasting,
    ...appliedTags(applied),
    ...(revision === undefined ? {} : { [tagKeys.revision]: revision }),
    ...(run === undefined ? {} : { [tagKeys.run]: run }),
  }
}

const nothing: ReadonlySet<string> = new Set()

/** What stands in a tag alone and nowhere in the record of what was applied: the file's word for it is newer. */
const isOfFile: ReadonlySet<string> = new Set([tagKeys.user, tagKeys.via])

/** What to write and what to take away, so that the tags are as wanted; empty when they are. */
export interface TagWork {
  readonly tags: Tags
  readonly removeTags: readonly string[]
  readonly diffs: readonly Diff<never>[]
}

/**
 * Compares the live tags with the wanted ones, others' tags left alone. `quiet` names keys whose difference another
 * property tells already. When nothing else differs (`alone`), a record that is not up to date is told as a diff too.
 */
export function tagWork(
  world: World,
  live: Tags,
  userTags: UserTags,
  lasting: Tags,
  applied: AppliedRecord,
  {
    quiet,
    alone,
    ignored = nothing,
  }: {
    readonly quiet?: readonly string[]
    readonly alone: boolean
    /** Paths of the user's tags that are left alone: `tags.team`. */
    readonly ignored?: ReadonlySet<string>
  },
): TagWork {
  const isIgnored = (key: string) => ignored.size > 0 && ignored.has(`tags.${key}`)
  const recorded = appliedOf(live)
  const userCause = () =>
    causeOf(world.digest, recorded, 'tags', userTagsWord(ignored.size > 0 ? without(userTags, isIgnored) : userTags))
  const isOfUser = (key: string) => Object.hasOwn(userTags, key) || key === tagKeys.userTags
  const isOwnName = (key: string) => key === tagKeys.address || key === tagKeys.name
  const isUnnamed = parseBatch(live[tagKeys.address]) !== undefined
  const write: Record<string, string> = {}
  const diffs: Diff<never>[] = []
  for (const key of Object.keys(lasting)) {
    const isList = ignored.size > 0 && key === tagKeys.userTags
    const wanted = isList ? ownKeys(live, userTags, ignored) : lasting[key]
    if (wanted === undefined || live[key] === wanted || isIgnored(key)) continue
    write[key] = wanted
    const cause = isOfFile.has(key) || (isUnnamed && isOwnName(key)) ? 'pending' : isOfUser(key) ? userCause() : 'drift'
    if (quiet?.includes(key) || (key === tagKeys.userTags && cause === 'pending')) continue
    diffs.push({ path: `tags.${key}`, before: live[key] ?? null, after: wanted, cause })
  }
  const staleKeys = staleUserKeys(live, userTags).filter(
    (key) => !isIgnored(key) && !(key === tagKeys.userTags && ownKeys(live, userTags, ignored) !== ''),
  )
  for (const key of staleKeys) {
    if (Object.hasOwn(live, key) && key !== tagKeys.userTags) {
      diffs.push({ path: `tags.${key}`, before: live[key] ?? null, after: null, cause: userCause() })
    }
  }
  const { record, isStale, outdated } = recordDue(live, applied)
  const removeTags = isStale ? [...staleKeys, tagKeys.options].sort(compareText) : staleKeys
  if (isStale || outdated.length > 0) {
    Object.assign(write, Object.fromEntries(outdated))
    if (recorded === undefined || (alone && diffs.length === 0)) {
      const cause = recorded === undefined ? 'drift' : 'pending'
      diffs.push({ path: `tags.${tagKeys.applied}`, before: recordText(live), after: recordText(record), cause })
    }
  }
  const { revision } = world.options
  const writes = Object.keys(write).length > 0 || removeTags.length > 0
  if (writes && revision !== undefined && live[tagKeys.revision] !== revision) write[tagKeys.revision] = revision
  return { tags: write, removeTags, diffs }
}

/** What of a record does not stand in the live tags yet, and whether they have options and it has none. */
function recordDue(live: Tags, applied: AppliedRecord) {
  // So it is with most, and to write a record down takes long.
  if (isRecordedAs(live, applied)) return nothingDue
  const record = appliedTags(applied)
  const isStale = live[tagKeys.options] !== undefined && record[tagKeys.options] === undefined
  return { record, isStale, outdated: Object.entries(record).filter(([key, value]) => live[key] !== value) }
}

const nothingDue = { record: {}, isStale: false, outdated: [] } as const

/** A record as its tags have it; null where there is none. */
function recordText(tags: Tags): string | null {
  const texts = [tags[tagKeys.applied], tags[tagKeys.options]].flatMap((text) => text ?? [])
  return texts.length === 0 ? null : texts.join(' ')
}

/** The list of the user's tags that are ours: of those that are left alone, the ones that are in it already. */
function ownKeys(live: Tags, userTags: UserTags, ignored: ReadonlySet<string>): string {
  const recorded = new Set(live[tagKeys.userTags]?.split(' '))
  const heeded = Object.keys(userTags).filter((key) => !ignored.has(`tags.${key}`))
  const left = [...ignored].filter((path) => path.startsWith('tags.')).map((path) => path.slice('tags.'.length))
  const kept = left.map(userKeyDigest).filter((digest) => recorded.has(digest))
  return [...heeded.map(userKeyDigest), ...kept].sort(compareText).join(' ')
}

function without(userTags: UserTags, isIgnored: (key: string) => boolean): UserTags {
  return Object.fromEntries(Object.entries(userTags).filter(([key]) => !isIgnored(key)))
}

/** The word digested for user tags: undefined when there are none. */
export function userTagsWord(userTags: UserTags): UserTags | undefined {
  return Object.keys(userTags).length === 0 ? undefined : userTags
}

/** Live keys that we set once and the file no longer has, sorted; the list of them too when it is empty now. */
export function staleUserKeys(live: Tags, userTags: UserTags): readonly string[] {
  const recorded = live[tagKeys.userTags]
  if (recorded === undefined) return []
  const ours = new Set(recorded.split(' '))
  const stale = Object.keys(live).filter(
    (key) => !Object.hasOwn(userTags, key) && !isReserved(key) && ours.has(userKeyDigest(key)),
  )
  return (Object.keys(userTags).length === 0 ? [...stale, tagKeys.userTags] : stale).sort(compareText)
}

/** The tags that neither evenkeel nor AWS has set, sorted by key. */
export function foreignTags(live: Tags): readonly (readonly [string, string])[] {
  const ours = new Set(live[tagKeys.userTags]?.split(' '))
  return Object.entries(live)
    .filter(([key]) => !isReserved(key) && !ours.has(userKeyDigest(key)))
    .sort(([left], [right]) => compareText(left, right))
}

function isReserved(key: string): boolean {
  return key === tagKeys.name || key.startsWith('evenkeel:') || key.startsWith('aws:')
}

const userKeyDigest = remembered((key: string): string => digestOfText(key, userKeyDigestLength))
