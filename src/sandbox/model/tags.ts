import { ApiError, invalidValue } from '../wire/api-error.js'
import type { TagSpecification } from '../wire/shape.js'

export type Tags = Readonly<Record<string, string>>
export const noTags: Tags = Object.freeze({})

/** Limits of EC2 User Guide, "Tag restrictions". */
const tagsMaximum = 50
const keyLengthMaximum = 128
const valueLengthMaximum = 256
const reservedPrefix = /^aws:/i

interface TagRequest {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** The tags of a call as a record. Throws for reserved or overlong keys, a key given twice, a missing key. */
export function readTags(tags: readonly TagRequest[]): Tags {
  const result: Record<string, string> = {}
  for (const { Key: key, Value: value = '' } of tags) {
    checkKey(key)
    if (Object.hasOwn(result, key)) throw invalidValue(`Duplicate tag key '${key}' specified.`)
    if (value.length > valueLengthMaximum) {
      throw invalidValue(`Tag value exceeds the maximum length of ${valueLengthMaximum} characters`)
    }
    result[key] = value
  }
  return result
}

export function checkKey(key: string | undefined): asserts key is string {
  if (key === undefined || key === '')
    throw new ApiError('MissingParameter', 'The request must contain the parameter Tag.Key')
  if (reservedPrefix.test(key)) {
    throw invalidValue(`Tag keys starting with 'aws:' are reserved for internal use`)
  }
  if (key.length > keyLengthMaximum) {
    throw new ApiError(
      'InvalidTagKey.Malformed',
      `Tag key exceeds the maximum length of ${keyLengthMaximum} characters`,
    )
  }
}

/** `before` with `added` over it. Throws TagLimitExceeded; tags with the reserved prefix do not count. */
export function mergeTags(before: Tags, added: Tags): Tags {
  const merged = { ...before, ...added }
  const counted = Object.keys(merged).filter((key) => !reservedPrefix.test(key)).length
  if (counted > tagsMaximum) {
    throw new ApiError('TagLimitExceeded', `The maximum number of Tags for a resource has been reached.`)
  }
  return merged
}

/** `before` without the tags named: by key alone, or by key and value. No list at all removes every tag of a user. */
export function withoutTags(before: Tags, removed: readonly TagRequest[] | undefined): Tags {
  const entries = Object.entries(before).filter(([key, value]) => {
    if (reservedPrefix.test(key)) return true
    if (removed === undefined || removed.length === 0) return false
    return !removed.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value))
  })
  return Object.fromEntries(entries)
}

/**
 * The tags that TagSpecifications give to each of the types that the action creates. Throws InvalidParameterValue (or
 * `wrongTypeCode`) for another type, for a type given twice and for an empty list of tags.
 */
export function readTagSpecifications<T extends string>(
  specifications: readonly TagSpecification[] | undefined,
  types: readonly T[],
  wrongTypeCode = 'InvalidParameterValue',
): Readonly<Record<T, Tags>> {
  const result = Object.fromEntries(types.map((type) => [type, noTags])) as Record<T, Tags>
  const seen = new Set<string>()
  for (const { ResourceType: type, Tag: tags } of specifications ?? []) {
    if (type === undefined) throw invalidValue('Tag specification resource type must have a value')
    if (!types.includes(type as T)) {
      throw new ApiError(wrongTypeCode, `'${type}' is not a valid taggable resource type for this operation.`)
    }
    if (seen.has(type))
      throw invalidValue(`The same resource type may not be specified more than once in tag specifications`)
    if (!tags || tags.length === 0) throw invalidValue('Tag specification must have at least one tag')
    seen.add(type)
    result[type as T] = mergeTags(noTags, readTags(tags))
  }
  return result
}
